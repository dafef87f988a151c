"""What may be asked of routes on the command line, for every command that looks for routes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

import click

from optimizer.cli.arguments import (
    AmountRange,
    Function,
    dataset_option,
    open_dataset,
    scenario_option,
    weight_options,
    weights_of,
    year_option,
)

if TYPE_CHECKING:
    from typing import Unpack

    from network.model import Dataset
    from optimizer.cli.arguments import Minimize
    from optimizer.trip import RouteOptions

UNITS = ("teu", "feu", "t", "truck", "train", "flight", "sailing")


class Unit(click.Choice[str]):
    """A unit of quantities, also in the plural and in capitals."""

    def __init__(self) -> None:
        super().__init__(UNITS, case_sensitive=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the unit meant."""
        singular = str(value).casefold().removesuffix("s")
        return super().convert(singular if singular in UNITS else value, param, ctx)


class Departure(click.DateTime):
    """A day, or a moment of it, in ISO 8601 without a time zone; what is none is refused in a forwarder's words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment meant; a day alone is its midnight."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None:
            self.fail(f'"{value}" is no date such as 2026-12-01 or 2026-12-01T18:30 (without a time zone).', param, ctx)
        return moment


class Asked(TypedDict):
    """The values of `question_options` as click gives them."""

    commodity: str
    quantity: float
    unit: str | None
    minimize: Minimize | None
    time_value: float | None
    carbon_price: float | None
    calibrated: bool
    avoid_countries: tuple[str, ...]
    avoid_modes: tuple[str, ...]
    avoid: tuple[str, ...]
    via: tuple[str, ...]
    max_time_h: float | None
    max_cost: float | None
    month: int | None
    depart: datetime | None
    scenarios: tuple[str, ...]
    dataset: str | None
    year: int | None


def question_options(function: Function) -> Function:
    """Add the options that say what is shipped, when, and which routes will do."""
    for option in reversed(
        (
            click.option("--commodity", default="container", show_default=True, metavar="ID", help="What is shipped."),
            click.option(
                "--quantity",
                type=AmountRange(min_open=True),
                default=1.0,
                show_default=True,
                help="How much; scales money and CO2, never time.",
            ),
            click.option(
                "--unit",
                type=Unit(),
                help="Unit of the quantity, a vehicle being a full one; default: the commodity's own.",
            ),
            weight_options("cost", "time", "co2", "reliability"),
            _repeatable("--avoid-country", "avoid_countries", "CC", "ISO code of a country; repeatable."),
            _repeatable("--avoid-mode", "avoid_modes", "MODE", "rail, road, river, sea or air; repeatable."),
            _repeatable("--avoid", "avoid", "NODE_OR_LINK", "A node or link to keep away from; repeatable."),
            _repeatable("--via", "via", "NODE", "Pass through; repeatable, in this order."),
            click.option("--max-time-h", type=AmountRange(), metavar="H", help="Only routes of at most H hours."),
            click.option("--max-cost", type=AmountRange(), metavar="USD", help="Only routes of at most USD in all."),
            click.option(
                "--month", type=click.IntRange(1, 12), metavar="M", help="Month of travel; closed links are not used."
            ),
            click.option(
                "--depart",
                type=Departure(),
                metavar="YYYY-MM-DD",
                help="Leave on this day: wait for real departures and open seasons, and tell the day of arrival.",
            ),
            scenario_option,
            dataset_option,
            year_option,
        )
    ):
        function = option(function)
    return function


def question_of(**asked: Unpack[Asked]) -> tuple[Dataset, RouteOptions]:
    """Return the dataset and what is asked of routes on it.

    Raises
    ------
    click.UsageError
        Options contradict each other, or the commodity has no factor to the unit.
    """
    if asked["month"] is not None and asked["depart"] is not None:
        raise click.UsageError("--depart has its own months; leave --month out.")
    weights = weights_of(asked["minimize"], asked["time_value"], asked["carbon_price"], calibrated=asked["calibrated"])
    data = open_dataset(asked["dataset"], asked["scenarios"])
    return data, {
        "commodity": asked["commodity"],
        "quantity": in_commodity_units(data, asked["commodity"], asked["quantity"], asked["unit"]),
        "weights": weights,
        "year": asked["year"],
        "month": asked["month"],
        "depart": asked["depart"],
        "avoid_countries": frozenset(asked["avoid_countries"]),
        "avoid_modes": frozenset(asked["avoid_modes"]),
        "avoid": frozenset(asked["avoid"]),
        "via": asked["via"],
        "max_time_h": asked["max_time_h"],
        "max_cost_usd": asked["max_cost"],
    }


def in_commodity_units(data: Dataset, commodity: str, quantity: float, unit: str | None) -> float:
    """Return a quantity given in TEU, FEU, tonnes or full vehicles in the commodity's own unit.

    Raises
    ------
    click.UsageError
        The commodity gives no factor between the two units.
    """
    from optimizer.graph import commodity_row

    row = commodity_row(data, commodity)
    table = data.commodities
    own_unit = str(table.text("unit")[row])
    if unit is None or unit == own_unit:
        return quantity
    if unit in ("teu", "feu", "t"):
        teu = 2.0 * quantity if unit == "feu" else quantity
        if own_unit == "teu" and unit == "feu":
            return teu
        column = "t_per_unit" if unit == "t" else "teu_per_unit"
        factor = float(table.number(column)[row])
        found = teu / factor if factor > 0.0 else 0.0
    else:
        column = f"units_per_{unit}"
        factor = float(table.number(column)[row])
        found = quantity * factor if factor > 0.0 else 0.0
    if not found:
        raise click.UsageError(f"{commodity} is counted in {own_unit} and gives no {column}; use --unit {own_unit}.")
    return found


def _repeatable(name: str, variable: str, metavar: str, text: str) -> Any:
    """Return an option that may be given several times."""
    return click.option(name, variable, multiple=True, metavar=metavar, help=text)
