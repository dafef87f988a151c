"""What a plan brings to every link and every capacity: tonnes each way, and the part of the capacity that is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from network.model import freeze
from optimizer.resources import plain_rows
from optimizer.result import resource_use

if TYPE_CHECKING:
    import pandas as pd

    from network.model import Mask, Numbers
    from optimizer.result import Plan


@dataclass(frozen=True, eq=False)
class LinkLoads:
    """Loads of the links of a plan's network, in its order.

    Attributes
    ----------
    link_ids
        (n_links,).
    forward_t, backward_t
        Tonnes a year from `from_node` to `to_node` and back, shape (n_links,).
    use
        The greatest part of a capacity that is used, traffic outside the model included, over the link's own capacities
        and the shared ones it draws on, shape (n_links,); NaN where none is given. It exceeds 1 where the traffic
        outside the model alone does.
    binds
        Mask of the links with a capacity that has a price, shape (n_links,).
    """

    link_ids: tuple[str, ...]
    forward_t: Numbers
    backward_t: Numbers
    use: Numbers
    binds: Mask

    @property
    def t(self) -> Numbers:
        """Tonnes a year both ways, shape (n_links,)."""
        return freeze(self.forward_t + self.backward_t)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per link, with the attributes of `LinkLoads` as columns."""
        import pandas as pd

        return pd.DataFrame(
            {
                "link_id": self.link_ids,
                "forward_t": self.forward_t,
                "backward_t": self.backward_t,
                "use": self.use,
                "binds": self.binds,
            }
        )


def link_loads(plan: Plan) -> LinkLoads:
    """Return what a plan brings to the links of its network; parallel links of price steps count as the one they are.

    Examples
    --------
    >>> from network import load
    >>> from optimizer import plan_flows
    >>> loads = link_loads(plan_flows(load()))
    >>> len(loads.link_ids) == len(loads.use)
    True
    """
    graph, network = plan.blocks.graph, plan.data.network
    plain = plain_rows(network.links)
    n_links = int(plain.max(initial=-1)) + 1
    t_per_unit = plan.data.commodities.number("t_per_unit")
    on_link = np.flatnonzero(graph.link >= 0)
    row = plain[graph.link[on_link]]
    is_forward = graph.is_forward[on_link]
    t = np.zeros(graph.n_arcs)
    for values, on_arc in plan.blocks.by_commodity(plan.flow):
        t += on_arc * t_per_unit[values.row]
    forward, backward = (
        np.bincount(row[side], weights=t[on_link][side], minlength=n_links) for side in (is_forward, ~is_forward)
    )
    use, binds = np.full(n_links, np.nan), np.zeros(n_links, dtype=bool)
    resources = graph.resources
    counted = (graph.link[resources.arc] >= 0) & (resources.kind[resources.resource] != "step")
    link, resource = plain[graph.link[resources.arc[counted]]], resources.resource[counted]
    np.fmax.at(use, link, use_of_resources(plan)[resource])
    np.logical_or.at(binds, link, plan.price[resource] > 0.0)
    ids = tuple(str(name) for name in network.links.text("link_id")[:n_links])
    return LinkLoads(ids, freeze(forward), freeze(backward), freeze(use), freeze(binds))


def use_of_resources(plan: Plan) -> Numbers:
    """Return the part of every capacity that is used, traffic outside the model included, shape (n_resources,).

    A capacity of 0 is used to 1.
    """
    resources = plan.blocks.graph.resources
    taken = resources.background + resource_use(plan.blocks, plan.flow) / resources.per_year
    with np.errstate(divide="ignore", invalid="ignore"):
        return freeze(np.where(resources.capacity > 0.0, taken / resources.capacity, 1.0))
