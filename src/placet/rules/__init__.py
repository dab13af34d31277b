"""The policy: people, roles and rules, read strictly and evaluated without side effects."""

from placet.rules.conditions import Answered
from placet.rules.durations import seconds_in
from placet.rules.evaluate import Explanation, Question, RuleAnswered, evaluate, explain
from placet.rules.policies import OWNER_ROLE, Policies, Rule
from placet.rules.reading import load_policies
from placet.rules.shapes import Shape, nearest, read_shape
from placet.rules.strict_yaml import Document, parse_yaml, read_yaml

__all__ = [
    "OWNER_ROLE", "Answered", "Document", "Explanation", "Policies", "Question", "Rule", "RuleAnswered", "Shape",
    "evaluate", "explain", "load_policies", "nearest", "parse_yaml", "read_shape", "read_yaml", "seconds_in",
]  # fmt: skip
