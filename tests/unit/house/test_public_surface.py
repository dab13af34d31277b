"""The one public door: which names it offers, and what walking through it costs."""

import subprocess
import sys

import placet

PUBLIC = [
    "CLEAR", "Amount", "Call", "Condition", "Create", "Delete", "Money", "PlacetError", "Reader", "Record",
    "RecordRef", "Reference", "RunContext", "Scope", "State", "Steps", "Transition", "Update", "egress", "read",
    "write",
]  # fmt: skip
"""Adding a name here is a promise to every project; removing one breaks them."""

WHO_IS_LOADED = """
import sys
before = set(sys.modules)
import placet
ours = {"placet"}
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(new - ours - set(sys.stdlib_module_names)))
"""


def test_the_door_offers_exactly_the_promised_names() -> None:
    assert sorted(placet.__all__) == sorted(PUBLIC)


def test_every_promised_name_is_there() -> None:
    assert [name for name in PUBLIC if getattr(placet, name, None) is None] == []


def test_a_name_that_was_not_promised_is_refused() -> None:
    assert not hasattr(placet, "Executor")


def test_importing_placet_imports_no_third_party() -> None:
    run = subprocess.run([sys.executable, "-c", WHO_IS_LOADED], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
