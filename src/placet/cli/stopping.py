"""`placet stop`: the switch that holds writes, and its release."""

from typing import TYPE_CHECKING, Annotated

import typer

from placet.cli.options import AsJson, ProjectFolder, project_folder
from placet.cli.output import Output

if TYPE_CHECKING:
    from placet.project.loader import Project

_REASON_MIN = 3


def stop(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="all, agent:ID, connector:SYSTEM or tool:NAME.")
    ] = "all",
    *,
    person: Annotated[str, typer.Option("--as", metavar="PERSON", help="Who you are, from policies/people.yaml.")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it goes on the ledger.")] = "",
    release: Annotated[bool, typer.Option("--release", help="Let writes go on; owners may, and who set it.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Only show the switches.")] = False,
    project: ProjectFolder = None,
    json: AsJson = False,
) -> None:
    """Stop writes: everything, one agent, one connector or one tool. Holds from the next claim on."""
    from placet.project.loader import load_project

    out = Output(as_json=json)
    if not listed and (not person or len(reason.strip()) < _REASON_MIN):
        raise typer.BadParameter("say who you are and why: --as PERSON --reason TEXT")
    loaded = load_project(project_folder(project))
    _check_name(loaded, name)
    if listed:
        _list(loaded, out)
    else:
        _switch(loaded, out, name=name, person=person, reason=reason.strip(), release=release)


def _check_name(project: "Project", name: str) -> None:
    """A misspelt switch would stop nothing while everybody believes it does."""
    kind, _, rest = name.partition(":")
    known: dict[str, set[str]] = {
        "agent": set(project.agents),
        "connector": set(project.settings.systems),
        "tool": set(project.tools),
    }
    if name == "all" or rest in known.get(kind, set()):
        return
    names = ["all", *(f"{one}:{item}" for one, items in known.items() for item in sorted(items))]
    raise typer.BadParameter(f"`{name}` is no switch here; use one of {', '.join(names)}")


def _list(project: "Project", out: Output) -> None:
    from placet.project.wiring import open_store
    from placet.storage.switches import all_switches

    store = open_store(project)
    try:
        switches = store.read_now(all_switches)
    finally:
        store.close()
    out.document({"switches": [{**one, "stopped": bool(one["stopped"])} for one in switches]})
    if switches:
        rows = [(one["name"], "stopped" if one["stopped"] else "released", one["by"], one["reason"], one["at"])
                for one in switches]  # fmt: skip
        out.table(("switch", "state", "by", "reason", "since"), rows)
    else:
        out.line("no switch was ever set: writes are not stopped")


def _switch(project: "Project", out: Output, *, name: str, person: str, reason: str, release: bool) -> None:
    from placet.cli.people import person_named
    from placet.operations import switches
    from placet.project.wiring import open_desk

    async def turn() -> int:
        async with open_desk(project) as desk:
            by = person_named(project.policies, person)
            if release:
                return await desk.store.write(
                    lambda tx: switches.release(tx, desk.dispatch, name, by=by, reason=reason)
                )
            await desk.store.write(lambda tx: switches.stop(tx, name, by=by.id, reason=reason))
            return 0

    import asyncio

    queued = asyncio.run(turn())
    out.document({"switch": name, "stopped": not release, "queued_again": queued})
    if release:
        out.line(f"released `{name}`; {queued} approved {'change goes' if queued == 1 else 'changes go'} on")
    else:
        out.line(f"stopped `{name}`: nothing it covers is sent from now on")
        out.hint(f"to let it go on: placet stop {name} --release --as {person} --reason TEXT")
