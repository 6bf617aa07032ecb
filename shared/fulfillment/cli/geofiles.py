"""GeoJSON files of polygons: service areas and zones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from fulfillment.cli.report import Report
from fulfillment.cli.tabular import read_text

OVERLAP_DEGREES2 = 1e-6  # about 100 m x 100 m: less is rounding along a shared border


@dataclass(frozen=True)
class Feature:
    """A polygon of the file. ``number`` counts features from 1; ``geometry`` is two-dimensional GeoJSON."""

    file: str
    number: int
    identity: str
    properties: Mapping[str, Any]
    geometry: Mapping[str, Any]
    outline: BaseGeometry


def read_features(path: Path, id_property: str, report: Report) -> dict[str, Feature]:
    """The features by their id. A feature with a problem is left out and noted."""
    found: dict[str, Feature] = {}
    for number, raw in enumerate(_raw_features(path, report), start=1):
        feature = _feature(path.name, number, raw, id_property, report)
        if feature is None:
            continue
        first = found.setdefault(feature.identity, feature)
        if first is not feature:
            reason = f"{feature.identity!r} is also feature {first.number}"
            report.add(path.name, number, id_property, reason, unit="feature")
    return found


def note_overlaps(features: Sequence[Feature], report: Report) -> None:
    """Note each pair of features that share land: a point stands on one of them only."""
    tree = shapely.STRtree([feature.outline for feature in features])
    for index, feature in enumerate(features):
        for other in sorted(int(i) for i in tree.query(feature.outline, predicate="intersects")):
            shared = feature.outline.intersection(features[other].outline).area if other < index else 0
            if shared > OVERLAP_DEGREES2:
                reason = f"{feature.identity!r} overlaps {features[other].identity!r} (feature {other + 1})"
                report.add(feature.file, feature.number, "geometry", reason, unit="feature")


def _raw_features(path: Path, report: Report) -> Sequence[Any]:
    text = read_text(path, report)
    if text is None:
        return []
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        report.add(path.name, error.lineno, None, f"is not JSON: {error.msg}", unit="line")
        return []
    except RecursionError:
        report.add(path.name, None, None, "is not GeoJSON: nested too deeply")
        return []
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        report.add(path.name, None, None, "is not a GeoJSON FeatureCollection")
        return []
    if not features:
        report.add(path.name, None, None, "has no features")
    return features


def _feature(file: str, number: int, raw: Any, id_property: str, report: Report) -> Feature | None:
    def fail(column: str, reason: str) -> None:
        report.add(file, number, column, reason, unit="feature")

    properties = raw.get("properties") if isinstance(raw, dict) else None
    properties = properties if isinstance(properties, dict) else {}
    geometry = raw.get("geometry") if isinstance(raw, dict) else None
    identity = properties.get(id_property)
    if not isinstance(identity, str) or not identity.strip():
        fail(id_property, "is missing or not a text")
        return None
    identity = identity.strip()
    outline = _outline(geometry)
    if isinstance(outline, str):
        report.spoiled.add((id_property, identity))
        fail("geometry", outline)
        return None
    return Feature(file, number, identity, properties, mapping(outline), outline)


def _outline(geometry: Any) -> BaseGeometry | str:
    """The polygon in two dimensions, or what is wrong with it."""
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return "is not a Polygon or MultiPolygon"
    reason = _wrong_position(geometry)
    if reason:
        return reason
    try:
        outline = shapely.force_2d(shape(geometry))
    except (TypeError, ValueError, IndexError, KeyError, shapely.errors.ShapelyError) as error:
        return f"cannot be read as a {geometry['type']}: {error}"
    if outline.is_empty:
        return "is empty"
    return outline if outline.is_valid else f"is not valid: {shapely.is_valid_reason(outline)}"


def _wrong_position(geometry: Mapping[str, Any]) -> str | None:
    """What is wrong with the first wrong position, or None."""
    for position in _positions(geometry.get("coordinates")):
        if len(position) < 2 or not all(type(n) in (int, float) for n in position):
            return f"{position!r} is not a position"
        lon, lat = position[0], position[1]
        if abs(lat) > 90:
            hint = (
                "; GeoJSON wants longitude first: are they swapped?"
                if abs(lon) <= 90 and abs(lat) <= 180
                else ""
            )
            return f"latitude {lat:g} is beyond 90{hint}"
        if abs(lon) > 180:
            return f"longitude {lon:g} is beyond 180"
    return None


def _positions(coordinates: Any) -> Iterator[Sequence[Any]]:
    """Every innermost list of nested coordinates."""
    if not isinstance(coordinates, list):
        return
    if coordinates and not isinstance(coordinates[0], list):
        yield coordinates
        return
    for inner in coordinates:
        yield from _positions(inner)
