"""CRM tools, named as a rep would say them. Write tools return an operation and touch nothing."""

from datetime import date
from typing import Annotated, Literal

from placet import Amount, Condition, Create, Reader, RecordRef, Reference, Update, read, write

Deal = Annotated[RecordRef, Reference("crm.opportunity"), "deal name or id"]
Account = Annotated[RecordRef, Reference("crm.account"), "account name or id"]
Stage = Literal["prospecting", "qualification", "proposal", "negotiation", "won", "lost"]


@read(scope="crm.opportunity:read")
async def find_deals(crm: Reader, query: Annotated[str, "deal or account name"]) -> list[dict[str, object]]:
    """Find deals (opportunities) in the CRM by name or account."""
    found = await crm.named("crm.opportunity", query, limit=10)
    return [_short(record.id, record.name, record.values) for record in found]


@read(scope="crm.opportunity:read")
async def deal_details(crm: Reader, deal: Deal) -> dict[str, object]:
    """Show everything the CRM knows about one deal."""
    record = await crm.read("crm.opportunity", deal.id)
    notes = await crm.search("crm.note", [Condition("opportunity", "is", deal.id)], limit=3)
    return {
        "id": record.id,
        **{name: value for name, value in record.values.items() if value not in (None, "")},
        "notes": [note.values.get("text") for note in notes.records],
    }


@write(scope="crm.opportunity:update")
def set_deal_amount(deal: Deal, amount: Annotated[Amount, "new amount"]) -> Update:
    """Set the amount of a deal."""
    return Update("crm.opportunity", deal, amount=amount)


@write(scope="crm.opportunity:update")
def move_deal(deal: Deal, stage: Annotated[Stage, "new stage"]) -> Update:
    """Move a deal to another stage."""
    return Update("crm.opportunity", deal, stage=stage)


@write(scope="crm.note:create")
def log_note(account: Account, text: Annotated[str, "what to write down"]) -> Create:
    """Write a note on an account."""
    subject = text.splitlines()[0][:60]
    return Create("crm.note", name=subject, account=account, text=text)


@write(scope="crm.task:create")
def add_task(
    account: Account,
    what: Annotated[str, "what to do"],
    due: Annotated[date | None, "day it is due, as YYYY-MM-DD"] = None,
) -> Create:
    """Add a task for a person to do about an account."""
    return Create("crm.task", name=what, account=account, due=due)


def _short(record: str, name: str, values: object) -> dict[str, object]:
    assert isinstance(values, dict)
    return {"id": record, "name": name, **{key: values.get(key) for key in ("amount", "stage", "close_date", "owner")}}
