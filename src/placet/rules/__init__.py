"""The policy: people, roles and rules, read strictly and evaluated without side effects."""

from placet.rules.calendar import Calendar, add_working, working_between
from placet.rules.comparison import Difference, compare
from placet.rules.conditions import Answered
from placet.rules.durations import seconds_in
from placet.rules.evaluate import Explanation, Question, RuleAnswered, evaluate, explain, undecidable
from placet.rules.examples import Checked, Example, read_examples, run_examples
from placet.rules.explaining import Told, settled, tell
from placet.rules.lint import RuleDoubt, doubtful_rules
from placet.rules.permissions import WhoCan, who_can
from placet.rules.policies import OWNER_ROLE, Policies, Rule
from placet.rules.reading import load_policies
from placet.rules.schema import SCHEMAS, policy_schema
from placet.rules.shapes import Shape, nearest, read_shape
from placet.rules.simulation import DecisionTime, PastCase, Simulation, past_case, simulate
from placet.rules.strict_yaml import Document, parse_yaml, read_yaml

__all__ = [
    "OWNER_ROLE", "SCHEMAS", "Answered", "Calendar", "Checked", "DecisionTime", "Difference", "Document", "Example",
    "Explanation", "PastCase", "Policies", "Question", "Rule", "RuleAnswered", "RuleDoubt", "Shape", "Simulation",
    "Told", "WhoCan", "add_working", "compare", "doubtful_rules", "evaluate", "explain", "load_policies", "nearest",
    "parse_yaml", "past_case", "policy_schema", "read_examples", "read_shape", "read_yaml", "run_examples",
    "seconds_in", "settled", "simulate", "tell", "undecidable", "who_can", "working_between",
]  # fmt: skip
