"""Build the sample chain from the Indonesian source files: python events/sample_chain/build.py --source FOLDER

The folder holds ``id_provinces.csv``, ``id_cities.csv``, ``id_districts.csv`` and ``postal_codes.csv`` (see README.md
beside this file for where they come from). The same source gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from goods import Article, articles
from land import (
    Cells,
    Country,
    draw_cells,
    draw_zones,
    feature_collection,
    km_between,
    parts,
    read_country,
    tidy,
    title,
)
from shapely.geometry.base import BaseGeometry as Geometry
from shelves import stock_rows
from shops import AREAS, Shop, shops

HERE = Path(__file__).resolve().parent
MAX_PRECISION_KM = 50.0


def main(argv: Sequence[str] | None = None) -> int:
    """Write the seven files and say how large they are."""
    parser = argparse.ArgumentParser(description="Build the sample chain.")
    parser.add_argument("--source", type=Path, required=True, help="folder with the Indonesian CSV files")
    parser.add_argument(
        "--out", type=Path, default=HERE, help="folder to write to (default: beside this script)"
    )
    arguments = parser.parse_args(argv)
    for name, text in build(arguments.source).items():
        (arguments.out / name).write_bytes(text.encode())
        print(f"{name}: {len(text.encode()):,} bytes, {text.count(chr(10)):,} lines")
    return 0


def build(source: Path) -> dict[str, str]:
    """The text of each file by its name."""
    country = read_country(source)
    cells = draw_cells(country)
    zones = draw_zones(cells)
    all_articles, all_shops = list(articles()), list(shops(country))
    return {
        "products.csv": products_csv(all_articles),
        "locations.csv": _csv(tuple(all_shops[0].row), (tuple(shop.row.values()) for shop in all_shops)),
        "stock.csv": stock_csv(all_articles, all_shops),
        "postal_codes.csv": _csv(
            ("country", "code", "lat", "lon", "zone", "precision_km"), _postal_rows(country)
        ),
        "areas.csv": _csv(
            ("country", "code", "lat", "lon", "zone", "precision_km", "name"), _area_rows(country)
        ),
        "zones.geojson": _geojson(
            ({"zone_id": z, "country": "ID", "name": _zone_name(z)}, s) for z, s in zones.items()
        ),
        "service_areas.geojson": _geojson(
            ({"service_area_id": area}, _outline(cells, zones, codes))
            for area, codes in sorted(AREAS.items())
        ),
    }


def products_csv(goods: Sequence[Article]) -> str:
    """The text of ``products.csv``."""
    header = ("sku", "name_id", "name_en", "variant", "barcodes", "weight_grams", "price", "currency", "tags")
    rows = (
        (a.sku, a.name_id, a.name_en, a.variant, a.barcode, a.grams, a.price, "IDR", a.tags) for a in goods
    )
    return _csv(header, rows)


def stock_csv(goods: Sequence[Article], places: Sequence[Shop]) -> str:
    """The text of ``stock.csv``."""
    return _csv(("sku", "location_id", "on_hand", "blocked"), stock_rows(goods, places))


def _outline(cells: Cells, zones: Mapping[str, Geometry], codes: tuple[str, ...]) -> Geometry:
    """A delivery region: the land of its districts, inside the zones; the wider, the coarser."""
    land = shapely.union_all(list(zones.values()))
    if codes == ("",):
        return tidy(land, tolerance=0.1)
    shape = cells.around(*codes).buffer(0.03, quad_segs=2).buffer(-0.03, quad_segs=2).intersection(land)
    return tidy(shape, tolerance=0.01 if shape.area < 2 else 0.03 if shape.area < 20 else 0.1)


def _postal_rows(country: Country) -> Iterator[tuple[Any, ...]]:
    reach = _nearest_km([(p.lat, p.lon) for p in country.postal_codes])
    for postal, km in zip(country.postal_codes, reach, strict=True):
        yield "ID", postal.code, f"{postal.lat:.4f}", f"{postal.lon:.4f}", postal.district.zone, f"{km:.1f}"


def _area_rows(country: Country) -> Iterator[tuple[Any, ...]]:
    """Provinces and cities without a precision (the loader derives it), then districts."""
    zones = _common_zones(country)
    for code, (name, lat, lon) in sorted(country.provinces.items()):
        yield "ID", code, f"{lat:.4f}", f"{lon:.4f}", zones[code], "", title(name)
    for code, (name, lat, lon) in sorted(country.cities.items()):
        dotted = f"{code[:2]}.{code[2:]}"
        yield "ID", dotted, f"{lat:.4f}", f"{lon:.4f}", zones[code], "", title(name)
    precise = [d for d in country.districts if d.precise]
    reach = dict(zip((d.code for d in precise), _nearest_km([(d.lat, d.lon) for d in precise]), strict=True))
    for d in country.districts:
        km = reach.get(d.code) or MAX_PRECISION_KM  # without a point of its own it stands at its city's
        dotted = f"{d.code[:2]}.{d.code[2:4]}.{d.code[4:]}"
        yield "ID", dotted, f"{d.lat:.4f}", f"{d.lon:.4f}", d.zone, f"{km:.1f}", title(d.name)


def _common_zones(country: Country) -> dict[str, str]:
    """By city and province: the zone that all their districts share, or nothing."""
    found: dict[str, set[str]] = {}
    for district in country.districts:
        for code in (district.code[:2], district.code[:4]):
            found.setdefault(code, set()).add(district.zone)
    return {code: next(iter(zones)) if len(zones) == 1 else "" for code, zones in found.items()}


def _nearest_km(points: Sequence[tuple[float, float]]) -> list[float]:
    """How far the nearest other point is, from 1 to 50 km: about how far a place of this code can be from it."""
    tree = shapely.STRtree([shapely.Point(lon, lat) for lat, lon in points])
    own, other = tree.query_nearest(tree.geometries, exclusive=True, all_matches=False)
    nearest = dict(zip(own.tolist(), other.tolist(), strict=True))
    return [
        min(max(km_between(point, points[nearest[index]]), 1.0), MAX_PRECISION_KM)
        for index, point in enumerate(points)
    ]


def _zone_name(zone: str) -> str:
    return title(zone.replace("-", " "))


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _geojson(features: Iterable[tuple[Mapping[str, str], Geometry]]) -> str:
    """One feature a line, so that a change to one shows as one line."""
    collection = feature_collection((properties, shape) for properties, shape in features if parts(shape))
    lines = ",\n".join(json.dumps(f, separators=(",", ":")) for f in collection["features"])
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'


if __name__ == "__main__":
    raise SystemExit(main())
