"""``corridor route``: the best routes between two places."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import click
from click.core import ParameterSource

from optimizer.cli.arguments import AmountRange, check_workbook, format_option, language_option, output_option
from optimizer.cli.output import command_line, emit, emit_bytes, emit_document, note
from optimizer.cli.pages import check_page, report_option, write_page
from optimizer.cli.question import question_of, question_options
from optimizer.language import _, speaking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from network.model import Dataset
    from optimizer.cli.question import Asked
    from optimizer.comparison import Comparison
    from optimizer.language import Language
    from optimizer.pareto import Criterion, Front
    from optimizer.route import Route
    from optimizer.trip import RouteOptions

WEEK = timedelta(days=7)


class FrontOptions(TypedDict):
    """What may be asked of a front, None where it is not."""

    criteria: tuple[Criterion, ...] | None
    epsilon: float | None
    max_labels: int | None


class Form(NamedTuple):
    """How the answer is to be given: the form, the language of what is read, and the files of answer and page."""

    name: str
    lang: Language
    output: str | None
    report: str | None


class Asides(NamedTuple):
    """What a workbook tells beside the routes: what was asked, and how they compare."""

    options: RouteOptions
    comparison: Comparison | None = None
    front: Front | None = None


def _criteria(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[Criterion, ...] | None:
    """Return the criteria meant by names joined by commas, in capitals or not."""
    if value is None:
        return None
    known: tuple[Criterion, ...] = ("cost", "time", "co2")
    given = [name.strip().casefold() for name in value.split(",")]
    meant = tuple(name for name in known if name in given)
    if len(meant) < 2 or len(meant) < len(given):
        raise click.BadParameter(f'"{value}" is not two or three of {", ".join(known)}, such as cost,time.')
    return meant


@click.command("route", short_help="Find the best routes between two places.")
@click.argument("origin", metavar="FROM")
@click.argument("destination", metavar="TO")
@click.option("-k", "k", type=click.IntRange(min=1), default=3, show_default=True, help="How many routes to list.")
@click.option("--plain", is_flag=True, help="The k best routes, however alike; default: routes that really differ.")
@click.option(
    "--each-corridor", is_flag=True, help="The best route of every corridor and main mode, and why the others lose."
)
@click.option("--pareto", is_flag=True, help="All routes that no other beats in money, time and CO2 together.")
@click.option(
    "--criteria",
    callback=_criteria,
    metavar="LIST",
    help="With --pareto: two or all of cost,time,co2, joined by commas; default: all three.",
)
@click.option(
    "--epsilon",
    type=AmountRange(),
    metavar="SHARE",
    help="With --pareto: leave out what is better by less than this share, such as 0.01; default: 0, all choices.",
)
@click.option(
    "--max-labels",
    type=click.IntRange(min=1),
    metavar="N",
    help="With --pareto: end the search after N steps of it, and say what is proved then.",
)
@question_options
@format_option("table", "json", "csv", "geojson", "xlsx")
@language_option
@report_option
@output_option
@click.pass_context
def command(
    ctx: click.Context,
    origin: str,
    destination: str,
    k: int,
    plain: bool,
    each_corridor: bool,
    pareto: bool,
    criteria: tuple[Criterion, ...] | None,
    epsilon: float | None,
    max_labels: int | None,
    form: str,
    lang: Language,
    report: str | None,
    output: str | None,
    **asked: Unpack[Asked],
) -> None:
    """Find the best routes between two places.

    FROM and TO are names, aliases, ids or UN/LOCODEs, in Latin, Cyrillic or Chinese script. Times and prices are
    terminal to terminal. Examples:

    \b
      corridor route "Xi'an" Duisburg
      corridor route "Xi'an" Duisburg --each-corridor
      corridor route Шанхай Duisburg --avoid-country RU -k 5
      corridor route Moscow Mumbai --pareto --month 1
      corridor route Shanghai Hamburg --pareto --criteria cost,time
      corridor route Tashkent Istanbul --depart 2026-12-01 --quantity 2 --unit truck
      corridor route Moscow Mumbai --minimize time --format geojson -o route.geojson
    """  # noqa: D301 - click knows the paragraph by a real backspace
    chosen = [name for name, is_given in (("--each-corridor", each_corridor), ("--pareto", pareto)) if is_given]
    counted = [("--plain", plain), ("-k", ctx.get_parameter_source("k") is not ParameterSource.DEFAULT)]
    if len(chosen) == 2:
        raise click.UsageError("--each-corridor and --pareto are two questions; ask one at a time.")
    for name, is_given in counted:
        if chosen and is_given:
            raise click.UsageError(f"{chosen[0]} lists every route of its kind; leave {name} out.")
    priced = [name for name in ("minimize", "time_value", "carbon_price") if asked[name] is not None]
    if pareto and priced:
        raise click.UsageError(
            f"--pareto lists the best routes at all prices; leave --{priced[0].replace('_', '-')} out."
        )
    if chosen and asked["calibrated"]:
        raise click.UsageError(f"{chosen[0]} compares what is paid and emitted; leave --calibrated out.")
    of_front: FrontOptions = {"criteria": criteria, "epsilon": epsilon, "max_labels": max_labels}
    for name, value in of_front.items():
        if value is not None and not pareto:
            raise click.UsageError(f"--{name.replace('_', '-')} belongs to --pareto; give both, or leave it out.")
    check_workbook(form, output)
    check_page(report)
    data, options = question_of(**asked)
    form_of = Form(form, lang, output, report)
    if each_corridor:
        _compare(data, origin, destination, options, form_of)
    elif pareto:
        _trade_off(data, origin, destination, options, of_front, form_of)
    else:
        _list(data, origin, destination, options, k, plain, form_of)


def _list(data: Dataset, origin: str, destination: str, options: RouteOptions, k: int, plain: bool, form: Form) -> None:
    """Print the best route and others after it; on a date also what a week later changes."""
    from optimizer.routing import find_routes

    routes = find_routes(data, origin, destination, k=k, plain=plain, **options)
    _write_report(data, routes, options, form)
    later = None
    depart = options["depart"]
    if isinstance(depart, datetime) and form.name in ("table", "json"):
        later = _a_week_later(data, origin, destination, options, depart)
    if form.name == "table":
        from optimizer.report.routes import route_document, week_later

        with speaking(form.lang):
            document = [_question(data, routes[0], options), *route_document(data, routes)]
            emit_document([*document, week_later(routes[0], later)] if later else document, form.output)
        if len(routes) < k:
            alike = "" if plain else " differs enough from these (--plain lists all)"
            note(f"{len(routes)} of the {k} routes asked for are shown; no other{alike or ' exists'}.")
    else:
        more = {"a_week_later": later.to_mapping()} if later else {}
        _emit_routes(data, routes, form, more, Asides(options))


def _compare(data: Dataset, origin: str, destination: str, options: RouteOptions, form: Form) -> None:
    """Print the best route of every corridor and main mode, and why the others lose."""
    from optimizer.corridors import compare_corridors

    comparison = compare_corridors(data, origin, destination, **options)
    if form.report is not None:
        from optimizer.report.page import comparison_routes

        _write_report(data, comparison_routes(comparison), options, form, comparison=comparison)
    if form.name == "table":
        from optimizer.report.comparison import comparison_document

        with speaking(form.lang):
            document = [_question(data, comparison.best, options), *comparison_document(data, comparison)]
            emit_document(document, form.output)
    elif form.name == "csv":
        from optimizer.report.comparison import comparison_csv

        emit(comparison_csv(comparison).rstrip("\n"), form.output)
    else:
        routes = list(dict.fromkeys(row.route for row in comparison.rows if row.route is not None))
        _emit_routes(data, routes, form, comparison.to_mapping(), Asides(options, comparison=comparison))


def _trade_off(
    data: Dataset,
    origin: str,
    destination: str,
    options: RouteOptions,
    of_front: FrontOptions,
    form: Form,
) -> None:
    """Print the routes that no other beats in what is asked for; say on stderr where there may be more."""
    from optimizer.pareto import CRITERIA, pareto_front, unfinished

    front = pareto_front(
        data,
        origin,
        destination,
        criteria=of_front["criteria"] or CRITERIA,
        epsilon=of_front["epsilon"] or 0.0,
        max_labels=of_front["max_labels"],
        **options,
    )
    _write_report(data, front.routes, options, form, front=front)
    if form.name == "table":
        from optimizer.report.front import front_document

        with speaking(form.lang):
            document = front_document(data, front.routes, criteria=front.criteria)
            emit_document([_question(data, front.routes[0], options), *document], form.output)
    else:
        asked = any(value is not None for value in of_front.values())
        more = {"front": front.to_mapping()} if asked else {}
        _emit_routes(data, front.routes, form, more, Asides(options, front=front))
    if not front.is_complete:
        note(f"{unfinished(front)}.")


def _write_report(
    data: Dataset,
    routes: Sequence[Route],
    options: RouteOptions,
    form: Form,
    *,
    comparison: Comparison | None = None,
    front: Front | None = None,
) -> None:
    """Write the page of an answer where it is asked for."""
    if form.report is None:
        return
    from optimizer.report.page import route_subject

    choices = () if front is None else front.routes
    write_page(
        lambda: route_subject(data, routes, command=command_line(), comparison=comparison, front=choices),
        form.report,
        form.lang,
    )


def _emit_routes(data: Dataset, routes: Sequence[Route], form: Form, more: dict[str, Any], asides: Asides) -> None:
    """Print routes for a machine, `more` beside them in JSON and `asides` in a workbook."""
    if form.name == "json":
        answer = {"routes": [route.to_mapping() for route in routes], **more}
        emit(json.dumps(answer, ensure_ascii=False, indent=2), form.output)
    elif form.name == "csv":
        from optimizer.report.routes import route_csv

        emit(route_csv(routes).rstrip("\n"), form.output)
    elif form.output is not None and form.name == "xlsx":
        from optimizer.report.workbooks import route_workbook

        year = data.base_year if asides.options["year"] is None else asides.options["year"]
        with speaking(form.lang):
            book = route_workbook(
                data,
                routes,
                year=year,
                weights=asides.options["weights"],
                command=command_line(),
                comparison=asides.comparison,
                front=asides.front,
            )
        emit_bytes(book, form.output)
    else:
        from optimizer.report.geojson import route_features

        emit(json.dumps(route_features(data, routes), ensure_ascii=False, allow_nan=False), form.output)


def _a_week_later(
    data: Dataset, origin: str, destination: str, options: RouteOptions, depart: datetime
) -> Route | None:
    """Return the best route a week later; None where there is none, or no such date."""
    from network.errors import NoRouteError
    from optimizer.routing import find_routes

    try:
        later: RouteOptions = {**options, "depart": depart + WEEK}
        return find_routes(data, origin, destination, k=1, **later)[0]
    except (NoRouteError, OverflowError):
        return None


def _question(data: Dataset, route: Route, options: RouteOptions) -> str:
    """Return what was asked for, as one line above the routes."""
    from optimizer.report.document import short_number
    from optimizer.report.routes import goods_text, moment, node_name

    unit = data.commodities.text("unit")[data.commodities.row_of[route.commodity]]
    year, month = options["year"], options["month"]
    when = [str(data.base_year if year is None else year)]
    when += [_("month {month}").format(month=month)] if month is not None else []
    when += [_("leaving {moment}").format(moment=moment(route.depart))] if route.depart is not None else []
    return _("{origin} → {destination}, {quantity} {unit} of {goods}, {when}, terminal to terminal").format(
        origin=node_name(data, route.origin),
        destination=node_name(data, route.destination),
        quantity=short_number(route.quantity),
        unit=_("TEU") if unit == "teu" else _("t"),
        goods=goods_text(data, route.commodity),
        when=", ".join(when),
    )
