"""Pictures of curves: what a capacity saves, what passes, and the price of the next unit, one above the other.

Needs matplotlib, of the extra ``report``. Colors are those of Okabe and Ito, "Color Universal Design" (2008).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from optimizer.report.curves import curve_title, per_unit, price_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from network.model import Dataset
    from optimizer.curves import Curve

SAVED, USED, PRICE, TODAY = "#0072B2", "#009E73", "#D55E00", "#555555"
WIDTH_INCHES, HEIGHT_INCHES = 8.0, 9.0
AXIS_UNITS = {"t-km/year": ("bn t-km a year", 1e9), "t/year": ("Mt a year", 1e6)}


def draw_curve(data: Dataset, curve: Curve) -> Figure:
    """Return three panels over the same axis: money against today, throughput, and the price of one more unit."""
    figure = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES), layout="constrained", facecolor="white")
    money, used, price = figure.subplots(3, 1, sharex=True, height_ratios=(1.2, 1.0, 1.0))
    _draw_money(money, curve)
    _draw_used(used, curve)
    _draw_price(price, curve)
    title = f"{curve_title(data, curve)}, plan of {curve.year}"
    money.set_title(title, loc="left", fontsize=12, pad=18, parse_math=False)
    price.set_xlabel(f"Capacity, {curve.unit}" if curve.kind == "capacity" else _factor_label(curve))
    for axes in (money, used, price):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#E5E5E5", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.margins(x=0.0)
        axes.yaxis.set_major_formatter(FuncFormatter(_thousands))
        axes.xaxis.set_major_formatter(FuncFormatter(_thousands))
        if curve.points[0].at <= curve.present <= curve.points[-1].at:
            axes.axvline(curve.present, color=TODAY, linewidth=1.0, linestyle=(0, (4, 3)))
    if curve.points[0].at <= curve.present <= curve.points[-1].at:
        label = f"today {_thousands(curve.present)}" if curve.kind == "capacity" else "today"
        money.annotate(
            label,
            (curve.present, 1.0),
            (0, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            fontsize=9,
            color=TODAY,
        )
    figure.align_ylabels()
    return figure


def _draw_money(axes: Axes, curve: Curve) -> None:
    """Draw what is saved (capacities) or added (costs, demands) against today, else against the first point."""
    present = [point.objective_usd for point in curve.points if point.at == curve.present]
    reference = present[0] if present else curve.points[0].objective_usd
    sign = -1.0 if curve.kind == "capacity" else 1.0
    against = "today" if present else "the left end"
    places = [point.at for point in curve.points]
    axes.plot(
        places,
        [sign * (point.objective_usd - reference) / 1e6 for point in curve.points],
        "o-",
        color=SAVED,
        linewidth=1.8,
        markersize=3.5,
    )
    axes.axhline(0.0, color=TODAY, linewidth=0.8)
    axes.set_ylabel(f"{'Saved' if curve.kind == 'capacity' else 'More'} against {against},\nm USD a year")


def _draw_used(axes: Axes, curve: Curve) -> None:
    """Draw the throughput; of a capacity with the line of full use."""
    name, unit = AXIS_UNITS.get(curve.used_unit, (curve.used_unit, 1.0)) if curve.kind != "capacity" else ("", 1.0)
    places = [point.at for point in curve.points]
    axes.plot(places, [point.used / unit for point in curve.points], "o-", color=USED, linewidth=1.8, markersize=3.5)
    if curve.kind == "capacity":
        axes.plot([places[0], places[-1]], [places[0], places[-1]], color=TODAY, linewidth=0.8, linestyle=":")
        most = max(point.used for point in curve.points)
        axes.set_ylim(0.0, 1.15 * most if most > 0.0 else 1.0)
        # Written where the line of full use leaves the panel, or at its end.
        end = min(places[-1], 1.15 * most)
        axes.annotate(
            "full use", (end, end), (-10, -2), textcoords="offset points", fontsize=8, color=TODAY, ha="right", va="top"
        )
        axes.set_ylabel(f"Used,\n{curve.unit}")
    else:
        axes.set_ylim(bottom=0.0)
        axes.set_ylabel(f"{'On these links' if curve.kind == 'cost' else 'Carried'},\n{name}")


def _draw_price(axes: Axes, curve: Curve) -> None:
    """Draw the steps of the price."""
    places = [point.at for point in curve.points]
    prices = [price_of(curve, point.price_right_usd_per_unit) or 0.0 for point in curve.points[:-1]]
    axes.stairs(prices, places, color=PRICE, linewidth=1.8, fill=False, baseline=None)
    axes.fill_between(places, [*prices, prices[-1]], step="post", color=PRICE, alpha=0.12, linewidth=0.0)
    axes.set_ylim(0.0, 1.08 * max(prices) if max(prices) > 0.0 else 1.0)
    verb = "saves" if curve.kind == "capacity" else "adds"
    axes.set_ylabel(f"One {per_unit(curve)} more {verb},\nUSD a year")


def _factor_label(curve: Curve) -> str:
    """Return the label of an axis of factors."""
    return f"{'Costs' if curve.kind == 'cost' else 'Volumes'}, times those of today"


def _thousands(value: float, _position: int | None = None) -> str:
    """Return a number with thousands separators and no needless digits."""
    text = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.6g}"
    return text.replace("-", "\N{MINUS SIGN}")
