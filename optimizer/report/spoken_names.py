"""Names of what an outcome tells of, in the language of the reader: outcomes themselves keep the English ones.

A name that the unchanged data does not have, as of a corridor that a scenario adds, stays as the outcome has it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from optimizer.language import _, country_text, language, mode_text, modes_text, n_, noted
from optimizer.phrases import capacity_name
from optimizer.report.routes import corridor_name, node_name
from optimizer.volumes import NO_CORRIDOR, NOT_ASKED, UNMET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from network.model import Dataset
    from network.projects import Project
    from network.scenario import Scenario

JOINED_BY = " + "
OTHERS = re.compile(r"(\d+) more")
"""How the name of scenarios that are planned together is put together."""
WAYS = {UNMET: noted("stays unmet"), NOT_ASKED: noted("not asked for"), NO_CORRIDOR: noted("(no corridor)")}


def case_name(data: Dataset, outcome: Mapping[str, Any]) -> str:
    """Return the name of what was planned: a scenario, a card, or several of them together."""
    name = str(outcome["name"])
    if language() == "en":
        return name
    items: list[Scenario | Project] = [*data.scenarios.values(), *data.projects]
    known = {item.name: item.name_in(language()) for item in items}
    return known.get(name) or JOINED_BY.join(known.get(part) or _others(part) for part in name.split(JOINED_BY))


def shift_name(data: Dataset, row: Mapping[str, Any]) -> str:
    """Return what a shift by corridor, country, mode or demand is about; one of a link has the ends of the link."""
    name, by, key = str(row["name"]), row["by"], str(row["id"])
    if language() == "en":
        return name
    if by == "country":
        return country_text(key)
    if by == "mode":
        return mode_text(key)
    if by == "link":
        return _link_name(data, key, name)
    return way_name(data, key, name) if by == "corridor" else demand_name(data, key, name)


def way_name(data: Dataset, way: str, name: str) -> str:
    """Return what a reader calls the way of a demand: a corridor, none, or that it stays behind."""
    if way in WAYS:
        return _(WAYS[way])
    is_known = way in data.network.corridors.row_of
    return corridor_name(data, way) if is_known and language() != "en" else name


def demand_name(data: Dataset, demand_id: str, name: str) -> str:
    """Return the two ends of a demand."""
    row = data.demands.row_of.get(demand_id)
    if row is None or language() == "en":
        return name
    return " – ".join(node_name(data, str(data.demands.text(end)[row])) for end in ("origin", "destination"))


def limit_name(data: Dataset, row: Mapping[str, Any]) -> str:
    """Return what a reader calls a capacity that changes."""
    if language() == "en":
        return str(row["name"])
    name = capacity_name(data, row["kind"], row["id"], row["from_node"], row["to_node"])
    return str(row["name"]) if name == row["id"] else name


def closing_name(data: Dataset, record: Mapping[str, Any], *, has_kind: bool = True) -> str:
    """Return what a reader calls a thing that closes; `has_kind` says of a border crossing that it is one."""
    name, key = str(record["name"]), str(record["id"])
    if record["kind"] == "crossing":
        mode, start, end = key.split(":")
        name = f"{node_name(data, start)} – {node_name(data, end)} ({mode_text(mode)})"
        return _("border {name}").format(name=name) if has_kind else name
    return name if language() == "en" else _thing_name(data, record["kind"], key, name)


def _thing_name(data: Dataset, kind: str, key: str, name: str) -> str:
    """Return what a reader calls what closes, but for a border crossing; `name` is its English name."""
    links = data.network.links
    if kind == "link":
        row = links.row_of[key]
        ends = " – ".join(node_name(data, str(links.text(end)[row])) for end in ("from_node", "to_node"))
        return f"{ends} ({mode_text(str(links.text('mode')[row]))})"
    if kind == "node":
        return node_name(data, key)
    if kind == "shared":
        return capacity_name(data, "shared", key, None, None)
    if kind == "transfer":
        node, _colon, modes = key.rpartition(":")
        return f"{node_name(data, node)}: {modes_text(modes, ' – ')}"
    return case_name(data, {"name": name}) if kind == "scenario" else name


def _others(part: str) -> str:
    """Return a part of a name; one that counts further scenarios in the language spoken."""
    others = OTHERS.fullmatch(part)
    if others is None:
        return part
    n = int(others[1])
    return n_("{n} more", "{n} more", n).format(n=n)


def _link_name(data: Dataset, key: str, name: str) -> str:
    """Return the ends of a link, whose id ends in its direction."""
    links = data.network.links
    row = links.row_of.get(key[:-1])
    if row is None:
        return name
    ends = [node_name(data, str(links.text(end)[row])) for end in ("from_node", "to_node")]
    return " → ".join(ends if key.endswith(">") else reversed(ends))
