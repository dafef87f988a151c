"""Options that several commands share, and what they mean."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from optimizer.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from network.model import Dataset
    from optimizer.weights import Weights

Function = TypeVar("Function", bound="Callable[..., Any]")
Minimize = Literal["cost", "time", "co2", "reliability"]
LARGEST = 1e30
"""What a number on the command line may be at most, as in a dataset."""


class AmountRange(click.FloatRange):
    """Numbers of at least 0 that leave room for sums and products: neither nan nor infinite nor beyond `LARGEST`."""

    def __init__(self, *, min_open: bool = False) -> None:
        super().__init__(min=0, min_open=min_open)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number meant."""
        number = float(super().convert(value, param, ctx))
        if not number <= LARGEST:
            self.fail(f"{value} is no number up to {LARGEST:g}.", param, ctx)
        return number


def dataset_option(function: Function) -> Function:
    """Add ``--dataset``."""
    return click.option("--dataset", metavar="DIR", help="Dataset folder; default: the bundled Eurasian network.")(
        function
    )


def year_option(function: Function) -> Function:
    """Add ``--year``."""
    return click.option(
        "--year", type=click.IntRange(1, 9999), metavar="Y", help="Year of links and demands; default: the base year."
    )(function)


def format_option(*formats: str) -> Callable[[Function], Function]:
    """Add ``--format`` with the formats that make sense for a command; the first is the default."""

    def add(function: Function) -> Function:
        return click.option(
            "--format",
            "form",
            type=click.Choice(formats),
            default=formats[0],
            show_default=True,
            help="Form of the result.",
        )(function)

    return add


def output_option(function: Function) -> Function:
    """Add ``-o``."""
    return click.option(
        "-o", "--output", metavar="FILE", help="Write the result to FILE, whole or not at all, instead of stdout."
    )(function)


def language_option(function: Function) -> Function:
    """Add ``--lang``; a language that cannot be spoken here is refused before anything else is done."""

    def check(ctx: click.Context, param: click.Parameter, value: str) -> str:
        if value != "en":
            need("babel", "Languages other than English need Babel")
        return value

    return click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        default="en",
        show_default=True,
        callback=check,
        help="Language of tables, labels and names.",
    )(function)


def check_workbook(form: str, output: str | None) -> None:
    """Refuse a workbook without a file for it, or without the library that writes it, before anything is solved.

    Raises
    ------
    click.UsageError
        The form is ``xlsx``, and there is no file or XlsxWriter is not installed.
    """
    if form != "xlsx":
        return
    if output is None:
        raise click.UsageError("--format xlsx makes a workbook, which is no text; name its file with -o FILE.xlsx.")
    need("xlsxwriter", "Workbooks need XlsxWriter")


def need(module: str, message: str) -> None:
    """Refuse what needs an optional library that is not there, and say how it is installed.

    Raises
    ------
    click.UsageError
        The module is not installed.
    """
    try:
        import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name != module:
            raise
        raise click.UsageError(f"{message}; install it with pip install 'corridor-optimizer[report]'.") from None


def scenario_option(function: Function) -> Function:
    """Add ``--scenario``."""
    return click.option(
        "--scenario",
        "scenarios",
        multiple=True,
        metavar="FILE",
        help="Apply a scenario: a TOML file or the name of one in the dataset; repeatable, in order.",
    )(function)


def weight_options(*single: Minimize) -> Callable[[Function], Function]:
    """Add the options that say what is minimized; `single` are the weights that may stand alone."""

    def add(function: Function) -> Function:
        for option in (
            click.option(
                "--calibrated",
                is_flag=True,
                help="Count the adjustments of calibration.csv in what is minimized, never in what is paid.",
            ),
            click.option("--carbon-price", type=AmountRange(), metavar="USD_PER_T", help="Price of a tonne of CO2e."),
            click.option(
                "--time-value",
                type=AmountRange(),
                metavar="USD_PER_H",
                help="Price of an hour per commodity unit; default: each commodity's own.",
            ),
            click.option(
                "--minimize",
                type=click.Choice(single),
                help="Minimize only this; default: money plus each commodity's own time value.",
            ),
        ):
            function = option(function)
        return function

    return add


def weights_of(
    minimize: Minimize | None, time_value: float | None, carbon_price: float | None, *, calibrated: bool = False
) -> Weights:
    """Return the weights that the options ask for.

    Raises
    ------
    click.UsageError
        ``--minimize`` stands beside a price that it would ignore.
    """
    from optimizer.weights import Weights

    if minimize is None:
        adjusted = float(calibrated)
        return Weights(time_per_h=time_value, co2_per_kg=(carbon_price or 0.0) / 1000.0, calibration=adjusted)
    if calibrated:
        raise click.UsageError("--minimize asks for one weight alone; leave --calibrated out.")
    if time_value is not None or carbon_price is not None:
        raise click.UsageError(
            "--minimize asks for one weight alone; leave it out to combine money with --time-value or --carbon-price."
        )
    return {
        "cost": Weights(cost=1.0, time_per_h=0.0),
        "time": Weights(cost=0.0, time_per_h=1.0),
        "co2": Weights(cost=0.0, time_per_h=0.0, co2_per_kg=1.0),
        "reliability": Weights(cost=0.0, time_per_h=0.0, p90_per_h=1.0),
    }[minimize]


def open_dataset(folder: str | None, scenarios: tuple[str, ...] = ()) -> Dataset:
    """Read the dataset asked for and apply scenarios, files or names, in order."""
    from network import load, read_dataset

    data = load() if folder is None else read_dataset(folder)
    if scenarios:
        from network import apply
        from network.scenario import Scenario

        for name in scenarios:
            known = data.scenarios.get(name)
            if known is None and not Path(name).is_file():
                from network.places import unknown_id

                raise unknown_id("scenario file or name", name, data.scenarios)
            data = apply(data, known if known is not None else Scenario.from_toml(name))
    return data
