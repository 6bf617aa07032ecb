"""What one file says about another: every name that is used must be known, and points must stand where they claim."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import shapely
from shapely.geometry import shape

from fulfillment.cli.files import Chain, Found
from fulfillment.cli.geofiles import Feature
from fulfillment.cli.report import Report
from fulfillment.domain.basket import Point
from fulfillment.domain.location import Location
from fulfillment.domain.product import Product, folded

Use = tuple[Found[object], str]  # a row and a name that it uses
Known = Callable[[Collection[str]], Collection[str]]  # which of these names are in the table already


@dataclass(frozen=True)
class Word:
    """The column in which a name stands, and what it is a name of."""

    column: str
    thing: str


def zone_finder(outlines: Mapping[str, Feature]) -> Callable[[Point], str | None]:
    """A function from a point to the zone it stands on, None in the sea."""
    zone_ids = list(outlines)
    tree = shapely.STRtree([outlines[zone_id].outline for zone_id in zone_ids])

    def zone_at(point: Point) -> str | None:
        hits = tree.query(shapely.Point(point.lon, point.lat), predicate="intersects")
        return zone_ids[int(min(hits))] if len(hits) else None

    return zone_at


def check_codes(chain: Chain, report: Report) -> None:
    """A till names a product by its SKU in any letters or by a barcode: no two may answer to one name."""
    first: dict[str, Found[Product]] = {}
    for found in chain.products.values():
        for code in found.value.codes():
            other = first.setdefault(code, found)
            if other is not found:
                reason = f"a till's {code!r} could also be {other.value.sku!r}, in row {other.row}"
                report.add(found.file, found.row, _column(found.value, code), reason)


def check_owners(
    chain: Chain, owners: Callable[[Collection[str]], Mapping[str, str]], report: Report
) -> None:
    """The same against the products that are loaded and not in the file. ``owners``: SKU by folded code."""
    owner_by_code = owners({code for found in chain.products.values() for code in found.value.codes()})
    for found in chain.products.values():
        for code in found.value.codes():
            owner = owner_by_code.get(code, found.value.sku)
            if owner not in chain.products:
                reason = f"a till's {code!r} could also be {owner!r}, which is loaded already"
                report.add(found.file, found.row, _column(found.value, code), reason)


def _column(product: Product, code: str) -> str:
    return "sku" if code == folded(product.sku) else "barcodes"


def check_locations(chain: Chain, report: Report) -> None:
    """Points against the zones and service areas they name; a location without a zone gets the one it stands on."""
    zone_at = zone_finder(chain.outlines)
    for location_id, found in chain.locations.items():
        location = found.value
        if location.point is None:
            continue
        stands_on = zone_at(location.point)
        if location.zone is None and stands_on:
            chain.locations[location_id] = replace(found, value=replace(location, zone=stands_on))
        elif stands_on and location.zone in chain.outlines and stands_on != location.zone:
            report.add(
                found.file, found.row, "zone", f"the point stands on {stands_on!r}, not on {location.zone!r}"
            )
        if _swapped_area(location):
            reason = "the location stands in its service area only with lat and lon swapped"
            report.add(found.file, found.row, "service_area_id", reason)


def _swapped_area(location: Location) -> bool:
    """Whether the polygon holds the point with its numbers exchanged but not as it is; many a tool mixes them up."""
    area, point = location.service_area, location.point
    if area is None or area.polygon is None or point is None:
        return False
    outline = shape(dict(area.polygon))
    swapped = shapely.Point(point.lat, point.lon)
    return bool(outline.covers(swapped)) and not bool(outline.covers(shapely.Point(point.lon, point.lat)))


def check_zones(chain: Chain, known: Known, report: Report) -> None:
    """Zones that locations, postal codes and areas name."""
    used: list[Use] = [(f, f.value.zone) for f in chain.locations.values() if f.value.zone]
    used += [(f, f.value.record.zone) for f in chain.places.values() if f.value.record.zone]
    given = set(chain.zones) | report.keys_spoiled("zone_id")
    _check_known(used, Word("zone", "zone"), given, known, report)


def check_stock(chain: Chain, known_skus: Known, known_locations: Known, report: Report) -> None:
    """SKUs and locations that stock names."""
    skus: list[Use] = [(f, sku) for (sku, _), f in chain.stock.items()]
    _check_known(
        skus, Word("sku", "SKU"), set(chain.products) | report.keys_spoiled("sku"), known_skus, report
    )
    places: list[Use] = [(f, location_id) for (_, location_id), f in chain.stock.items()]
    given = set(chain.locations) | report.keys_spoiled("location_id")
    _check_known(places, Word("location_id", "location"), given, known_locations, report)


def _check_known(used: Iterable[Use], word: Word, given: set[str], known: Known, report: Report) -> None:
    """Names that are in no file are looked up in the tables, all in one go."""
    open_questions = [(found, name) for found, name in used if name not in given]
    if not open_questions:
        return
    there = set(known({name for _, name in open_questions}))
    for found, name in open_questions:
        if name not in there:
            report.add(found.file, found.row, word.column, f"there is no {word.thing} {name!r}")
