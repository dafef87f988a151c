"""``corridor map``: a picture of the network or of one corridor."""

from __future__ import annotations

import io
from pathlib import Path

import click

from network.model import MODES
from optimizer.cli.arguments import dataset_option, open_dataset, scenario_option
from optimizer.cli.output import emit_bytes, note


@click.command("map", short_help="Draw a map of the network or of one corridor.")
@dataset_option
@scenario_option
@click.option("--mode", "modes", multiple=True, type=click.Choice(MODES), help="Draw this mode; repeatable.")
@click.option("--corridor", metavar="ID", help="Bring out one corridor.")
@click.option("-o", "--output", metavar="FILE", required=True, help="The picture: a name that ends in .svg or .png.")
def command(
    dataset: str | None, scenarios: tuple[str, ...], modes: tuple[str, ...], corridor: str | None, output: str
) -> None:
    """Draw a map of the network or of one corridor, in the true geometry of its links.

    Needs no network: the base map travels with the package.
    """
    form = Path(output).suffix.lower().removeprefix(".")
    if form not in ("svg", "png"):
        raise click.UsageError(f"{output!r} is neither .svg nor .png; name the picture so that it ends in one of them.")
    try:
        from optimizer.report.maps import draw_map, write_map
    except ModuleNotFoundError as missing:
        if missing.name != "matplotlib":
            raise
        raise click.UsageError(
            "Maps need matplotlib; install it with pip install 'corridor-optimizer[report]'."
        ) from None
    figure = draw_map(open_dataset(dataset, scenarios), modes=modes or MODES, corridor=corridor)
    picture = io.BytesIO()
    write_map(figure, picture, "svg" if form == "svg" else "png")
    emit_bytes(picture.getvalue(), output)
    note(f"{output}: {len(picture.getvalue()) / 1e6:.1f} MB")
