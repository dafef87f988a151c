"""A chart: a figure with its title, what it says in words, and the numbers behind its marks."""

from __future__ import annotations

import io
import warnings
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.plots.markup import tidy, written
from optimizer.plots.style import house_style

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matplotlib.figure import Figure

ENDINGS = (".svg", ".png")


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure with what a reader who cannot see it needs, and a page that tells of its marks.

    Attributes
    ----------
    figure
        The picture; its parts that carry numbers have ids.
    title
        What it shows, in the language it was drawn in.
    description
        Its main numbers in one or two sentences, in place of the picture.
    marks
        What each part says, by its id: a name and a number with its unit.

    Examples
    --------
    >>> from optimizer.plots import curve
    >>> curve(data, bends).save("aktau.svg")  # doctest: +SKIP
    """

    figure: Figure
    title: str
    description: str
    marks: Mapping[str, str]

    def svg(self) -> str:
        """Return the picture as SVG whose text is text, with title and description; always the same."""
        stream = io.StringIO()
        with _writing():
            self.figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        root = tidy(stream.getvalue(), self.marks)
        for at, (tag, text) in enumerate((("title", self.title), ("desc", self.description))):
            element = ET.Element(tag)
            element.text = text
            root.insert(at, element)
        return written(root)

    def png(self, dpi: int = 150) -> bytes:
        """Return the picture as PNG of so many dots per inch; always the same."""
        stream = io.BytesIO()
        with _writing():
            self.figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
        return stream.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the picture to a file in the form that its name ends in.

        Raises
        ------
        ValueError
            The name ends in neither ``.svg`` nor ``.png``.
        """
        file = Path(path)
        ending = file.suffix.lower()
        if ending not in ENDINGS:
            raise ValueError(f"{file.name!r} ends in neither {' nor '.join(ENDINGS)}")
        file.write_bytes(self.svg().encode() if ending == ".svg" else self.png())


@contextmanager
def _writing() -> Iterator[None]:
    """Write figures in the style of the house, without remarks on letters."""
    with house_style(), warnings.catch_warnings():
        # Names of the data may hold letters that the font for pixels lacks: they are boxes there, and readers of SVG
        # see them in a font of their own system. There is nothing for a user to do about it.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        warnings.filterwarnings("ignore", "Matplotlib currently does not support .* natively", UserWarning)
        yield
