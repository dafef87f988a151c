"""Numbers, units and names as an analyst reads them aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.language import _, as_written, language, mode_text, modes_text, name_text, unit_text
from optimizer.report.document import number, short_number
from optimizer.report.routes import node_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from network.model import Dataset

N_NAMED = 3
"""Things that a sentence names before it counts the others."""
CENT = 0.01
"""Money in USD below which no figure is told."""


def money(usd: float) -> str:
    """Return an amount of money without its sign, in million USD from one million on; a cent is the least."""
    size = abs(usd)
    if 0.0 < size < CENT:
        return _("less than {usd} USD").format(usd=as_written(f"{CENT}"))
    if size >= 1e6:
        return _("{usd} m USD").format(usd=number(size / 1e6, 1))
    if size < 1.0:
        return _("{usd} USD").format(usd=as_written(f"{size:.2g}"))
    return _("{usd} USD").format(usd=whole(size))


def amount(volume: float, unit: str) -> str:
    """Return a volume of goods in ``teu`` or ``t``."""
    return f"{whole(volume)} {unit_text(unit)}"


def amounts(by_unit: Mapping[str, float]) -> str:
    """Return volumes of goods by unit, containers first, without their signs; those of 0 are left out."""
    parts = [amount(abs(by_unit[unit]), unit) for unit in ("teu", "t") if by_unit.get(unit)]
    return joined(parts)


def whole(value: float) -> str:
    """Return a number with thousands separators, with a fraction only where it is small."""
    return number(value) if abs(value) >= 100.0 else short_number(value)


def begun(text: str) -> str:
    """Return a text that begins as a sentence does."""
    return text[:1].upper() + text[1:]


def per_period(unit: str, value: float = 2.0) -> str:
    """Return the words for a unit of capacity: ``TEU a year``, ``trains a day``; beyond English, its short form."""
    if language() != "en":
        return unit_text(unit)
    counted, _slash, period = unit.partition("/")
    if counted in ("teu", "t"):
        word = counted.upper() if counted == "teu" else counted
    else:
        word = counted if value == 1.0 else f"{counted}s"
    return f"{word} a {period}"


def worth(one_more_usd: float, unit: str, reach: str) -> str:
    """Return what exactly one more unit of a capacity saves, and for how much more of it that holds, in words."""
    return f"worth {money(one_more_usd)} a year for one more {per_period(unit, 1.0)}, {reach}"


def worth_at_most(price_usd: float, unit: str) -> str:
    """Return what one more unit of a capacity saves at most, where it is not known how far that holds."""
    return f"worth up to {money(price_usd)} a year for one more {per_period(unit, 1.0)}"


def joined(parts: Sequence[str]) -> str:
    """Return a list of phrases in words; where phrases have commas of their own, semicolons part them."""
    if len(parts) < 2:
        return "".join(parts)
    mark = ";" if any(", " in part for part in parts) else ","
    return f"{f'{mark} '.join(parts[:-1])}{mark if mark == ';' else ''} and {parts[-1]}"


def named(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are."""
    if len(names) <= N_NAMED:
        return joined(names)
    return joined([*names[:N_NAMED], f"{len(names) - N_NAMED} more"])


def capacity_name(data: Dataset, kind: str, key: str, from_node: str | None, to_node: str | None) -> str:
    """Return what a reader calls a capacity.

    Parameters
    ----------
    kind, key, from_node, to_node
        As in `optimizer.flows.Bottleneck`; no direction where both count together.
    """
    network = data.network
    if kind == "shared" and key in network.shared_capacities.row_of:
        return name_text(network.shared_capacities, network.shared_capacities.row_of[key]) or key
    if kind == "link" and key in network.links.row_of:
        row = network.links.row_of[key]
        mode = mode_text(str(network.links.text("mode")[row]))
        if from_node and to_node:
            return f"{mode} {node_name(data, from_node)} → {node_name(data, to_node)}"
        ends = (node_name(data, str(network.links.text(end)[row])) for end in ("from_node", "to_node"))
        return f"{mode} {' – '.join(ends)}"
    if kind == "transfer":
        node, _colon, modes = key.rpartition(":")
        if node in network.nodes.row_of:
            way = modes_text(modes, " – ")
            if from_node and to_node:
                way = f"{mode_text(from_node)} → {mode_text(to_node)}"
            return _("transfer {way} at {place}").format(way=way, place=node_name(data, node))
    return key
