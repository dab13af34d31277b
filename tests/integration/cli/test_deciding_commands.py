from pathlib import Path

import pytest
from tests.integration.cli.commands import Placet


def state_of(placet: Placet, proposal: str) -> str:
    return str(placet("proposals", "show", proposal, "--json").json["state"])


@pytest.mark.requirement("ASK-4")
def test_an_approval_on_the_command_line_counts_as_one_in_slack_does(placet: Placet, asked: str) -> None:
    told = placet("proposals", "approve", asked, "--as", "dana", "--json")
    assert told.status == 0
    assert told.json == {"proposal": asked, "state": "approved", "waiting_for": 0, "worker_alive": False}
    (decision,) = placet("proposals", "show", asked, "--json").json["decisions"]
    assert (decision["by"], decision["kind"], decision["via"]) == ("dana", "approve", "cli")


def test_without_a_worker_the_person_is_told_who_carries_it_on(placet: Placet, asked: str) -> None:
    told = placet("proposals", "approve", asked, "--as", "dana@merle-instruments.example")
    assert told.out == f"{asked} is approved\n"
    assert "`placet serve --no-slack` without Slack" in told.err


def test_a_rejection_needs_a_reason_and_keeps_it(placet: Placet, asked: str) -> None:
    refused = placet("proposals", "reject", asked, "--as", "dana", "--reason", "no")
    assert (refused.status, state_of(placet, asked)) == (1, "proposed")
    assert placet("proposals", "reject", asked, "--as", "dana", "--reason", "not this quarter").status == 0
    shown = placet("proposals", "show", asked, "--json").json
    assert (shown["state"], shown["reason"]) == ("rejected", "not this quarter")


@pytest.mark.parametrize(
    ("person", "says"),
    [
        ("riley", "you asked for this change, so someone else must decide"),
        ("omar", "only sales-director may decide this"),
        ("danna", "did you mean `dana`?"),
    ],
)
def test_who_may_not_decide_is_told_why_and_changes_nothing(placet: Placet, asked: str, person: str, says: str) -> None:
    told = placet("proposals", "approve", asked, "--as", person)
    assert (told.status, told.out) == (1, "")
    assert says in told.err
    assert "next: " in told.err
    assert state_of(placet, asked) == "proposed"


def test_a_refused_decision_is_on_the_ledger(placet: Placet, asked: str) -> None:
    placet("proposals", "approve", asked, "--as", "riley")
    last = placet("audit", "show", "--proposal", asked, "--json").json["entries"][-1]
    assert (last["kind"], last["facts"]["reason"], last["facts"]["via"]) == ("decision.refused", "self_approval", "cli")


def test_a_decision_bound_to_another_digest_does_not_count(placet: Placet, asked: str) -> None:
    assert placet("proposals", "approve", asked, "--as", "dana", "--digest", "0123").status == 1
    digest = placet("proposals", "show", asked, "--json").json["digest"]
    assert placet("proposals", "approve", asked, "--as", "dana", "--digest", digest[:12]).status == 0


def test_a_second_decision_changes_nothing_and_says_who_was_first(placet: Placet, asked: str) -> None:
    placet("proposals", "approve", asked, "--as", "dana")
    told = placet("proposals", "reject", asked, "--as", "dana", "--reason", "changed my mind", "--json")
    assert told.status == 1
    assert told.json["error"]["code"] == "decision_refused"
    assert "you have decided this already" in told.json["error"]["message"]


def test_show_tells_all_that_a_decision_rests_on(placet: Placet, asked: str) -> None:
    told = placet("proposals", "show", asked)
    digest = placet("proposals", "show", asked, "--json").json["digest"]
    for part in ("95,000.00 EUR", "120,000.00 EUR", "+26.3%", "set hooli to 120000", "amount-changes", "dana",
                 "atomic:", "can be undone", digest, '"minor":12000000'):  # fmt: skip
        assert part in told.out


def test_the_list_can_be_narrowed_to_states(placet: Placet, asked: str) -> None:
    assert [one["id"] for one in placet("proposals", "list", "--json").json["proposals"]] == [asked]
    assert placet("proposals", "list", "--state", "rejected", "--json").json == {"proposals": []}
    wrong = placet("proposals", "list", "--state", "open")
    assert (wrong.status, "use proposed, approved" in wrong.err) == (2, True)


def test_a_proposal_that_is_not_there_is_one_sentence(placet: Placet, project: Path) -> None:
    told = placet("proposals", "show", "P-NOWHERE")
    assert told.status == 1
    assert told.err.startswith("error: no proposal `P-NOWHERE` is visible\nnext: ")
