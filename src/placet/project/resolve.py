"""Resolves the names by which rooms refer to each other, and reports those that lead nowhere."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from placet.errors import Finding
from placet.project.settings import SETTINGS_FILE, Settings, setting_line
from placet.project.survey import Survey
from placet.project.systems import objects_of, read_scopes, schemas_of, systems_offered
from placet.rules import Document, Policies, doubtful_rules, nearest, read_yaml
from placet.rules.strict_yaml import YamlPath
from placet.vocabulary import AgentSpec, Effect, Scope, Verdict, covered


def unresolved(survey: Survey) -> Iterator[Finding]:
    """Every name in one room that means nothing in another. Parts that could not be read raise no further finding."""
    readable = read_scopes(objects_of(survey.settings.systems)) if survey.settings else ()
    for id, agent in survey.agents.agents.items():
        document = survey.agents.documents[id]
        yield from _tools_of(survey, agent, document)
        if survey.settings is not None:
            yield from _scopes_of(survey, agent, document, readable)
        yield from _graph_and_owner(survey, agent, document)
    if survey.settings is None:
        return
    yield from _systems(survey.folder, survey.settings)
    yield from _objects(survey, survey.settings)
    if survey.policies is not None:
        yield from _rule_doubts(survey.folder, survey.policies, survey.settings)
    if survey.policies is not None and not any(name.startswith("tools/") for name in survey.rooms.broken):
        yield from _policy_scopes(survey, survey.policies, readable)


def _tools_of(survey: Survey, agent: AgentSpec, document: Document) -> Iterator[Finding]:
    known = survey.rooms.tools
    for at, name in enumerate(agent.tools):
        path: YamlPath = ("tools", at)
        if name in agent.tools[:at]:
            yield document.finding(path, f"tool `{name}` is listed twice")
        elif name in known:
            for scope in (known[name].scope, *read_scopes(known[name].references.values())):
                if not covered(scope, agent.scopes):
                    message = f"tool `{name}` needs the scope `{scope}`, which the agent does not ask for"
                    yield document.finding(path, message)
        elif f"tools/{name.partition('.')[0]}" not in survey.rooms.broken:
            yield document.finding(path, f"there is no tool `{name}`", nearest(name, known))


def _scopes_of(survey: Survey, agent: AgentSpec, document: Document, readable: Sequence[Scope]) -> Iterator[Finding]:
    tools = [survey.rooms.tools[name] for name in agent.tools if name in survey.rooms.tools]
    if len(tools) < len(agent.tools):
        return  # an unknown tool is reported already, and its scope cannot be known
    systems = {system for tool in tools for system in (tool.scope.system, *tool.readers)}
    useful = [*(tool.scope for tool in tools), *(scope for scope in readable if scope.system in systems)]
    for at, scope in enumerate(agent.scopes):
        if not any(scope.covers(other) for other in useful):
            message = f"none of the agent's tools has a use for the scope `{scope}`"
            yield document.finding(("scopes", at), message, nearest(str(scope), map(str, useful)))


def _graph_and_owner(survey: Survey, agent: AgentSpec, document: Document) -> Iterator[Finding]:
    if agent.graph not in survey.rooms.graphs and f"graphs/{agent.graph}" not in survey.rooms.broken:
        close = nearest(agent.graph, survey.rooms.graphs)
        yield document.finding(("graph",), f"there is no graph `{agent.graph}`", close)
    if survey.policies is None:
        return
    owner = survey.policies.people.get(agent.owner)
    if owner is None:
        close = nearest(agent.owner, survey.policies.people)
        yield document.finding(("owner",), f"there is no person `{agent.owner}`", close)
    elif not owner.active:
        yield document.finding(("owner",), f"the owner `{agent.owner}` is not active")


def _systems(folder: Path, settings: Settings) -> Iterator[Finding]:
    for name, system in settings.systems.items():
        offered = systems_offered(system.connector)
        if name not in offered:
            message = f"the connector `{system.connector}` has no system `{name}`; it has {', '.join(offered)}"
            line = setting_line(folder, ("systems", name))
            yield Finding(SETTINGS_FILE, line, message, nearest(name, offered))


def _objects(survey: Survey, settings: Settings) -> Iterator[Finding]:
    known = objects_of(settings.systems)
    for name, tool in survey.rooms.tools.items():
        file = f"tools/{Path(tool.source_file).name}"
        for system in dict.fromkeys((tool.scope.system, *tool.readers)):
            if system not in settings.systems:
                message = f"tool `{name}` is for the system `{system}`, which placet.toml does not configure"
                yield Finding(file, tool.source_line, message, nearest(system, settings.systems))
        for object in dict.fromkeys((f"{tool.scope.system}.{tool.scope.object}", *tool.references.values())):
            if object.partition(".")[0] in settings.systems and object not in known:
                message = f"tool `{name}` names `{object}`, which the system does not have"
                yield Finding(file, tool.source_line, message, nearest(object, known))


def _policy_scopes(survey: Survey, policies: Policies, readable: Sequence[Scope]) -> Iterator[Finding]:
    tools = survey.rooms.tools.values()
    if not tools:
        return  # nothing can be said about scopes without tools
    useful = [*(tool.scope for tool in tools), *readable]
    roles = read_yaml(survey.folder / "policies" / "roles.yaml", "policies/roles.yaml")
    for at, role in enumerate(policies.roles.values()):
        yield from _without_tool(roles, ("roles", at, "scopes"), role.scopes, useful)
    rules = read_yaml(survey.folder / "policies" / "rules.yaml", "policies/rules.yaml")
    for at, rule in enumerate(policies.rules):
        if rule.then is not Verdict.DENY:  # a deny rule may lock a door that is not there yet
            yield from _without_tool(rules, ("rules", at, "on"), rule.scopes, useful)
    if not policies.rules and any(tool.effect is not Effect.READ for tool in tools):
        yield Finding("policies/rules.yaml", 0, "no rule is written, so every write is refused")


def _rule_doubts(folder: Path, policies: Policies, settings: Settings) -> Iterator[Finding]:
    rules = read_yaml(folder / "policies" / "rules.yaml", "policies/rules.yaml")
    for doubt in doubtful_rules(policies, schemas_of(settings.systems)):
        path: YamlPath = ("rules", doubt.rule, "id")
        if doubt.condition is not None:
            path = ("rules", doubt.rule, "when", doubt.condition)
        yield rules.finding(path, doubt.message, doubt.nearest)


def _without_tool(
    document: Document, path: YamlPath, scopes: Sequence[Scope], useful: Sequence[Scope]
) -> Iterator[Finding]:
    for place, scope in enumerate(scopes):
        if not any(scope.covers(other) for other in useful):
            message = f"no tool has a use for the scope `{scope}`"
            yield document.finding((*path, place), message, nearest(str(scope), map(str, useful)))
