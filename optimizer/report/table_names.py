"""Names of the tables that a plan and a what-if are written as; apart, so that asking for help loads nothing else."""

from __future__ import annotations

from typing import Literal, get_args

PlanTable = Literal["flows", "routes", "legs", "bottlenecks", "unmet", "corridors", "modes"]
PLAN_TABLES: tuple[PlanTable, ...] = get_args(PlanTable)
WhatIfTable = Literal["summary", "shifts", "bottlenecks", "measures"]
WHATIF_TABLES: tuple[WhatIfTable, ...] = get_args(WhatIfTable)
