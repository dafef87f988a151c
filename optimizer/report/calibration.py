"""A calibration as tables and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.document import Document, Table, columns, number
from optimizer.report.sheets import csv_text

if TYPE_CHECKING:
    from optimizer.calibration import Calibration, Fit

ABOUT = (
    "Adjustments stand for all that the data do not see. They are no prices and no forecast, hold near the base year, "
    "and count only where --calibrated asks for them."
)


def calibration_document(calibration: Calibration) -> Document:
    """Return the targets with what the calibration makes of them, and why some are not reproduced."""
    headers = columns(
        "Target",
        "Unit",
        ">Published",
        ">Band from",
        ">to",
        ">Plan",
        ">Calibrated from",
        ">to",
        ">USD/unit",
        ">Step",
        "",
    )
    table = Table(headers, tuple(_cells(fit) for fit in calibration.fits))
    missed = [f"{fit.target.id}: {fit.remark}" for fit in calibration.fits if not fit.is_reproduced]
    n_steps = sum(fit.step is not None for fit in calibration.fits)
    summary = (
        f"{calibration.n_reproduced} of {len(calibration.fits)} targets are reproduced by every optimal plan of "
        f"{calibration.year}: {len(calibration.rows)} adjustments, {n_steps} with a step. Flows are per year."
    )
    return [table, summary, *(["\n".join(missed)] if missed else []), ABOUT]


def calibration_csv(calibration: Calibration) -> str:
    """Return one row per target, with the keys of its JSON as columns, links joined by ``;``."""
    rows = [fit.to_mapping() | {"links": fit.target.links} for fit in calibration.fits]
    return csv_text(rows[0], [row.values() for row in rows]) if rows else ""


def _cells(fit: Fit) -> tuple[str, ...]:
    """Return the cells of a target."""
    target = fit.target
    flows = (target.published, target.low, target.high, fit.uncalibrated, fit.calibrated_min, fit.calibrated_max)
    return (
        target.id,
        target.unit,
        *(number(flow) if abs(flow) < float("inf") else "∞" for flow in flows),
        number(fit.adjustment_usd, 2),
        number(fit.step),
        "reproduced" if fit.is_reproduced else "not reproduced",
    )
