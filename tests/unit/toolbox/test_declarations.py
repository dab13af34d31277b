"""Declaring tools: the types are the schema the model sees, and what cannot be declared is refused at once."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from tests.support.company import reference

from placet import Amount, Create, Reader, RecordRef, Reference, egress, read, write
from placet.toolbox import declaration_of
from placet.vocabulary import Effect

GOLDEN = Path(__file__).parent / "reference_tools.json"


def test_the_reference_tools_look_to_a_model_as_they_always_did() -> None:
    """A change here changes tool hashes and what models were measured on: look at it before you write it anew."""
    seen = {
        name: {"scope": str(tool.scope), "effect": tool.effect, "says": tool.description, "takes": tool.parameters}
        for name, tool in reference().tools.items()
    }
    assert seen == json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("declare", "effect"), [(read, Effect.READ), (write, Effect.WRITE), (egress, Effect.EGRESS)])
def test_each_decorator_declares_its_effect(declare: Any, effect: Effect) -> None:
    def tool(text: str) -> Create:
        """Do something."""
        return Create("crm.note", text=text)

    declared = declaration_of(declare(scope="crm.note:create")(tool))
    assert declared is not None
    assert (declared.effect, declared.name, str(declared.scope)) == (effect, "tool", "crm.note:create")


def test_every_kind_of_parameter_has_its_form_in_the_schema() -> None:
    @write(scope="crm.note:create")
    def tool(
        crm: Reader,
        account: Annotated[RecordRef, Reference("crm.account")],
        amount: Amount,
        kind: Literal["a", "b"],
        count: int,
        sure: bool,  # noqa: FBT001 - a tool's parameter is what the model fills in
        due: date | None = None,
        note: Annotated[str, "what to say"] = "nothing",
    ) -> Create:
        """Do something.

        This paragraph is for people.
        """
        return Create("crm.note", a=(crm, account, amount, kind, count, sure, due, note))

    declared = declaration_of(tool)
    assert declared is not None
    assert (declared.readers, sorted(declared.amounts)) == (("crm",), ["amount"])
    assert dict(declared.references) == {"account": "crm.account"}
    assert declared.description == "Do something."
    assert declared.parameters["required"] == ["account", "amount", "kind", "count", "sure"]
    assert declared.parameters["properties"] == {
        "account": {"type": "string", "description": "id or name of the account"},
        "amount": {"type": "number", "description": "all digits, in the record's own currency"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "count": {"type": "integer"},
        "sure": {"type": "boolean"},
        "due": {"type": "string", "format": "date"},
        "note": {"type": "string", "description": "what to say"},
    }


def test_the_hash_of_a_tool_changes_with_anything_the_model_sees() -> None:
    def declared(scope: str, docs: str, kind: Any) -> str:
        def tool(text: str) -> Create:
            return Create("crm.note", text=text)

        tool.__doc__, tool.__annotations__["text"] = docs, kind
        found = declaration_of(write(scope=scope)(tool))
        assert found is not None
        return found.schema_hash

    one = declared("crm.note:create", "Write.", str)
    others = [
        declared("crm.task:create", "Write.", str),
        declared("crm.note:create", "Write a note.", str),
        declared("crm.note:create", "Write.", int),
    ]
    assert (declared("crm.note:create", "Write.", str), len({one, *others})) == (one, 4)


def untyped(text):  # type: ignore[no-untyped-def]  # that is the point  # noqa: ANN001
    """Say something."""
    return text


def many(*texts: str) -> str:
    """Say something."""
    return "".join(texts)


def undocumented(text: str) -> str:
    return text


def with_float(amount: float) -> float:
    """Say something."""
    return amount


def unmarked(deal: RecordRef) -> RecordRef:
    """Say something."""
    return deal


def anything(data: dict) -> dict:  # type: ignore[type-arg]  # that is the point
    """Say something."""
    return data


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (untyped, "needs a name and a type"), (many, "needs a name and a type"), (undocumented, "needs a docstring"),
        (with_float, "cannot be"), (unmarked, "without Reference"), (anything, "cannot be"),
    ],
)  # fmt: skip
def test_what_a_model_could_not_call_safely_is_not_a_tool(function: Any, reason: str) -> None:
    with pytest.raises(TypeError, match=reason):
        write(scope="crm.note:create")(function)


@pytest.mark.parametrize("scope", ["", "crm", "crm.*:create", "crm.note:*", "CRM.note:create"])
def test_a_tool_needs_one_exact_scope(scope: str) -> None:
    def tool(text: str) -> str:
        """Say something."""
        return text

    with pytest.raises(TypeError, match="scope"):
        read(scope=scope)(tool)


def test_a_plain_function_is_no_tool() -> None:
    assert declaration_of(undocumented) is None
