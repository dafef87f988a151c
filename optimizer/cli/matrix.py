"""``corridor matrix``: the best route of every pair of two lists of places."""

from __future__ import annotations

import json
import sys
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

import click

from optimizer.cli.arguments import check_workbook, format_option, language_option, output_option
from optimizer.cli.failures import NO_ANSWER, tell
from optimizer.cli.output import command_line, emit_bytes, emit_document, emit_lines, note
from optimizer.cli.progress import counted
from optimizer.cli.question import question_of, question_options
from optimizer.language import speaking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Unpack

    from network.model import Dataset
    from optimizer.cli.question import Asked
    from optimizer.language import Language
    from optimizer.matrix import Cell
    from optimizer.trip import RouteOptions

MOST_LINES = 50
"""Origins, or pairs where destinations are many, that a terminal shows."""


@click.command("matrix", short_help="Find the best route of every pair of two lists of places.")
@click.argument("origins", metavar="ORIGINS.csv")
@click.argument("destinations", metavar="DESTINATIONS.csv")
@question_options
@format_option("table", "json", "csv", "xlsx")
@language_option
@output_option
@click.pass_context
def command(
    ctx: click.Context,
    origins: str,
    destinations: str,
    form: str,
    lang: Language,
    output: str | None,
    **asked: Unpack[Asked],
) -> None:
    """Find the best route of every pair of two lists of places.

    Both lists are CSV files with a column name or node_id (or origin, destination), or plain lists of one place per
    line; - is stdin. Rows of csv and json are written as they are found. Examples:

    \b
      corridor matrix plants.csv customers.csv
      corridor matrix plants.csv customers.csv --avoid-country RU --format csv -o matrix.csv
      corridor matrix - ports.csv --max-time-h 480 --format json < plants.txt
    """  # noqa: D301 - click knows the paragraph by a real backspace
    from optimizer.cli.places import read_places
    from optimizer.matrix import iter_routes_many
    from optimizer.report.matrix import matrix_csv_lines, refusals

    check_workbook(form, output)
    data, options = question_of(**asked)
    from_names, to_names = read_places(data.network, origins, destinations)
    reasons: Counter[str] = Counter()
    n_pairs = len(from_names) * len(to_names)
    if form == "xlsx":
        _check_rows(n_pairs)
    found = iter_routes_many(data, from_names, to_names, **options)
    # Where rows run over the terminal as they come, they tell the progress themselves.
    is_shown = form == "table" or output is not None or not sys.stdout.isatty()
    cells = _with_reasons(counted(found, n_pairs, "pairs", is_shown=is_shown), reasons)
    if form == "csv":
        emit_lines(matrix_csv_lines(cells), output)
    elif form == "json":
        emit_lines(_json_lines(cells), output)
    elif output is not None and form == "xlsx":
        _emit_workbook(data, list(cells), options, lang, output)
    else:
        listed = list(cells)
        with speaking(lang):
            _emit_tables(data, listed, len(to_names), output)
    if reasons.total() == n_pairs:
        details = {"code": "E400", "type": "NoRouteError", "reasons": dict(reasons)}
        tell(refusals(reasons, n_pairs), details, as_json=form == "json")
        ctx.exit(NO_ANSWER)
    if reasons:
        note(f"{refusals(reasons, n_pairs)}.")


def _with_reasons(cells: Iterable[Cell], reasons: Counter[str]) -> Iterator[Cell]:
    """Yield cells, counting the reasons why there is no route."""
    for cell in cells:
        if cell.reason:
            reasons[cell.reason] += 1
        yield cell


def _json_lines(cells: Iterable[Cell]) -> Iterator[str]:
    """Yield the lines of a JSON document, one per cell."""
    yield '{"matrix": ['
    before = ""
    for cell in cells:
        if before:
            yield f"{before},"
        before = json.dumps(cell.to_mapping(), ensure_ascii=False)
    yield before
    yield "]}"


def _check_rows(n_pairs: int) -> None:
    """Refuse more pairs than a sheet has rows, before any search."""
    from optimizer.report.sheets import MOST_ROWS

    if n_pairs > MOST_ROWS:
        raise click.UsageError(f"{n_pairs:,} pairs are more than the {MOST_ROWS:,} rows of a sheet; take --format csv.")


def _emit_workbook(data: Dataset, cells: list[Cell], options: RouteOptions, lang: Language, output: str) -> None:
    """Write cells as a workbook."""
    from optimizer.report.workbooks import matrix_workbook

    year = data.base_year if options["year"] is None else options["year"]
    with speaking(lang):
        book = matrix_workbook(data, cells, year=year, weights=options["weights"], command=command_line())
    emit_bytes(book, output)


def _emit_tables(data: Dataset, cells: list[Cell], n_destinations: int, output: str | None) -> None:
    """Show cells as tables, on a terminal the first ones only: nobody scrolls through thousands of lines."""
    from optimizer.report.matrix import MOST_COLUMNS, matrix_document

    n_lines = MOST_LINES * (n_destinations if n_destinations <= MOST_COLUMNS else 1)
    is_cut = output is None and sys.stdout.isatty() and len(cells) > n_lines
    emit_document(matrix_document(data, list(islice(cells, n_lines if is_cut else None)), n_destinations), output)
    if is_cut:
        note(f"{n_lines:,} of {len(cells):,} pairs are shown; --format csv lists them all.")
