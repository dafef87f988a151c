"""Findings as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.errors import Finding
from optimizer.report.sheets import csv_text

if TYPE_CHECKING:
    from collections.abc import Iterable


def findings_csv(findings: Iterable[Finding]) -> str:
    """Return one row per finding, with its attributes as columns."""
    return csv_text(Finding._fields, findings)
