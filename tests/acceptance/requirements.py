"""What was promised to users: one row a promise, with its source and whether it is built.

A test says which row it proves: `@pytest.mark.requirement("ASK-1")`. `test_requirements.py` checks both ways: a row
that is built has a test, and a test names a row that exists.
"""

from dataclasses import dataclass
from typing import Literal

Source = Literal["design", "founding", "field"]
"""Who asked: the product's design card, its founding document, or what is usual and measured in the field."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One promise. `lacks` names the part of a built row that is still to come."""

    id: str
    text: str
    sources: tuple[Source, ...]
    detail: str = ""
    built: bool = False
    lacks: str = ""


REQUIREMENTS: tuple[Requirement, ...] = (
    # --- ask, decide, do
    Requirement(
        "ASK-1",
        (
            "A rep triggers an agent from Slack by direct message, mention and slash command, and gets an answer "
            "in the same thread"
        ),
        ("design",),
        built=True,
    ),
    Requirement(
        "ASK-2",
        "The agent reasons over CRM and ERP tools and may use several systems in one run",
        ("design", "founding"),
        built=True,
    ),
    Requirement(
        "ASK-3",
        "The agent sees and does only what requester, agent and policy all allow",
        ("design", "founding"),
        detail="permission scoping: what it can read, write, under what conditions",
        built=True,
    ),
    Requirement(
        "ASK-4",
        "The same works without Slack: CLI and webhook",
        ("founding",),
        detail="structured intake webhook",
        built=True,
        lacks="the webhook",
    ),
    Requirement(
        "DEC-1",
        "Before any write the run pauses at an interrupt node until it is decided in Slack",
        ("design",),
        built=True,
    ),
    Requirement(
        "DEC-2",
        (
            "Approver can approve, edit, reject with a reason; the reason reaches the agent, which does not try "
            "the same again"
        ),
        ("design", "field"),
        built=True,
        lacks="edit",
    ),
    Requirement(
        "DEC-3",
        (
            "The card shows every field before → after, why, evidence and its source, who asked, which rule "
            "routed it, what can be undone, until when"
        ),
        ("founding", "field"),
    ),
    Requirement(
        "DEC-4",
        "Uncertain outputs go to a person; confident ones may pass where policy says so",
        ("founding",),
        detail="approval routing for uncertain scores",
    ),
    Requirement(
        "DEC-5",
        "Roles, quorum, stages, separation of duties, delegation, out-of-office, expiry, escalation, break-glass",
        ("founding", "field"),
        detail="approval boundaries",
    ),
    Requirement(
        "DEC-6",
        "Several changes on one card, decided one by one or together",
        ("field",),
    ),
    Requirement(
        "DO-1",
        "An approved write happens at most once, across crashes, retries, double clicks and two machines",
        ("design", "field"),
        detail="checkpointing for resume",
    ),
    Requirement(
        "DO-2",
        "A write whose record changed since the card is not sent; the approver sees what changed",
        ("field",),
    ),
    Requirement(
        "DO-3",
        "An unsure outcome is shown as unknown and reconciled, never silently retried",
        ("field",),
    ),
    Requirement(
        "DO-4",
        "Every write has an undo where the system allows one; undo is itself decided and recorded",
        ("founding",),
        detail="rollback procedure",
    ),
    Requirement(
        "DO-5",
        "One switch stops everything, one agent, one connector or one tool, also between approval and write",
        ("founding",),
        detail="how to disable the AI and revert to manual handling",
    ),
    # --- remember
    Requirement(
        "REM-1",
        "State is checkpointed; a run resumes after a restart, days later, on another machine, after a deploy",
        ("design",),
        built=True,
    ),
    Requirement(
        "REM-2",
        "The ledger records what the AI received, what it decided, what action was taken, who approved",
        ("founding",),
        detail="logging layer, audit trail: input data, classification output, CRM write",
        built=True,
    ),
    Requirement(
        "REM-3",
        "The ledger is tamper-evident, verifiable offline, exportable, with retention, access roles and erasure",
        ("founding", "field"),
        detail="what is logged, how long, who can access",
    ),
    # --- connect
    Requirement(
        "SYS-1",
        "embedded CRM and ERP (default)",
        ("design",),
        built=True,
    ),
    Requirement(
        "SYS-2",
        "Tryton, a real ERP",
        ("founding",),
        detail="ERP systems",
    ),
    Requirement(
        "SYS-3",
        "BottleCRM, a real CRM",
        ("founding",),
        detail="CRM platforms",
    ),
    Requirement(
        "SYS-4",
        "Salesforce",
        ("founding",),
    ),
    Requirement(
        "SYS-5",
        "HubSpot",
        ("founding",),
    ),
    Requirement(
        "SYS-6",
        "SQL databases, read-only by construction, PostgreSQL and SQLite",
        ("founding",),
        detail="internal databases",
    ),
    Requirement(
        "SYS-7",
        "NetSuite, Dynamics 365 / OData, SAP S/4HANA, Odoo, ERPNext",
        ("founding",),
        detail="ERP systems",
    ),
    Requirement(
        "SYS-8",
        "document stores and contracts (files, S3, SharePoint/Drive)",
        ("founding",),
        detail="document management tools",
    ),
    Requirement(
        "SYS-9",
        "e-mail in and out",
        ("founding",),
        detail="communication platforms",
    ),
    Requirement(
        "SYS-10",
        "webhooks and event streams in, signed",
        ("founding",),
        detail="APIs, webhooks, database reads, event streams",
    ),
    Requirement(
        "SYS-11",
        "any MCP server as tools; placet itself as an MCP server",
        ("design",),
    ),
    Requirement(
        "SYS-12",
        "any OpenAI-compatible model; a local model as default",
        ("design",),
        built=True,
    ),
    # --- workflows (each a reference agent with policies, suites and a runbook)
    Requirement(
        "WF-1",
        "sales assistant in Slack",
        ("design",),
        built=True,
    ),
    Requirement(
        "WF-2",
        (
            "inbound lead qualification: score, summary and next action in the CRM within 90 s of intake, first "
            "response to top leads within 15 min, the same scoring for every lead, drift watched"
        ),
        ("founding",),
    ),
    Requirement(
        "WF-3",
        "accounts payable (invoice matching)",
        ("founding",),
    ),
    Requirement(
        "WF-4",
        "support triage",
        ("founding",),
    ),
    Requirement(
        "WF-5",
        "contract review",
        ("founding",),
    ),
    Requirement(
        "WF-6",
        "inventory reordering",
        ("founding",),
    ),
    # --- prove
    Requirement(
        "EVAL-1",
        (
            "Evaluators run suites offline: final-state, trajectory, policy compliance, approval "
            "precision/recall/burden, worst-case attack success, pass^k, cost, latency"
        ),
        ("design",),
    ),
    Requirement(
        "EVAL-2",
        "Runs are compared with a blessed baseline, paired per case; regressions fail CI with JUnit and an HTML report",
        ("field",),
    ),
    Requirement(
        "EVAL-3",
        "Adapters for AgentDojo, tau2-bench, WorkBench; recorded and live model runs",
        ("field",),
    ),
    Requirement(
        "SEC-1",
        (
            "OWASP LLM and agentic risks (prompt injection, tool misuse, insecure output handling, excessive "
            "permissions) each have a control and a test; map to AISVS ids"
        ),
        ("founding",),
    ),
    Requirement(
        "SEC-2",
        "NIST AI RMF functions (design, development, use, evaluation) have evidence pages",
        ("founding",),
    ),
    # --- own
    Requirement(
        "OWN-1",
        (
            "Source system audit before go-live: schema, data quality, duplicates, permissions, locking, limits; "
            "a scorecard that gates writes"
        ),
        ("founding",),
        detail="discovery: source audit, data quality, access confirmation",
    ),
    Requirement(
        "OWN-2",
        "Data preparation and validation: inputs structured, clean, traceable",
        ("founding",),
    ),
    Requirement(
        "OWN-3",
        "Phased rollout: off → shadow → ask → auto, per agent, with evidence for each step",
        ("founding",),
        detail="rollout: phased go-live",
    ),
    Requirement(
        "OWN-4",
        (
            "Monitoring: metrics, traces, alerts with thresholds, dashboards; drift of scores, approvals, tools "
            "and upstream schemas"
        ),
        ("founding",),
    ),
    Requirement(
        "OWN-5",
        "Incidents: who is told when, what they see, what they can do",
        ("founding",),
        detail="incident response",
    ),
    Requirement(
        "OWN-6",
        (
            "Handoff pack generated from the running configuration: runbooks, permission matrix, data flows, "
            "thresholds, owners, game day"
        ),
        ("founding",),
    ),
)
