"""The choices between two criteria on a large graph: bounds, labels in waves, and the paths of the front."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from optimizer.choices import Choices, Total, undominated
from optimizer.front_bounds import field_of
from optimizer.front_graph import values_of
from optimizer.front_paths import endings
from optimizer.front_search import search_front
from optimizer.rounded_totals import rounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.front_graph import FrontGraph

FIELDS = {"cost": "cost_usd", "time": "time_h", "co2": "co2_kg"}


def wide_choices(
    graph: FrontGraph,
    values: Mapping[str, Sequence[float]],
    most: Sequence[float] = (inf, inf),
    epsilon: float = 0.0,
    max_labels: int | None = None,
) -> Choices:
    """Return one sequence of arcs for each Pareto-optimal total of two criteria, as `search_choices` does.

    `values` holds two of ``cost``, ``time`` and ``co2``, each with one number of at least 0 per arc; `most` the limits
    of these two. Parameters, what counts as equal, and the route returned of equal ones are those of `search_choices`.
    """
    one, other = values
    most_x, most_y = most
    field = field_of(graph, values_of(values[one], graph), values_of(values[other], graph), most_x, most_y)
    if field is None:
        return Choices([], 0, epsilon, is_complete=True)
    reached = search_front(field, (most_x, most_y), epsilon, max_labels)
    is_complete = reached.within <= epsilon
    found = []
    for x, y, arcs in endings(field, reached, is_exact=is_complete and not epsilon):
        sums = {FIELDS[one]: rounded(x, field.step_x), FIELDS[other]: rounded(y, field.step_y)}
        found.append((Total(**{"cost_usd": 0.0, "time_h": 0.0, "co2_kg": 0.0} | sums), len(arcs), arcs))
    return Choices(undominated(found), len(reached.before), reached.within, is_complete)
