"""The assistant: think, read, propose, wait. It has no node that writes; it only waits for what people decide."""

from langgraph.graph import END, START, StateGraph

from placet import RunContext, State, Steps

VERSION = "1"


def build(steps: Steps) -> StateGraph[State, RunContext, State, State]:
    """Join the steps. Node names are kept for ever: a paused run is found by them."""
    graph = StateGraph(State, context_schema=RunContext)
    graph.add_node("think", steps.think)
    graph.add_node("read", steps.read)
    graph.add_node("propose", steps.propose)
    graph.add_node("wait", steps.wait)
    graph.add_edge(START, "think")
    graph.add_conditional_edges(
        "think", steps.after_think, {"think": "think", "read": "read", "propose": "propose", "end": END}
    )
    graph.add_conditional_edges("read", steps.after_read, {"propose": "propose", "think": "think"})
    graph.add_conditional_edges("propose", steps.after_propose, {"wait": "wait", "think": "think"})
    graph.add_edge("wait", "think")
    return graph
