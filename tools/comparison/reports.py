"""A comparison's report as text, as JSON and as a page."""

from collections.abc import Iterator
from html import escape
from string import Template
from typing import Any

from tools.comparison.rows import RowDifference, changed_fields, shown_row
from tools.comparison.run import EndpointReport, FieldReport, Report

ROWS_SHOWN = 3


def verdict(report: Report) -> str:
    """One sentence."""
    if not report.compared:
        return "Nothing was compared."
    answers = f"{report.different:,} of {report.compared:,} answers differ ({report.rate:.2%})"
    if report.rows is None:
        return f"{answers}."
    tables = ", ".join(difference.table for difference in report.rows)
    return f"{answers}; rows differ in {tables}." if tables else f"{answers}; the rows are the same."


def as_json(report: Report) -> dict[str, Any]:
    return {
        "old": report.old,
        "new": report.new,
        "verdict": verdict(report),
        "compared": report.compared,
        "different": report.different,
        "rate": round(report.rate, 6),
        "skipped": dict(report.skipped),
        "unmarked": report.unmarked,
        "milliseconds": {"old": round(report.milliseconds[0], 2), "new": round(report.milliseconds[1], 2)},
        "endpoints": [_endpoint_as_json(each) for each in report.endpoints],
        "rows": None if report.rows is None else [_rows_as_json(each) for each in report.rows],
    }


def as_text(report: Report) -> Iterator[str]:
    """The lines that are printed."""
    for endpoint in report.endpoints:
        yield f"{endpoint.endpoint}: {endpoint.different:,} of {endpoint.compared:,} differ"
        for field in endpoint.fields:
            yield f"    {field.name}: {field.count:,}"
            yield from (f"        {each.request}: {each.old} became {each.new}" for each in field.examples[:1])
        if endpoint.noise:
            yield f"    not compared by value: {', '.join(endpoint.noise)}"
    for rows in report.rows or ():
        yield f"{rows.table}: {len(rows.only_old):,} rows only old, {len(rows.only_new):,} only new"
        yield from (f"    {name}" for name in sorted(set(changed_fields(rows))))
    for reason, number in report.skipped.items():
        yield f"skipped: {number:,} ({reason})"
    if report.unmarked:
        yield f"{report.unmarked:,} answers of the new address do not say that they are the new service's"
    yield verdict(report)


def as_html(report: Report, *, made_at: str) -> str:
    """A page that needs nothing from anywhere."""
    cards = "".join(
        f'<div class="card {kind}"><b>{escape(number)}</b><span>{escape(label)}</span></div>'
        for number, label, kind in _cards(report)
    )
    endpoints = "".join(_endpoint_section(each) for each in sorted(report.endpoints, key=lambda each: -each.different))
    skipped = "".join(f"<li>{number:,}: {escape(reason)}</li>" for reason, number in report.skipped.items())
    return PAGE.substitute(
        title=escape(verdict(report)),
        kind="bad" if report.has_differences else "good",
        old=escape(report.old),
        new=escape(report.new),
        made_at=escape(made_at),
        cards=cards,
        endpoints=endpoints,
        rows=_rows_section(report),
        skipped=f"<h2>Not sent</h2><ul>{skipped}</ul>" if skipped else "",
    )


def _cards(report: Report) -> Iterator[tuple[str, str, str]]:
    yield f"{report.compared:,}", "answers compared", ""
    yield f"{report.different:,}", "differ", "bad" if report.different else "good"
    yield f"{report.rate:.2%}", "of all", "bad" if report.different else "good"
    if report.rows is not None:
        yield f"{len(report.rows)}", "tables differ", "bad" if report.rows else "good"
    old, new = report.milliseconds
    yield f"{old:.1f} / {new:.1f} ms", "an answer, old / new", ""


def _endpoint_section(endpoint: EndpointReport) -> str:
    share = endpoint.different / endpoint.compared if endpoint.compared else 0
    rows = "".join(_field_rows(each) for each in endpoint.fields)
    table = f"<table><tr><th>Field<th>Answers<th>Request<th>Old<th>New</tr>{rows}</table>" if rows else ""
    noise = ", ".join(f"<code>{escape(name)}</code>" for name in endpoint.noise)
    noise = (
        f'<p class="quiet">Not compared by value, as the old service differs from itself: {noise}</p>' if noise else ""
    )
    kind, opened = ("bad", " open") if endpoint.different else ("good", "")
    return (
        f'<details{opened}><summary><code>{escape(endpoint.endpoint)}</code><span class="{kind}">'
        f"{endpoint.different:,} of {endpoint.compared:,} differ</span>"
        f'<span class="bar"><i style="width:{100 * share:.1f}%"></i></span></summary>{table}{noise}</details>'
    )


def _field_rows(field: FieldReport) -> str:
    cells = [
        f"<td>{escape(each.request)}<td><del>{escape(each.old)}</del><td><ins>{escape(each.new)}</ins>"
        for each in field.examples
    ]
    head = f'<td rowspan="{len(cells)}"><b>{escape(field.name)}</b><td rowspan="{len(cells)}">{field.count:,}'
    return "".join(f"<tr>{head if number == 0 else ''}{cell}</tr>" for number, cell in enumerate(cells))


def _rows_section(report: Report) -> str:
    if report.rows is None:
        return ""
    if not report.rows:
        return '<h2>Rows</h2><p class="good">Both databases hold the same rows.</p>'
    return "<h2>Rows</h2>" + "".join(_table_section(each) for each in report.rows)


def _table_section(rows: RowDifference) -> str:
    columns = ", ".join(f"<code>{escape(name)}</code>" for name in sorted(set(changed_fields(rows))))
    old = "".join(f"<li><del>{escape(shown_row(row))}</del></li>" for row in rows.only_old[:ROWS_SHOWN])
    new = "".join(f"<li><ins>{escape(shown_row(row))}</ins></li>" for row in rows.only_new[:ROWS_SHOWN])
    return (
        f'<details open><summary><code>{rows.table}</code><span class="bad">{len(rows.only_old):,} only old, '
        f"{len(rows.only_new):,} only new</span></summary>"
        f"{f'<p>Columns: {columns}</p>' if columns else ''}<ul>{old}{new}</ul></details>"
    )


def _endpoint_as_json(endpoint: EndpointReport) -> dict[str, Any]:
    return {
        "endpoint": endpoint.endpoint,
        "compared": endpoint.compared,
        "different": endpoint.different,
        "fields": [
            {
                "field": each.name,
                "count": each.count,
                "examples": [{"request": one.request, "old": one.old, "new": one.new} for one in each.examples],
            }
            for each in endpoint.fields
        ],
        "noise": endpoint.noise,
    }


def _rows_as_json(rows: RowDifference) -> dict[str, Any]:
    return {
        "table": rows.table,
        "only_old": len(rows.only_old),
        "only_new": len(rows.only_new),
        "columns": sorted(set(changed_fields(rows))),
        "examples": {"old": rows.only_old[:ROWS_SHOWN], "new": rows.only_new[:ROWS_SHOWN]},
    }


PAGE = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
:root { color-scheme: light dark; --line: #8884; --quiet: #777; --good: #1a7f4b; --bad: #c0392b; --soft: #8881; }
@media (prefers-color-scheme: dark) { :root { --quiet: #999; --good: #4cc38a; --bad: #ff7b6b; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
code, td { font-family: ui-monospace, monospace; font-size: .86em; }
.quiet { color: var(--quiet); } .good { color: var(--good); } .bad { color: var(--bad); }
.cards { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.4rem 0; }
.card { border: 1px solid var(--line); border-radius: .6rem; padding: .7rem 1.1rem; min-width: 7rem; }
.card b { display: block; font-size: 1.5rem; } .card span { color: var(--quiet); }
details { border: 1px solid var(--line); border-radius: .6rem; margin: .5rem 0; padding: .5rem 1rem; }
summary { display: flex; align-items: center; gap: 1rem; cursor: pointer; }
summary code { flex: 1; overflow-wrap: anywhere; }
.bar { width: 8rem; height: .5rem; border-radius: 1rem; background: var(--soft); overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--bad); }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; }
th { text-align: left; font-weight: 600; color: var(--quiet); }
td, th { border-top: 1px solid var(--line); padding: .35rem .6rem; vertical-align: top; overflow-wrap: anywhere; }
del { color: var(--bad); text-decoration: none; } ins { color: var(--good); text-decoration: none; }
li { overflow-wrap: anywhere; }
</style>
<h1 class="${kind}">${title}</h1>
<p class="quiet">Old <code>${old}</code>, new <code>${new}</code>, ${made_at}</p>
<div class="cards">${cards}</div>
<h2>Endpoints</h2>${endpoints}${rows}${skipped}
</html>
""")
