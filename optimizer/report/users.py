"""Who uses a place, link or capacity, as an analyst reads it aloud: by demand, goods, corridor and country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.language import (
    NO_NUMBER,
    _,
    country_text,
    language,
    mode_text,
    modes_text,
    n_,
    name_text,
    noted,
    unit_text,
)
from optimizer.listing import values_of
from optimizer.report.document import Document, Table, columns, number, percent, short_number
from optimizer.report.routes import corridor_name, goods_text, node_name
from optimizer.report.sheets import csv_text
from optimizer.users import USER_COLUMNS

if TYPE_CHECKING:
    from network.model import Dataset
    from optimizer.users import CapacityUse, Total, Users

N_SHOWN = 30
"""Users that a table lists; CSV and JSON list them all."""
HEADINGS = {
    "node": noted("Who uses the node {name} · plan {year}"),
    "link": noted("Who uses the link {name} · plan {year}"),
    "transfer": noted("Who uses the transfer {name} · plan {year}"),
    "shared": noted("Who uses the shared capacity {name} · plan {year}"),
    "country": noted("Who uses the country {name} · plan {year}"),
    "corridor": noted("Who uses the corridor {name} · plan {year}"),
    "mode": noted("Who uses the mode {name} · plan {year}"),
}
DIRECTIONS = {
    "from": noted("from there"),
    "to": noted("to there"),
    "within": noted("within it"),
    "through": noted("through it"),
    "transshipped": noted("transshipped there"),
}
"""What goods do at a place or in a country, in the languages to which the words of the records say nothing."""


def users_document(users: Users) -> Document:
    """Return a heading with the capacities, then tables by demand, commodity, corridor and country."""
    data = users.plan.data
    document: Document = [_heading(users)]
    if not users.users:
        nobody = _("No demand of this plan takes any of it.") if users.idle else _("No demand of this plan passes it.")
        return [*document, nobody]
    document.append(_user_table(data, users))
    goods, corridors = users.by_commodity(), users.by_corridor()
    corridor_names = [corridor_name(data, total.name) or _("(no corridor)") for total in corridors]
    goods_names = [goods_text(data, total.name) for total in goods]
    starts, ends = users.by_origin_country(), users.by_destination_country()
    document += [
        _total_table(_("Commodity"), _("By commodity"), goods, goods_names),
        _total_table(_("Corridor"), _("By corridor of the whole way"), corridors, corridor_names),
        _total_table(_("From"), _("By country of origin"), starts, _countries(starts)),
        _total_table(_("To"), _("By country of destination"), ends, _countries(ends)),
    ]
    return document


def _countries(totals: list[Total]) -> list[str]:
    """Return what tables call countries: by their codes in English, and by their names elsewhere."""
    return [total.name if language() == "en" else country_text(total.name) for total in totals]


def users_csv(users: Users) -> str:
    """Return one row per demand, direction and corridor."""
    return csv_text(USER_COLUMNS, [values_of(user, USER_COLUMNS) for user in users.users])


def thing_name(users: Users) -> str:
    """Return the thing in words: the name of a place, both ends of a link, the modes of a transfer."""
    thing, network = users.thing, users.plan.data.network
    if thing.kind == "node":
        return node_name(users.plan.data, thing.id)
    if thing.kind == "link":
        row = network.links.row_of[thing.id]
        ends = [node_name(users.plan.data, str(network.links.text(end)[row])) for end in ("from_node", "to_node")]
        return (" ← " if thing.side == "<" else " → " if thing.side else " – ").join(ends)
    if thing.kind == "transfer":
        node, _colon, modes = thing.id.rpartition(":")
        sign = " ← " if thing.side == "<" else " → " if thing.side else " – "
        return f"{node_name(users.plan.data, node)}, {modes_text(modes, sign)}"
    if thing.kind == "shared":
        return name_text(network.shared_capacities, network.shared_capacities.row_of[thing.id]) or thing.id
    if thing.kind == "corridor":
        return corridor_name(users.plan.data, thing.id)
    if thing.kind == "mode" or language() == "en":
        return mode_text(thing.id)
    return country_text(thing.id)


def _heading(users: Users) -> str:
    """Return what is asked for, what passes it in all, and its capacities, a line each."""
    name = thing_name(users)
    shown = name if name == users.thing.id else f"{name} ({users.thing.id})"
    lines = [_(HEADINGS[users.thing.kind]).format(name=shown, year=users.plan.year)]
    if users.users:
        n = len({user.demand_id for user in users.users})
        counted = n_(
            "{kt} kt a year of {n} demand, each tonne counted once",
            "{kt} kt a year of {n} demands, each tonne counted once",
            n,
        )
        lines.append(counted.format(kt=number(sum(user.t for user in users.users) / 1e3), n=n))
    if users.idle:
        idle_t = sum(user.t for user in users.idle)
        idle = _("Another {kt} kt a year pass and take nothing of it")
        lines.append(idle.format(kt=short_number(idle_t / 1e3)))
    return "\n".join([*lines, *(_capacity(users.plan.data, users, record) for record in users.capacities)])


def _capacity(data: Dataset, users: Users, record: CapacityUse) -> str:
    """Return how far a capacity is used."""
    direction = ""
    if record.from_node and record.to_node:
        ends = [record.from_node, record.to_node]
        direction = (
            " → ".join(mode_text(end) if users.thing.kind == "transfer" else node_name(data, end) for end in ends)
            + ": "
        )
    use = _("{used} of {capacity} {unit} used")
    if record.capacity:
        use = _("{used} of {capacity} {unit} used ({percent})")
    use = use.format(
        used=short_number(record.used),
        capacity=short_number(record.capacity),
        unit=unit_text(record.unit),
        percent=percent(record.used, of=record.capacity) if record.capacity else "",
    )
    if record.background:
        use = _("{use}, {background} of it by other traffic").format(
            use=use, background=short_number(record.background)
        )
    return f"{direction}{use}"


def _user_table(data: Dataset, users: Users) -> Table:
    """Return the users that bring most tonnes."""
    has_direction = any(user.direction for user in users.users)
    unit = users.capacities[0].unit if users.capacities else ""
    headers = [_("Demand"), _("From"), _("To"), _("Commodity"), *([_("Direction")] if has_direction else [])]
    headers += [_("Corridor"), ">" + _("kt"), ">" + _("TEU"), ">" + _("Of demand")]
    headers += [*([f">{unit_text(unit)}"] if unit else []), ">" + _("Share")]
    rows = [
        (
            user.demand_id,
            node_name(data, user.origin),
            node_name(data, user.destination),
            goods_text(data, user.commodity),
            *([_direction(data, user.direction)] if has_direction else []),
            corridor_name(data, user.corridor) or NO_NUMBER,
            short_number(user.t / 1e3),
            number(user.teu),
            percent(user.share_of_demand),
            *([short_number(user.used or 0.0)] if unit else []),
            percent(user.share, 1),
        )
        for user in users.users[:N_SHOWN]
    ]
    n_users = len(users.users)
    # A demand on several ways has a row for each, so that there are more rows than demands.
    if n_users == len({user.demand_id for user in users.users}):
        titles = (_("By demand ({n})"), _("By demand (the {most} largest of {n})"))
    else:
        titles = (_("By demand and way ({n})"), _("By demand and way (the {most} largest of {n})"))
    title = titles[n_users > N_SHOWN].format(n=n_users, most=N_SHOWN)
    return Table(columns(*headers), tuple(rows), title=title)


def _direction(data: Dataset, direction: str) -> str:
    """Return a direction with the names of nodes, or what goods do at a place or in a country."""
    if direction in DIRECTIONS:
        return direction if language() == "en" else _(DIRECTIONS[direction])
    known = data.network.nodes.row_of
    return " → ".join(node_name(data, part) if part in known else mode_text(part) for part in direction.split(" → "))


def _total_table(header: str, title: str, totals: list[Total], names: list[str]) -> Table:
    """Return sums of tonnes and TEU with their shares."""
    return Table(
        columns(header, ">" + _("kt"), ">" + _("TEU"), ">" + _("Share")),
        tuple(
            (name, short_number(total.t / 1e3), number(total.teu), percent(total.share, 1))
            for name, total in zip(names, totals, strict=True)
        ),
        title=title,
    )
