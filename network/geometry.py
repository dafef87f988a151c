"""Geometry of links: ``links.geojson``, a FeatureCollection of lines with a ``link_id`` each (RFC 7946)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from network.errors import DatasetError, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "links.geojson"
LINE_TYPES = ("LineString", "MultiLineString")


def read_geometry(folder: Path) -> dict[str, Mapping[str, Any]]:
    """Return the geometry of links by link id; empty where the folder has no ``links.geojson``.

    Raises
    ------
    DatasetError
        The file is no FeatureCollection of lines, each with a ``link_id``; all problems at once.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        collection = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise DatasetError([_finding(f"cannot be read: {reason}", "make it a readable file")]) from error
    except (ValueError, RecursionError) as error:
        raise DatasetError([_finding(f"not readable as JSON: {error}", "export it again as GeoJSON")]) from error
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list):
        raise DatasetError([_finding("no list of features", "give a GeoJSON FeatureCollection")])
    lines: dict[str, Mapping[str, Any]] = {}
    problems: list[Finding] = []
    for at, feature in enumerate(features):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        link_id = properties.get("link_id") if isinstance(properties, dict) else None
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if not isinstance(link_id, str) or not isinstance(geometry, dict) or geometry.get("type") not in LINE_TYPES:
            problems.append(_finding(f"feature {at} is no line with a link_id", "give geometry and properties.link_id"))
        else:
            lines[link_id] = geometry
    if problems:
        raise DatasetError(problems)
    return lines


def _finding(message: str, remedy: str) -> Finding:
    """Return an error about the geometry file."""
    return Finding(FILE, 0, "", "E150", message, remedy)
