"""Who uses a place, link or capacity, as an analyst reads it aloud: by demand, goods, corridor and country."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from typing import TYPE_CHECKING

from optimizer.report.document import Document, Table, columns, number, short_number
from optimizer.report.routes import corridor_name, node_name
from optimizer.users import User

if TYPE_CHECKING:
    from network.model import Dataset
    from optimizer.users import CapacityUse, Total, Users

N_SHOWN = 30
"""Users that a table lists; CSV and JSON list them all."""


def users_document(users: Users) -> Document:
    """Return a heading with the capacities, then tables by demand, commodity, corridor and country."""
    data = users.plan.data
    document: Document = [_heading(users)]
    if not users.users:
        return [*document, f"No demand of this plan {'takes any of' if users.idle else 'passes'} it."]
    document.append(_user_table(data, users))
    corridors = [total.name for total in users.by_corridor()]
    document += [
        _total_table("Commodity", "By commodity", users.by_commodity(), [total.name for total in users.by_commodity()]),
        _total_table(
            "Corridor",
            "By corridor of the whole way",
            users.by_corridor(),
            [corridor_name(data, corridor) or "(no corridor)" for corridor in corridors],
        ),
        _total_table("From", "By country of origin", users.by_origin_country()),
        _total_table("To", "By country of destination", users.by_destination_country()),
    ]
    return document


def users_csv(users: Users) -> str:
    """Return one row per demand, direction and corridor."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [field.name for field in fields(User)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(user.to_mapping() for user in users.users)
    return stream.getvalue()


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
        node, _, modes = thing.id.rpartition(":")
        sign = " ← " if thing.side == "<" else " → " if thing.side else " – "
        return f"{node_name(users.plan.data, node)}, {modes.replace('-', sign)}"
    if thing.kind == "shared":
        return str(network.shared_capacities.text("name")[network.shared_capacities.row_of[thing.id]]) or thing.id
    return corridor_name(users.plan.data, thing.id) if thing.kind == "corridor" else thing.id


def _heading(users: Users) -> str:
    """Return what is asked for, what passes it in all, and its capacities, a line each."""
    name = thing_name(users)
    shown = name if name == users.thing.id else f"{name} ({users.thing.id})"
    t = sum(user.t for user in users.users)
    demands = {user.demand_id for user in users.users}
    lines = [f"Who uses the {_kind(users.thing.kind)} {shown} · plan {users.plan.year}"]
    if users.users:
        plural = "" if len(demands) == 1 else "s"
        lines.append(f"{number(t / 1e3)} kt a year of {len(demands)} demand{plural}, each tonne counted once")
    if users.idle:
        idle_t = sum(user.t for user in users.idle)
        lines.append(f"Another {short_number(idle_t / 1e3)} kt a year pass and take nothing of it")
    return "\n".join([*lines, *(_capacity(users.plan.data, users, record) for record in users.capacities)])


def _kind(kind: str) -> str:
    return "shared capacity" if kind == "shared" else kind


def _capacity(data: Dataset, users: Users, record: CapacityUse) -> str:
    """Return how far a capacity is used."""
    direction = ""
    if record.from_node and record.to_node:
        ends = [record.from_node, record.to_node]
        direction = (
            " → ".join(ends if users.thing.kind == "transfer" else [node_name(data, end) for end in ends]) + ": "
        )
    share = f" ({100 * record.used / record.capacity:.0f} %)" if record.capacity else ""
    background = f", {short_number(record.background)} of it by other traffic" if record.background else ""
    use = f"{short_number(record.used)} of {short_number(record.capacity)} {record.unit} used"
    return f"{direction}{use}{share}{background}"


def _user_table(data: Dataset, users: Users) -> Table:
    """Return the users that bring most tonnes."""
    has_direction = any(user.direction for user in users.users)
    unit = users.capacities[0].unit if users.capacities else ""
    headers = ["Demand", "From", "To", "Commodity", *(["Direction"] if has_direction else []), "Corridor"]
    headers += [">kt", ">TEU", ">Of demand", *([f">{unit}"] if unit else []), ">Share"]
    rows = [
        (
            user.demand_id,
            node_name(data, user.origin),
            node_name(data, user.destination),
            user.commodity,
            *([_direction(data, user.direction)] if has_direction else []),
            corridor_name(data, user.corridor) or "–",
            short_number(user.t / 1e3),
            number(user.teu),
            f"{100 * user.share_of_demand:.0f} %",
            *([short_number(user.used or 0.0)] if unit else []),
            f"{100 * user.share:.1f} %",
        )
        for user in users.users[:N_SHOWN]
    ]
    n_users = len(users.users)
    shown = f"the {N_SHOWN} largest of {n_users}" if n_users > N_SHOWN else f"{n_users}"
    # A demand on several ways has a row for each, so that there are more rows than demands.
    what = "demand" if n_users == len({user.demand_id for user in users.users}) else "demand and way"
    return Table(columns(*headers), tuple(rows), title=f"By {what} ({shown})")


def _direction(data: Dataset, direction: str) -> str:
    """Return a direction with the names of nodes."""
    known = data.network.nodes.row_of
    return " → ".join(node_name(data, part) if part in known else part for part in direction.split(" → "))


def _total_table(header: str, title: str, totals: list[Total], names: list[str] | None = None) -> Table:
    """Return sums of tonnes and TEU with their shares."""
    return Table(
        columns(header, ">kt", ">TEU", ">Share"),
        tuple(
            (name, short_number(total.t / 1e3), number(total.teu), f"{100 * total.share:.1f} %")
            for name, total in zip(names or [total.name for total in totals], totals, strict=True)
        ),
        title=title,
    )
