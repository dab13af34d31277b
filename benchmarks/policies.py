"""How fast policies load, decide and replay. Prints; run it as `python -m benchmarks.policies`.

Aims (DESIGN §8 and docs/reference/policies.md): 2,000 rules load within 300 ms and decide in p99 < 1 ms; 50,000 stored
proposals are read and replayed within 30 s.
"""

import secrets
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from placet.cli.policy import _history
from placet.project.loader import Project, load_project
from placet.rules import Policies, Question, evaluate, load_policies, seconds_in, simulate
from placet.storage import Store, Transaction
from placet.storage.rows import insert_decision, insert_proposal
from placet.vocabulary import (
    Decision,
    DecisionKind,
    Effect,
    FieldChange,
    Grade,
    Json,
    Mode,
    Operation,
    OperationKind,
    Proposal,
    Ruling,
    Scope,
    Undo,
    Verdict,
)

RULES, OBJECTS, PROPOSALS, DECISIONS = 2_000, 40, 50_000, 5_000
NOW = datetime.now(UTC)
ROOT = Path(__file__).parents[1]


def written(folder: Path) -> Path:
    """A policy folder with 2,000 rules of two to four conditions on 40 objects, none shadowing another."""
    folder.mkdir()
    (folder / "people.yaml").write_text(
        "people:\n"
        + "".join(f"  - {{id: p{n}, name: P{n}, email: p{n}@example.org, roles: [r]}}\n" for n in range(200))
    )
    (folder / "roles.yaml").write_text('roles: [{id: r, scopes: ["crm.*:*"]}]\n')
    rules = "".join(
        f"""  - id: rule-{n}
    on: [crm.object{n % OBJECTS}:update]
    when:
      - has(change.amount)
      - change.amount.after.minor > {n * 1000}
      - record.region == 'REGION-{n % 7}' || requester.roles.exists(r, r == 'r{n % 5}')
    then: {"ask" if n % 3 else "deny"}
    {"approvers: {role: r, quorum: 1, not: [requester]}" if n % 3 else ""}
    because: Amounts over {n} need somebody.
"""
        for n in range(RULES)
    )
    (folder / "rules.yaml").write_text(f"rules:\n{rules}")
    return folder


def context(minor: int) -> dict[str, Json]:
    before: Json = {"minor": 9_500_000, "currency": "EUR"}
    return {
        "change": {"amount": {"before": before, "after": {"minor": minor, "currency": "EUR"}}},
        "record": {"id": "o-1", "name": "Hooli expansion", "region": "REGION-3", "stage": "proposal", "owner": "riley"},
        "requester": {"id": "riley", "email": "riley@example.org", "roles": ["sales-rep"]},
        "agent": {"id": "sales-assistant"},
        "confidence": "0.9",
        "grade": "atomic",
        "tainted": False,
    }


def percentile(seconds: list[float], share: float) -> float:
    return sorted(seconds)[int(len(seconds) * share)]


def loading(folder: Path) -> Policies:
    started, busy = time.perf_counter(), time.process_time()
    policies = load_policies(folder)  # once: a second time the conditions are compiled already
    wall, cpu = time.perf_counter() - started, time.process_time() - busy
    print(f"load {RULES} rules: {wall * 1000:.0f} ms, {cpu * 1000:.0f} ms of them processor time (aim 300)")
    return policies


def deciding(policies: Policies) -> None:
    spent, busy = [], []
    for n in range(5_000):
        scope = Scope("crm", f"object{n % OBJECTS}", "update")
        question = Question(scope=scope, effect=Effect.WRITE, mode=Mode.AUTO, context=context(n * 400))
        started, began = time.perf_counter(), time.thread_time()
        evaluate(policies, question)
        busy.append(time.thread_time() - began)
        spent.append(time.perf_counter() - started)
    p50, p99 = percentile(spent, 0.5) * 1000, percentile(spent, 0.99) * 1000
    print(f"decide under {RULES} rules on {OBJECTS} scopes: p50 {p50:.3f} ms, p99 {p99:.3f} ms (aim p99 < 1)")
    p50, p99 = percentile(busy, 0.5) * 1000, percentile(busy, 0.99) * 1000
    print(f"    processor time alone: p50 {p50:.3f} ms, p99 {p99:.3f} ms")
    question = Question(
        scope=Scope("crm", "object1", "update"), effect=Effect.WRITE, mode=Mode.AUTO, context=context(1)
    )
    one_scope = replace(policies, rules=tuple(replace(one, scopes=(question.scope,)) for one in policies.rules))
    evaluate(one_scope, question)
    started = time.perf_counter()
    for _ in range(200):
        evaluate(one_scope, question)
    each = (time.perf_counter() - started) / 200 * 1000
    print(f"decide with all {RULES} rules on one scope, the worst case: {each:.2f} ms")


ASKED = Ruling(verdict=Verdict.ASK, rule="amount-changes", because="x", approvers=("sales-director",))


def proposal(n: int) -> Proposal:
    facts = context(9_000_000 + n * 100)
    change = FieldChange(field="amount", label="Amount", before=None, after=None, before_words="", after_words="")
    return Proposal(
        id=f"P-{n:08d}", revision=1, changeset=f"C-{n}", run="R-1", position=0, agent="sales-assistant",
        requester="riley", tool="crm.set_deal_amount", tool_hash="0" * 64, connector="crm", connector_version="1",
        operation=Operation(OperationKind.UPDATE, "crm.opportunity", "o-1", {"amount": facts["change"]}, "update"),
        record_name="Hooli expansion", base_version="1", grade=Grade.ATOMIC, undo=Undo.FULL,
        title="Hooli expansion: amount 95,000.00 EUR → 120,000.00 EUR", changes=(change,), why="set it", evidence=(),
        cascades=(), ruling=ASKED,
        confidence="0.9", nonce=secrets.token_hex(16), created_at=NOW - timedelta(minutes=n % 40_000),
        expires_at=NOW, digest=secrets.token_hex(32), context=facts,
    )  # fmt: skip


def filled(folder: Path) -> Store:
    store = Store.open(f"sqlite:///{folder / 'placet.sqlite'}")

    def write(tx: Transaction) -> None:
        stamp = tx.stamp
        tx.connection.exec_driver_sql(
            "INSERT INTO runs (id, agent, requester, request, source, state, graph, graph_version,"
            " created_at, updated_at)"
            f" VALUES ('R-1', 'a', 'riley', '', 'x', 'done', 'g', '1', '{stamp}', '{stamp}')"
        )
        for n in range(PROPOSALS):
            tx.connection.exec_driver_sql(
                f"INSERT INTO changesets (id, run, turn, created_at) VALUES ('C-{n}', 'R-1', {n}, '{stamp}')"
            )
            one = proposal(n)
            insert_proposal(tx, one)
            if n < DECISIONS:
                insert_decision(tx, Decision(proposal=one.id, revision=1, digest=one.digest, kind=DecisionKind.APPROVE,
                                             by="dana", reason="", via="cli", at=NOW))  # fmt: skip

    store.write_now(write)
    return store


def replaying(project: Project, folder: Path) -> None:
    store = filled(folder)
    started, busy = time.perf_counter(), time.process_time()
    cases, wait = store.read_now(lambda tx: _history(tx, project, seconds_in("365d", longest=365 * 86_400)))
    read = time.perf_counter() - started
    result = simulate(project.policies, project.policies, cases, wait)
    total = time.perf_counter() - started
    cpu = time.process_time() - busy
    store.close()
    print(f"simulate {result.cases} proposals: {read:.1f} s reading, {total - read:.1f} s replaying (aim 30 together)")
    print(f"    {cpu:.1f} s processor time")
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            print(f"most memory: {int(line.split()[1]) // 1024} MB")


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        deciding(loading(written(folder / "policies")))
        replaying(load_project(ROOT), folder)


if __name__ == "__main__":
    main()
