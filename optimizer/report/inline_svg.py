"""Charts inside a page: SVG that stands beside others without a clash, says what it shows, and asks for nothing."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from optimizer.plots.markup import refer, written

if TYPE_CHECKING:
    from optimizer.plots.chart import Chart


def inline_svg(chart: Chart, prefix: str) -> str:
    """Return a chart as an ``<svg>`` element of a page.

    It is as wide as what it stands in. Readers of screens find its title and description; each part that carries a
    number has its id under ``data-mark`` and what it says as a ``<title>``, which browsers show under the pointer.

    Parameters
    ----------
    chart
        The chart.
    prefix
        Begins every id, so that ids are unique on the page; different for each chart of it.

    Raises
    ------
    ValueError
        The prefix is not one that ids of HTML and references to them may begin with: letters, digits and hyphens.
    """
    if not (prefix.isascii() and prefix.replace("-", "").isalnum() and prefix[0].isalpha()):
        raise ValueError(f"prefix {prefix!r} is not made of letters, digits and hyphens, a letter first")
    root = ET.fromstring(chart.svg())
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        name = element.get("id", "")
        if name in chart.marks:
            element.set("data-mark", name)
            tooltip = ET.Element("title")
            tooltip.text = chart.marks[name]
            element.insert(0, tooltip)
    for child, name in zip(root, ("title", "desc"), strict=False):
        child.set("id", name)
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    refer(root, prefix)
    root.attrib |= {
        "role": "img",
        "aria-labelledby": f"{prefix}title {prefix}desc",
        "style": "max-width:100%",
    }
    return written(root)
