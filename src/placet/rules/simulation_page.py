"""A simulation as one HTML file: no script, no network, light and dark, every piece of data escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from placet.rules.simulation import Flip, Simulation

LISTED: Final = 2_000
"""Most cases the page lists; the JSON document has them all."""
_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d1c1d; --soft: #616061; --line: #dddddd; --page: #ffffff; --band: #f6f6f6; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --soft: #a9a9ab; --line: #3a3d40; --page: #1a1d21; --band: #222529; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
       max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
p.soft, caption { color: var(--soft); text-align: left; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top;
         overflow-wrap: anywhere; }
th { background: var(--band); font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
@media print { body { max-width: none; margin: 0; } }
"""


def simulation_page(result: Simulation, *, title: str, compared: str) -> str:
    """The whole page. `compared` says in words which policy was replayed on which cases."""
    shown = result.flips[:LISTED]
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{escape(compared)}</p>',
        _summary(result),
        "<h2>Rulings that change</h2>",
        _table(("change", "cases"), [(kind, str(count)) for kind, count in result.kinds.most_common()])
        if result.flips
        else "<p>None: every case would be ruled as it was.</p>",
        "<h2>Rules</h2>",
        _table(("rule", "before", "after"), _rule_rows(result)),
    ]
    if shown:
        heads = ("proposal", "when", "change", "what", "asked by", "rule before", "rule after")
        more = f"the first {len(shown)} of {len(result.flips)}" if len(result.flips) > len(shown) else "all"
        parts += [f"<h2>Cases ({more})</h2>", _table(heads, map(_case_row, shown))]
    parts.append(f'<p class="soft">{escape(result.blind_spot[:1].upper() + result.blind_spot[1:])}.</p>')
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _summary(result: Simulation) -> str:
    verdicts = [
        (verdict, str(result.verdicts_before[verdict]), str(result.verdicts_after[verdict]))
        for verdict in ("deny", "ask", "allow")
    ]
    minutes = (f"{result.minutes_before:,.0f}", f"{result.minutes_after:,.0f}")
    rows = [
        *verdicts,
        ("approvals asked", str(result.approvals_before), str(result.approvals_after)),
        ("approver minutes", *minutes),
    ]
    missing = f" {result.without_facts} older cases have no stored facts." if result.without_facts else ""
    told = f"{result.cases} cases, {len(result.flips)} ruled otherwise. {result.time}.{missing}"
    return f"<p>{escape(told)}</p>" + _table(("", "before", "after"), rows)


def _rule_rows(result: Simulation) -> Iterable[Sequence[str]]:
    for name in sorted({*result.rules_before, *result.rules_after}):
        yield name, str(result.rules_before[name]), str(result.rules_after[name])


def _case_row(flip: Flip) -> Sequence[str]:
    case = flip.case
    when = case.at.strftime("%Y-%m-%d %H:%M UTC")
    return case.id, when, flip.kind, case.title, case.requester, case.before.rule, flip.after.rule


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    numbers = {at for at, head in enumerate(heads) if head in {"cases", "before", "after"}}

    def cell(tag: str, at: int, text: str) -> str:
        mark = ' class="number"' if at in numbers else ""
        return f"<{tag}{mark}>{escape(text)}</{tag}>"

    head = "".join(cell("th", at, text) for at, text in enumerate(heads))
    body = "".join(f"<tr>{''.join(cell('td', at, text) for at, text in enumerate(row))}</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"
