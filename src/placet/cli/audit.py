"""`placet audit`: its commands, and `show` itself."""

from typing import TYPE_CHECKING, Annotated

import typer

from placet.cli.audit_export import export
from placet.cli.audit_heads import anchor, heads, keys, sign
from placet.cli.audit_verify import verify
from placet.cli.options import AsJson, ProjectFolder, project_folder
from placet.cli.output import Output

if TYPE_CHECKING:
    from placet.ledger import Entry
    from placet.vocabulary import Json

app = typer.Typer(help="Look at the ledger and prove that nobody changed it.", no_args_is_help=True)

app.add_typer(keys, name="key")

_SHOWN = 50


@app.command()
def show(
    *,
    run: Annotated[str, typer.Option("--run", metavar="ID", help="Only entries of this run.")] = "",
    proposal: Annotated[str, typer.Option("--proposal", metavar="ID", help="Only entries of this proposal.")] = "",
    last: Annotated[
        int | None, typer.Option("--last", metavar="N", min=1, help="The newest N entries; 50 if nothing is said.")
    ] = None,
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Show ledger entries, oldest first."""
    from placet.ledger import entries
    from placet.project.loader import load_project
    from placet.project.wiring import open_store

    out = Output(as_json=json)
    store = open_store(load_project(project_folder(project)))
    newest = last or (0 if run or proposal else _SHOWN)
    try:
        found = store.read_now(lambda tx: entries(tx, run=run, proposal=proposal, last=newest))
    finally:
        store.close()
    out.document({"entries": [as_json(one) for one in found]})
    if found:
        rows = [(one.seq, one.at, one.kind, one.run, one.proposal, told(one)) for one in found]
        out.table(("seq", "at", "kind", "run", "proposal", "what"), rows)
    else:
        out.line("no entries")


app.command()(verify)
app.command()(export)
app.command()(sign)
app.command()(anchor)
app.command()(heads)


def as_json(entry: "Entry") -> "dict[str, Json]":
    """An entry as `--json` shows it."""
    return {
        "seq": entry.seq,
        "at": entry.at,
        "kind": entry.kind,
        "run": entry.run,
        "proposal": entry.proposal,
        "facts": dict(entry.facts),
        "hash": entry.hash,
    }


def told(entry: "Entry") -> str:
    """The facts of an entry that a person looks for first, on one line."""
    names = ("by", "decision", "requester", "request", "tool", "rule", "outcome", "switch", "answer", "reason", "code")
    parts = [f"{name}: {entry.facts[name]}" for name in names if entry.facts.get(name) not in (None, "")]
    calls = entry.facts.get("calls")
    if isinstance(calls, list) and calls:
        parts.append(f"calls: {', '.join(str(one['tool']) for one in calls if isinstance(one, dict))}")
    text = "; ".join(parts).replace("\n", " ")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


_LONGEST = 120
