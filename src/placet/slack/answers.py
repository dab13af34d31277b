"""Answers in the rep's thread, the buttons of a question, and short notices."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from placet.slack.blocks import Block, Drawn, actions, button, context, line, rich, said, section
from placet.slack.limits import BUTTON_TEXT
from placet.slack.literal import composed, cut, visible
from placet.slack.payloads import object_at, text_at
from placet.slack.tokens import choice_of
from placet.storage import Transaction
from placet.storage.run_rows import find_run

CHOOSE = "choose"
"""Action ids of choice buttons are `choose:<n>`."""
SECTION = 2_800
SECTIONS = 4
CHOICES = 10


@dataclass(frozen=True, slots=True)
class Question:
    """A name that may mean several records. `chosen` is the candidate the rep took, or `None`."""

    object: str
    said: str
    candidates: tuple[tuple[str, str], ...]
    chosen: int | None


def question_in(body: str) -> Question | None:
    """The question an answer's outbox row carries, or `None`. Candidates are `(id, name)`."""
    data = object_at(json.loads(body or "{}"))
    asked = object_at(data, "choices")
    listed = asked.get("candidates")
    if not isinstance(listed, list) or not listed:
        return None
    found = tuple((text_at(one, "id"), text_at(one, "name")) for one in listed[:CHOICES])
    chosen = data.get("chosen")
    number = chosen if isinstance(chosen, int) and 0 <= chosen < len(found) else None
    return Question(text_at(asked, "object"), text_at(asked, "said"), found, number)


def draw_answer(tx: Transaction, row: Mapping[str, Any]) -> Drawn | None:
    """The answer of a run with its choice buttons, or with what was chosen; `None` if there is no such run."""
    run = find_run(tx, row["subject"])
    if run is None:
        return None
    text = composed(str(run["answer"])).strip() or "I have no answer to that."
    blocks: list[Block] = [section(part) for part in _parts(text)]
    if len(text) > SECTION * SECTIONS:
        blocks.append(context(f"The answer was cut here. All of it is on the ledger under run `{run['id']}`."))
    question = question_in(row["body"])
    if question is not None:
        blocks.append(_choices(str(run["id"]), question))
    return Drawn(cut(text, 600), blocks)


def _parts(text: str) -> Sequence[str]:
    """The text in pieces a section can hold, broken at line ends where there are any, never inside an entity."""
    parts: list[str] = []
    rest = text
    while rest and len(parts) < SECTIONS:
        end = len(rest) if len(rest) <= SECTION else rest.rfind("\n", 1, SECTION)
        if end <= 0:
            end = SECTION
            entity = rest.rfind("&", end - 5, end)
            end = entity if entity > 0 and ";" not in rest[entity:end] else end
        parts.append(rest[:end].strip("\n") or "…")
        rest = rest[end:]
    return parts


def _choices(run: str, question: Question) -> Block:
    if question.chosen is not None:
        record, name = question.candidates[question.chosen]
        return rich(line(said("You chose "), said(f"{visible(name)} ({visible(record)})", bold=True)))
    buttons = [
        button(_label(record, name), action=f"{CHOOSE}:{number}", value=choice_of(run, number))
        for number, (record, name) in enumerate(question.candidates)
    ]
    return actions(*buttons, block_id=f"choose:{run}")


def _label(record: str, name: str) -> str:
    """Name and id, so that near-duplicates can be told apart; the id is never cut away."""
    tail = f" ({visible(record)})"
    return cut(visible(name), max(BUTTON_TEXT - len(tail), 1)) + tail


def draw_notice(row: Mapping[str, Any]) -> Drawn | None:
    """A short notice whose text stands in the row."""
    text = text_at(json.loads(row["body"] or "{}"), "text")
    return Drawn(composed(cut(text, SECTION)), [section(composed(cut(text, SECTION)))]) if text else None
