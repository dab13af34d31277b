"""Cards: what an approver decides on. Drawn from the view model only, never from a payload that Slack sent."""

from placet.slack.blocks import (
    Block,
    Drawn,
    actions,
    bullets,
    button,
    context,
    day_and_time,
    header,
    line,
    quote,
    raw,
    rich,
    said,
    section,
    strong,
    table,
)
from placet.slack.limits import CELL, TABLE_ROWS, breaches
from placet.slack.literal import cut, escape
from placet.slack.view_model import CardView, ItemView
from placet.slack.wording import (
    HEADLINES,
    MARKS,
    UNDO,
    by_whom,
    confidence,
    headline,
    outcome,
    progress,
    reason,
    safety,
)
from placet.vocabulary import FieldChange, OperationKind

APPROVE, REJECT = "decide:approve", "decide:reject"
"""Action ids of the buttons."""
REQUEST_SHOWN = 600
EVIDENCE_SHOWN = 5
REASON_SHOWN = 500


def draw_card(view: CardView) -> Drawn:
    """The card of a changeset; one that Slack would refuse becomes a summary that cannot be approved here."""
    blocks = _single(view, view.items[0]) if len(view.items) == 1 else _several(view)
    if breaches(blocks):
        return draw_summary(view)
    return Drawn(_fallback(view), blocks)


def draw_summary(view: CardView) -> Drawn:
    """A card without details and without Approve: what there is, why it is not shown, and how to decide it."""
    titles = [line(said(cut(headline(item), 160))) for item in view.items[:20]]
    more = len(view.items) - len(titles)
    parts: list[Block] = [bullets(*titles)] + ([line(said(f"… and {more} more"))] if more > 0 else [])
    blocks = [header(_heading(view)), _asked(view), rich(*parts)]
    open_items = [item for item in view.items if item.mine]
    if open_items:
        listed = "\n".join(f"`placet proposals show {item.proposal}`" for item in open_items[:10])
        blocks.append(
            section(f"*This cannot be shown here in full, so it cannot be approved here.* Look and decide:\n{listed}")
        )
    if len(view.items) == 1 and open_items:
        blocks.append(_buttons(view.items[0], approvable=False))
    return Drawn(_fallback(view), blocks)


def _fallback(view: CardView) -> str:
    """The sentence of notifications: `text` is mrkdwn, so it is escaped."""
    mine = any(item.mine for item in view.items)
    if len(view.items) > 1:
        lead = "Approval needed: " if mine else ""
        return escape(f"{lead}{_heading(view)}, asked by {view.requester}")
    item = view.items[0]
    return escape(f"{'Approval needed' if mine else HEADLINES[item.state]}: {item.title}")


def _heading(view: CardView) -> str:
    if len(view.items) == 1:
        return headline(view.items[0])
    waiting = sum(item.open for item in view.items)
    if waiting:
        left = f"{waiting} of {len(view.items)}" if waiting < len(view.items) else str(waiting)
        return f"{left} changes to decide"
    ends = [item.state for item in view.items]
    counted = ", ".join(f"{ends.count(state)} {HEADLINES[state].lower()}" for state in MARKS if state in ends)
    mark = MARKS[ends[0]] if len(set(ends)) == 1 else "🗂️"
    return f"{mark} {len(ends)} changes: {counted}"


def _asked(view: CardView) -> Block:
    by = line(said(view.requester, bold=True), said(f" asked {view.agent.replace('-', ' ')}:"))
    return rich(by, quote(cut(view.request, REQUEST_SHOWN) or "—"))


# --- one change --------------------------------------------------------------------------------------


def _single(view: CardView, item: ItemView) -> list[Block]:
    return [
        header(_heading(view)),
        _asked(view),
        *_diff(item),
        *_cascades(item),
        *_evidence(item),
        *_because(item),
        *_warnings(item),
        *_small_print(item),
        *_ending(item),
    ]


def _diff(item: ItemView) -> list[Block]:
    """Every field of the payload: now and after; only the new value where there was none before."""
    rows = item.rows[:TABLE_ROWS]
    if not rows:
        return []
    if item.kind in {OperationKind.CREATE, OperationKind.CALL}:
        head = [strong("Field"), strong("New value")]
        return [table([head, *([raw(row.label), strong(_after(row))] for row in rows)])]
    head = [strong("Field"), strong("Now"), strong("After")]
    body = ([raw(row.label), raw(cut(row.before_words, CELL)), strong(_after(row))] for row in rows)
    return [table([head, *body])]


def _after(row: FieldChange) -> str:
    """The new value with its change in percent, or a word that it stays as it is."""
    value = cut(row.after_words, CELL)
    if row.before_words == row.after_words and row.before == row.after and row.before is not None:
        return f"{value}  (unchanged)"
    return f"{value}  ({row.delta})" if row.delta else value


def _cascades(item: ItemView) -> list[Block]:
    if not item.cascades:
        return []
    listed = bullets(*(line(said(cut(one, 300))) for one in item.cascades[:10]))
    return [rich(line(said("This will also:", bold=True)), listed)]


def _evidence(item: ItemView) -> list[Block]:
    if not item.evidence:
        return []
    lines = []
    for one in item.evidence[:EVIDENCE_SHOWN]:
        outside = [said(" from outside", bold=True)] if one.tainted else []
        lines.append(line(said(cut(one.text, 300)), said(f" ({cut(one.source, 80)})", italic=True), *outside))
    return [rich(line(said("What the agent read:", bold=True)), bullets(*lines))]


def _warnings(item: ItemView) -> list[Block]:
    blocks: list[Block] = []
    if item.hides:
        blocks.append(section("⚠️ *Hidden characters* are in this change. They are written out like ⟨U+202E⟩."))
    if item.obstacle and item.open:
        show = f"`placet proposals show {item.proposal}`"
        text = f"⚠️ *This cannot be approved here.* {escape(cut(item.obstacle, 500))} See all of it with {show}."
        blocks.append(section(text))
    return blocks


def _because(item: ItemView) -> list[Block]:
    """Why a person has to look: the rule's own words are often the warning that matters."""
    if not item.open:
        return []
    return [section(f"*Why it needs a person:* {escape(cut(item.because, 400))}")]


def _small_print(item: ItemView) -> list[Block]:
    """Until when and by which rule; then what, how safe, how sure, and the name of it all."""
    sure = confidence(item.confidence)
    record = f"{cut(item.record, 200)} in {item.object}"
    facts = [record, safety(item), f"agent {sure} sure" if sure else "", f"{item.proposal} r{item.revision}"]
    if not item.open:
        return [context(data=" · ".join((record, UNDO[item.undo], facts[-1])))]
    waits = f"*{progress(item)}* · expires {day_and_time(item.expires_at)} · rule `{escape(item.rule)}`"
    return [context(waits, data=" · ".join(fact for fact in facts if fact))]


def _ending(item: ItemView) -> list[Block]:
    """Buttons while this person may decide, else what happened and whose turn it is."""
    if item.mine:
        return [_buttons(item, approvable=not item.obstacle)]
    blocks: list[Block] = []
    why = reason(item)
    if why:
        blocks.append(rich(quote(cut(why, REASON_SHOWN))))
    told = [*by_whom(item.decisions), outcome(item)]
    if item.open:
        told.append(f"waiting for {escape(', '.join(item.waiting_for[:4])) or 'nobody: tell an owner'}")
    blocks.append(context(" · ".join(part for part in told if part)))
    return blocks


def _buttons(item: ItemView, *, approvable: bool) -> Block:
    approve = button("Approve", action=APPROVE, value=item.value, style="primary", label=f"Approve {item.title}")
    reject = button("Reject…", action=REJECT, value=item.value, style="danger", label=f"Reject {item.title}")
    elements = [approve, reject] if approvable else [reject]
    return actions(*elements, block_id=f"ap:{item.proposal}:{item.revision}:{'b' if approvable else 'r'}")


# --- several changes -----------------------------------------------------------------------------------


def _several(view: CardView) -> list[Block]:
    blocks = [header(_heading(view)), _asked(view)]
    for number, item in enumerate(view.items, start=1):
        blocks += _part(number, item)
    first = view.items[0]
    return blocks + _evidence(first)


def _part(number: int, item: ItemView) -> list[Block]:
    title = line(said(f"{number}. {headline(item)}", bold=True))
    rows = [line(*_row(item, row)) for row in item.rows[:TABLE_ROWS]]
    also = [line(said("This will also: ", bold=True), said(cut(one, 300))) for one in item.cascades[:5]]
    listed = [bullets(*rows, *also)] if rows or also else []
    return [rich(title, *listed), *_because(item), *_warnings(item), *_small_print(item), *_ending(item)]


def _row(item: ItemView, row: FieldChange) -> list[Block]:
    fresh = item.kind in {OperationKind.CREATE, OperationKind.CALL}
    before = [] if fresh else [said(f"{cut(row.before_words, CELL)} → ")]
    return [said(f"{row.label}: "), *before, said(_after(row), bold=True)]
