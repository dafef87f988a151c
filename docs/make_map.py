"""Draw the picture of ``network.md`` anew: ``make docs``."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from network import load
from optimizer.report.maps import draw_map

if TYPE_CHECKING:
    from network import Dataset

PICTURE = Path(__file__).with_name("network.png")
# Flights are great circles that hide what lies under them.
DRAWN = ("rail", "road", "river", "sea")
DPI = 110


def shows(data: Dataset) -> str:
    """Return what the picture is of, which it carries as its description."""
    return f"{data.info.name} {data.info.version}: {len(data.network.nodes)} places, {len(data.network.links)} links"


def picture(data: Dataset) -> bytes:
    """Return a map of the network as a PNG of 256 colors, which are enough for its few hues."""
    drawn = io.BytesIO()
    draw_map(data, modes=DRAWN).savefig(drawn, format="png", dpi=DPI)
    few_colors = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    about = PngInfo()
    about.add_text("Description", shows(data))
    small = io.BytesIO()
    few_colors.save(small, "PNG", optimize=True, pnginfo=about)
    return small.getvalue()


if __name__ == "__main__":
    PICTURE.write_bytes(picture(load()))
