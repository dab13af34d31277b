"""Whether a card can show the whole payload. If it cannot, it has no Approve button (guarantee G7)."""

from placet.slack.limits import CELL, TABLE_ROWS
from placet.slack.literal import visible
from placet.vocabulary import FieldChange, OperationKind, Proposal, digest_of, in_words


def rows_of(proposal: Proposal) -> tuple[FieldChange, ...]:
    """A row for every change, and one for every field of the payload that would not change anything."""
    drawn = {row.field for row in proposal.changes}
    fresh = proposal.operation.kind in {OperationKind.CREATE, OperationKind.CALL}
    rest = tuple(
        FieldChange(
            field=name,
            label=name.replace("_", " "),
            before=None if fresh else value,
            after=value,
            before_words="—" if fresh else in_words(value),
            after_words=in_words(value),
        )
        for name, value in proposal.operation.fields.items()
        if name not in drawn
    )
    return proposal.changes + rest


def obstacle(proposal: Proposal) -> str:
    """Why this proposal must not be approved from a card, in words, or an empty string."""
    if digest_of(proposal) != proposal.digest:
        return "What is stored does not match its seal. Nobody should approve it; tell an owner."
    if not all(_told_truly(proposal, row) for row in proposal.changes):
        return "The words on this card do not match the stored change. Nobody should approve it; tell an owner."
    rows = rows_of(proposal)
    if len(rows) > TABLE_ROWS:
        return f"It changes {len(rows)} fields; a card shows at most {TABLE_ROWS}."
    long = [row.label for row in rows if max(len(visible(row.before_words)), len(visible(row.after_words))) > CELL]
    if long:
        return f"{', '.join(visible(one) for one in long)}: too long to be shown here in full."
    return ""


def _told_truly(proposal: Proposal, row: FieldChange) -> bool:
    """Whether a drawn row says what the payload holds: the words may add a name, but never hide the value."""
    fields = proposal.operation.fields
    if row.field not in fields:
        return proposal.operation.kind not in {OperationKind.CREATE, OperationKind.UPDATE, OperationKind.CALL}
    return row.after == fields[row.field] and in_words(row.after) in row.after_words
