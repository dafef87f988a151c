"""Draw the pictures of ``gallery.md`` and photograph the report that ``make demo`` writes: ``make docs``."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from network import apply, load
from optimizer import compare_corridors, emissions_of, pareto_front, what_if
from optimizer.cost_families import cost_families
from optimizer.curves import capacity_curve
from optimizer.language import speaking
from optimizer.plots import corridors, curve, emissions, front, ledger, route_bars, sankey
from optimizer.plots import cost_families as family_chart
from optimizer.report.maps import draw_map
from optimizer.report.page import comparison_routes, page, whatif_subject
from optimizer.report.route_maps import draw_routes
from optimizer.streams import streams

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.figure import Figure

    from optimizer.whatif import WhatIf

FOLDER = Path(__file__).with_name("gallery")
REPORT = Path(__file__).with_name("report.png")
QUESTION = ("aktau-hub", "caspian-ships", "alat-260")
DEMAND = "titr-2030"
ENDS = ("Xi'an", "Duisburg")
MAP_DPI, CHART_DPI = 75, 85
WIDTH, HEIGHT, BETWEEN = 1280, 800, 10
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def asked() -> WhatIf:
    """Return the what-if that the pictures are of."""
    data = load()
    return what_if(apply(data, data.scenarios[DEMAND]), QUESTION, combine="chain")


def pictures(result: WhatIf) -> Iterator[tuple[str, bytes]]:
    """Yield every picture as its name and a PNG."""
    before, after = result.base, result.plans[-1]
    assert after is not None
    data, outcome = after.data, result.outcomes[-1]
    views = (("without", before), ("with the three projects", after))
    yield "map-flows", _map(draw_map(data, plan=after))
    yield "map-difference", _map(draw_map(data, plan=after, base=before))
    comparison = compare_corridors(data, *ENDS)
    routes = comparison_routes(comparison)
    yield "map-routes", _map(draw_routes(data, routes))
    with speaking("ru"):
        yield "map-russian", _map(draw_map(data, plan=after, corridor="titr"))
    with speaking("kk"):
        yield "sankey-kazakh", sankey(streams(after)).png(CHART_DPI)
    charts = {
        "sankey": sankey(streams(after)),
        "corridors": corridors(views),
        "routes": route_bars(data, routes),
        "front": front(data, pareto_front(data, *ENDS).routes),
        "cost": family_chart([(name, cost_families(plan)) for name, plan in views]),
        "ledger": ledger(data, outcome["bottlenecks"], outcome["bottlenecks_before"]),
        "curve": curve(data, capacity_curve(data, "aktau-containers", low=70_000.0, high=360_000.0)),
        "emissions": emissions([(name, emissions_of(plan)) for name, plan in views]),
    }
    for name, chart in charts.items():
        yield name, chart.png(CHART_DPI)


def _map(figure: Figure) -> bytes:
    """Return a map as PNG."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=MAP_DPI)
    return stream.getvalue()


def few_colors(png: bytes) -> bytes:
    """Return a PNG with 256 colors, which are enough for these pictures."""
    small = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(small, "PNG", optimize=True)
    return small.getvalue()


def photograph(html: str, folder: Path) -> bytes | None:
    """Return what a reader sees of a page, its head and figures above its map; None where no browser is installed."""
    from playwright.sync_api import sync_playwright

    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return None
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        tab = started.new_page(viewport={"width": WIDTH, "height": HEIGHT}, offline=True)
        tab.goto(file.as_uri())
        shots = [tab.locator(part).screenshot() for part in ("header", "#overview .cards:not([hidden])", ".map-box")]
        started.close()
    return _stacked(shots)


def _stacked(shots: Sequence[bytes]) -> bytes:
    """Return pictures one above the other, a little apart."""
    parts = [Image.open(io.BytesIO(png)).convert("RGB") for png in shots]
    whole = Image.new("RGB", (max(part.width for part in parts), sum(part.height + BETWEEN for part in parts)), "white")
    top = 0
    for part in parts:
        whole.paste(part, ((whole.width - part.width) // 2, top))
        top += part.height + BETWEEN
    stream = io.BytesIO()
    whole.save(stream, "PNG")
    return stream.getvalue()


def main() -> None:
    """Write all pictures."""
    import tempfile

    FOLDER.mkdir(exist_ok=True)
    result = asked()
    for name, png in pictures(result):
        (FOLDER / f"{name}.png").write_bytes(few_colors(png))
    html = page(whatif_subject(result, command="make demo", relations=[("Xi'an", "Baku")]))
    with tempfile.TemporaryDirectory() as folder:
        photo = photograph(html, Path(folder))
    if photo is None:
        print(f"no {' or '.join(BROWSERS)}: {REPORT.name} stays as it is", file=sys.stderr)
    else:
        REPORT.write_bytes(few_colors(photo))


if __name__ == "__main__":
    main()
