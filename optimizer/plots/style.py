"""What charts look like: colors, sizes, and texts as wide as there is room for.

Colors are those of Okabe and Ito, "Color Universal Design" (2008), and of Tol, "Colour Schemes" (SRON/EPS/TN/09-002,
2021), which readers with any color vision tell apart. Sizes are in inches and points on a page column of 11.6 inches:
1,160 pixels on a screen, the width of an A4 page with its letters at six tenths of their size.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from unicodedata import category

from matplotlib import rc_context, rcParamsDefault
from matplotlib.font_manager import FontProperties, findfont, get_font

from optimizer.language import as_written, number_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from matplotlib.ft2font import FT2Font

WIDTH_INCHES = 11.6
FONT = "DejaVu Sans"
"""Font that texts are measured and pixels are drawn with: it comes with matplotlib, and is wider than most."""
TITLE, TEXT, SMALL = 14.0, 10.5, 9.5
"""Sizes of letters in points."""

INK, GRAY, PALE, GRID = "#222222", "#5F6368", "#B9BDC3", "#E3E5E8"
BLUE, SKY, GREEN, ORANGE, VERMILION, PURPLE = "#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00", "#CC79A7"
BEFORE, AFTER = "#9AA0A6", BLUE
"""Colors of the unchanged plan and of a scenario."""
PALETTE = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#882255",
    "#999933",
    "#332288",
    "#44AA99",
    "#117733",
    "#DDCC77",
)
MODE_FILLS = {"rail": "#4C5661", "road": VERMILION, "river": GREEN, "sea": BLUE, "air": PURPLE}
"""Colors of modes as on maps, with a gray for rail that does not weigh as much in large areas as its black line."""

MINUS = "\N{MINUS SIGN}"
LOOKS = (
    "axes.",
    "figure.",
    "font.",
    "grid.",
    "lines.",
    "markers.",
    "patch.",
    "path.",
    "svg.",
    "text.",
    "xtick.",
    "ytick.",
)
"""Beginnings of the names of settings that change what a chart looks like."""
NO_XML = "\ufffe\uffff"
"""What XML holds in no form, beside control characters and halves of pairs (XML 1.0, section 2.2)."""

_STYLE: dict[Any, Any] = {
    "font.family": [FONT],
    "font.size": TEXT,
    # Names may hold dollar signs, which are no mathematics.
    "text.parse_math": False,
    "text.color": INK,
    "text.usetex": False,
    "axes.labelsize": SMALL,
    "axes.labelcolor": GRAY,
    "axes.edgecolor": PALE,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "axes.autolimit_mode": "data",
    "axes.xmargin": 0.0,
    "axes.ymargin": 0.0,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "grid.linestyle": "-",
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.labelcolor": GRAY,
    "ytick.labelcolor": GRAY,
    "xtick.color": PALE,
    "ytick.color": PALE,
    "figure.facecolor": "white",
    "figure.dpi": 100.0,
    "savefig.facecolor": "auto",
    "svg.fonttype": "none",
    # The same ids of clip paths every time.
    "svg.hashsalt": "corridor",
    "path.simplify": False,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw and write figures in the style of the house until the block ends, whatever the user's own settings are."""
    with rc_context(_settings()):
        yield


@cache
def _settings() -> dict[Any, Any]:
    """Return all settings of looks: those of matplotlib itself under those of the house."""
    return {name: value for name, value in rcParamsDefault.items() if name.startswith(LOOKS)} | _STYLE


def palette(ids: Iterable[str]) -> Mapping[str, str]:
    """Return a color for each id in the order given; those beyond the palette and the empty one are gray."""
    named = [key for key in dict.fromkeys(ids) if key]
    return {key: PALETTE[at] if at < len(PALETTE) else PALE for at, key in enumerate(named)} | {"": PALE}


def letters_on(color: str) -> str:
    """Return white or the color of ink, whichever reads better on a color (WCAG 2.1, relative luminance)."""
    parts = (int(color[at : at + 2], 16) / 255.0 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return INK if luminance > 0.25 else "#FFFFFF"


def short_text(value: float) -> str:
    """Return a number with three significant digits, or all digits before the point, as the language writes it."""
    if abs(value) >= 999.5 or value == 0.0:
        return fixed_text(value, 0)
    return as_written(f"{value:.3g}").replace("-", MINUS)


def fixed_text(value: float, digits: int) -> str:
    """Return a number with so many decimals; one that rounds to nothing has no sign."""
    return number_text(round(value, digits) + 0.0, digits).replace("-", MINUS)


def even_text(value: float, step: float) -> str:
    """Return a number with as many decimals as tell steps of this size apart."""
    return fixed_text(value, next((at for at in range(9) if abs(round(step, at) - step) <= 1e-9 * step), 9))


def one_line(text: str) -> str:
    """Return a text of the data as one line that any picture can hold: without control characters."""
    words = "".join(" " if char.isspace() else char for char in text).split()
    return "".join(char for char in " ".join(words) if category(char) not in ("Cc", "Cs") and char not in NO_XML)


def text_inches(text: str, size: float = TEXT) -> float:
    """Return about how wide a text is drawn, in inches, with some room for pixels."""
    return 1.03 * sum(map(_em, text)) * size / 72.0


def cut(text: str, inches: float, size: float = TEXT) -> str:
    """Return a text of the data that is not wider than some inches; the end of a longer one is an ellipsis."""
    shown = one_line(text)
    if text_inches(shown, size) <= inches:
        return shown
    while shown and text_inches(shown + "…", size) > inches:
        shown = shown[:-1]
    return shown.rstrip() + "…"


def lines_of(text: str, inches: float, size: float = TEXT) -> tuple[str, ...]:
    """Return a text of the data in one line, or in two where one is not wide enough; the rest is cut off."""
    words = one_line(text).split(" ")
    n_fit = max((at for at in range(len(words) + 1) if text_inches(" ".join(words[:at]), size) <= inches), default=0)
    if n_fit in (0, len(words)):
        return (cut(text, inches, size),)
    return " ".join(words[:n_fit]), cut(" ".join(words[n_fit:]), inches, size)


@cache
def _font() -> FT2Font:
    """Return the font that texts are measured with."""
    font = get_font(findfont(FontProperties(family=[FONT])))
    font.set_size(100.0, 72)
    return font


@cache
def _em(char: str) -> float:
    """Return the width of a character as a share of the size of its letters; one that the font lacks is square."""
    glyph = _font().get_char_index(ord(char))
    if not glyph:
        return 1.0
    return float(_font().load_glyph(glyph).linearHoriAdvance) / 65536.0 / 100.0
