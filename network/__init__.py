"""Multimodal freight networks: read a dataset, apply scenarios, look at what is there.

>>> from network import load
>>> data = load()
>>> data.info.currency
'USD'
"""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from network.applying import apply
    from network.changes import Change
    from network.dataset import check_dataset, load, read_dataset, with_demands
    from network.errors import (
        CorridorError,
        DatasetError,
        Finding,
        NoPlanError,
        NoRouteError,
        Relaxation,
        ScenarioError,
        SolverError,
        UnknownIdError,
    )
    from network.model import Dataset, Network
    from network.projects import Project
    from network.provenance import explain
    from network.scenario import Scenario
    from network.writing import write_dataset

__all__ = [
    "Change",
    "CorridorError",
    "Dataset",
    "DatasetError",
    "Finding",
    "Network",
    "NoPlanError",
    "NoRouteError",
    "Project",
    "Relaxation",
    "Scenario",
    "ScenarioError",
    "SolverError",
    "UnknownIdError",
    "apply",
    "check_dataset",
    "explain",
    "load",
    "read_dataset",
    "with_demands",
    "write_dataset",
]

# Before this moment the code of a process was as it is now on disk: see `network.fingerprint`.
_imported_at = time()

# Imported when first asked for, so that a command pays only for what it uses.
_MODULES = {
    **dict.fromkeys(("check_dataset", "load", "read_dataset", "with_demands"), "network.dataset"),
    **dict.fromkeys(("Dataset", "Network"), "network.model"),
    "apply": "network.applying",
    "explain": "network.provenance",
    "Change": "network.changes",
    "Scenario": "network.scenario",
    "Project": "network.projects",
    "write_dataset": "network.writing",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'network' has no attribute '{name}'")
    from importlib import import_module

    value: object = getattr(import_module(_MODULES.get(name, "network.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
