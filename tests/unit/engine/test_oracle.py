"""The watchers of every test: the egress oracle finds what it must, and no socket leaves this machine."""

import socket
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.support.company import Company, execute_sql
from tests.support.oracle import Oracle
from tests.support.proposals import OPERATION, a_proposal
from tests.support.sockets import is_here, loopback_only

from placet.testing.egress import Claim, check_egress
from placet.vocabulary import Json, OperationKind, ProposalState

DONE = a_proposal(state=ProposalState.DONE, receipt={"outcome": "applied"})


@dataclass(frozen=True)
class Row:
    """One change, as a system saw it."""

    key: str | None = "P-1"
    digest: str = DONE.digest
    object: str = "crm.opportunity"
    record: str = "OPP-1001"
    change: str = "update"
    operation: dict[str, Json] | None = None


def problems(*rows: Row, proposal: Any = DONE, digests: tuple[str, ...] = (DONE.digest,)) -> str:
    found = check_egress([("crm", rows)], [{"P-1": Claim(proposal=proposal, digests=digests)}])
    return "\n".join(found)


def test_one_change_of_one_claimed_proposal_is_as_it_should_be() -> None:
    assert problems(Row(), Row(object="erp.stock", record="S-1")) == ""
    assert problems(Row(operation=OPERATION.to_json())) == ""


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([Row(), Row(key=None)], "left without any request"),
        ([Row(), Row(key="P-2")], "which no executor claimed"),
        ([Row(digest="00" * 32)], "is not the one that was approved"),
        ([Row(operation={**OPERATION.to_json(), "record": "OPP-9"})], "is not the operation that was approved"),
        ([Row(), Row()], "was made 2 times"),
        ([Row(record="OPP-9")], "was made 0 times"),
        ([], "says done, yet no system saw its change"),
    ],
)
def test_a_change_that_no_claim_accounts_for_is_found(rows: list[Row], found: str) -> None:
    assert found in problems(*rows)


@pytest.mark.parametrize("state", sorted(set(ProposalState) - {"done", "unknown", "executing"}))
def test_a_change_of_a_proposal_that_may_have_made_none_is_found(state: ProposalState) -> None:
    assert f"is {state}, yet its change reached the system" in problems(Row(), proposal=replace(DONE, state=state))


def test_a_second_claim_is_found() -> None:
    assert "was claimed 2 times" in problems(Row(), digests=(DONE.digest, DONE.digest))


def test_a_record_that_was_made_twice_is_found() -> None:
    made = replace(DONE, operation=replace(OPERATION, kind=OperationKind.CREATE, record=""))
    rows = (Row(record="N-1", change="insert"), Row(record="N-2", change="insert"))
    assert "was made 2 times" in problems(*rows, proposal=made)
    assert problems(rows[0], Row(record="N-1"), proposal=made) == ""


async def test_the_oracle_of_a_test_sees_what_was_opened_in_it(asked: Company, egress_oracle: Oracle) -> None:
    await asked.approve("dana")
    assert egress_oracle.problems() == ()
    await asked.store.write(lambda tx: execute_sql(tx, "UPDATE proposals SET state = 'failed'"))
    assert "yet its change reached the system" in "\n".join(egress_oracle.problems())
    await asked.store.write(lambda tx: execute_sql(tx, "UPDATE proposals SET state = 'done'"))


@pytest.mark.parametrize(
    ("address", "here"),
    [
        (("127.0.0.1", 80), True), (("127.9.9.9", 80), True), (("::1", 80, 0, 0), True), (("localhost", 80), True),
        ("/run/some.sock", True), (("93.184.216.34", 443), False), (("example.com", 443), False),
        (("0.0.0.1", 1), False), (("10.0.0.1", 1), False), ("example.com", False), (("169.254.169.254", 80), False),
    ],
)  # fmt: skip
def test_only_this_machine_is_here(address: object, *, here: bool) -> None:
    assert is_here(address) is here


def test_reaching_out_is_refused_and_remembered() -> None:
    with loopback_only() as tried:
        with socket.socket() as outgoing, pytest.raises(PermissionError, match="a test tried to reach"):
            outgoing.connect(("192.0.2.1", 9))
        with pytest.raises(PermissionError):
            socket.getaddrinfo("example.com", 443)
        assert len(tried) == 2
