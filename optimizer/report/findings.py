"""Findings as CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from network.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable


def findings_csv(findings: Iterable[Finding]) -> str:
    """Return one row per finding, with its attributes as columns."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(Finding._fields)
    writer.writerows(findings)
    return stream.getvalue()
