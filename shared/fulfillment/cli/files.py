"""The retailer's files as domain values. Each reader notes what is wrong and gives back what is sound."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, cast
from zoneinfo import available_timezones

from fulfillment.cli import hours_text
from fulfillment.cli.geofiles import Feature, note_overlaps, read_features
from fulfillment.cli.places import PlaceKey, PlaceRow
from fulfillment.cli.report import Report
from fulfillment.cli.tabular import Row, read_table
from fulfillment.domain.basket import Method, Money
from fulfillment.domain.hours import OpeningHours
from fulfillment.domain.location import (
    Contact,
    Location,
    LocationKind,
    LocationStatus,
    PlaceRecord,
    ServiceArea,
    Zone,
)
from fulfillment.domain.postal import PlaceKind, canonical, prefix_fault
from fulfillment.domain.product import Product
from fulfillment.domain.stock import StockRow
from fulfillment.messages.csv_text import Columns

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
K = TypeVar("K")

PRODUCTS = Columns(
    ("sku", "name_id", "name_en"),
    ("variant", "barcodes", "weight_grams", "price", "currency", "tags", "image_url"),
)
LOCATIONS = Columns(
    ("location_id", "name", "kind", "country", "lat", "lon", "timezone", "hours"),
    (
        "zone", "groups", "exceptions", "methods", "service_area_id", "radius_km", "prefixes", "prep_minutes", "cutoff",
        "capacity_pickup", "capacity_delivery", "rank", "status", "address", "phone", "maps_url",
    ),
)  # fmt: skip
STOCK = Columns(("sku", "location_id", "on_hand"), ("blocked", "unit_value", "backorderable"))
PLACES = Columns(("country", "code", "lat", "lon"), ("zone", "precision_km", "name"))

_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/+-]*")
_LOCATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PLACE_CODE = re.compile(r"[A-Z0-9][A-Z0-9 .-]*")
_BARCODE_LENGTHS = (8, 12, 13, 14)  # EAN-8, UPC-A, EAN-13, GTIN-14
_LOCAL_ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
MAX_PREP_MINUTES = 14 * 24 * 60  # as far as opening hours are looked ahead
MAX_UNITS = 1_000_000  # units of one SKU at one place; more is a barcode in the wrong column


@dataclass(frozen=True)
class Found(Generic[T_co]):
    """A value and the row or feature it came from."""

    file: str
    row: int
    value: T_co


@dataclass
class Chain:
    """All that was read, by key. What was not given is empty."""

    products: dict[str, Found[Product]] = field(default_factory=dict)
    locations: dict[str, Found[Location]] = field(default_factory=dict)
    service_areas: dict[str, Feature] = field(default_factory=dict)
    zones: dict[str, Found[Zone]] = field(default_factory=dict)
    outlines: dict[str, Feature] = field(default_factory=dict)
    stock: dict[tuple[str, str], Found[StockRow]] = field(default_factory=dict)
    places: dict[PlaceKey, Found[PlaceRow]] = field(default_factory=dict)


def _keep(into: dict[K, Found[T]], key: K, row: Row, column: str, value: T, *, told: str = "") -> None:
    """Add a sound row's value, or note that an earlier row has the same key (``told``: the key for a person)."""
    if not row.sound:
        row.report.spoiled.add((column, row.text(column)))
        return
    first = into.setdefault(key, Found(row.file, row.number, value))
    if first.row != row.number:
        row.fail(column, f"{told or row.text(column)!r} is also in row {first.row}")


def read_products(path: Path, report: Report) -> dict[str, Found[Product]]:
    """``products.csv``."""
    found: dict[str, Found[Product]] = {}
    row_by_barcode: dict[str, int] = {}
    for row in read_table(path, PRODUCTS, report):
        sku = row.identity("sku", _SKU, "a SKU (letters, digits and . _ / + -)")
        barcodes = row.words("barcodes")
        for barcode in barcodes:
            _check_barcode(row, barcode)
            if row_by_barcode.setdefault(barcode, row.number) != row.number:
                row.fail("barcodes", f"{barcode} is also in row {row_by_barcode[barcode]}")
        amount, currency = row.amount("price"), row.text("currency")
        if bool(row.text("price")) != bool(currency):
            row.fail(
                "price" if currency else "currency", "is empty but the other of price and currency is not"
            )
        elif currency and not _CURRENCY.fullmatch(currency):
            row.fail("currency", f"{currency!r} is not a currency code like IDR")
        product = Product(
            sku=sku,
            name_id=row.text("name_id", required=True),
            name_en=row.text("name_en", required=True),
            variant=row.text("variant"),
            barcodes=barcodes,
            weight_grams=row.whole("weight_grams", high=1_000_000) or 0,
            price=None if amount is None else Money(amount, currency),
            tags=row.words("tags"),
            image_url=row.url("image_url") or None,
        )
        _keep(found, sku, row, "sku", product)
    return found


def _check_barcode(row: Row, barcode: str) -> None:
    if re.fullmatch(r"\d([.,]\d+)?E\+?\d+", barcode, re.IGNORECASE):
        row.fail("barcodes", f"{barcode} was rounded by a spreadsheet; format the column as text")
    elif not re.fullmatch(r"[0-9]+", barcode) or len(barcode) not in _BARCODE_LENGTHS:
        row.fail("barcodes", f"{barcode!r} is not a barcode of 8, 12, 13 or 14 digits")
    elif int(barcode[-1]) != check_digit(barcode[:-1]):
        row.fail(
            "barcodes",
            f"{barcode} has the check digit {barcode[-1]}, it should be {check_digit(barcode[:-1])}",
        )


def check_digit(digits: str) -> int:
    """The last digit of a GS1 barcode: from the right, digits weigh 3, 1, 3, 1, ... (GS1 GenSpecs 7.9)."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return -total % 10


def read_locations(
    path: Path, service_areas: Mapping[str, Feature], report: Report
) -> dict[str, Found[Location]]:
    """``locations.csv``; polygons come from the service areas' file by their id."""
    found: dict[str, Found[Location]] = {}
    for row in read_table(path, LOCATIONS, report):
        location_id = row.identity("location_id", _LOCATION_ID, "an id (letters, digits, _ and -)")
        methods = frozenset(row.words("methods") or ("pickup", "delivery"))
        for method in sorted(methods - {"pickup", "delivery"}):
            row.fail("methods", f"{method!r} is not one of pickup, delivery")
        prep_minutes, rank = row.whole("prep_minutes", high=MAX_PREP_MINUTES), row.whole("rank", high=10_000)
        address, phone = row.text("address"), row.text("phone", most=40)
        location = Location(
            location_id=location_id,
            name=row.text("name", required=True),
            kind=cast(LocationKind, row.choice("kind", ("store", "warehouse", "locker"), "store")),
            timezone=_timezone(row),
            country=row.identity("country", _COUNTRY, "a country code like ID"),
            point=row.point(),
            zone=row.text("zone") or None,
            groups=row.words("groups"),
            hours=_hours(row),
            methods=cast(frozenset[Method], methods),
            service_area=_service_area(row, service_areas),
            prep_minutes=120 if prep_minutes is None else prep_minutes,
            cutoff=_cutoff(row),
            capacity=_capacity(row),
            rank=100 if rank is None else rank,
            status=cast(LocationStatus, row.choice("status", ("open", "paused", "closed"), "open")),
            contact=Contact(address, phone, row.url("maps_url")),
        )
        _keep(found, location_id, row, "location_id", location)
    return found


@cache
def _timezone_names() -> frozenset[str]:
    return frozenset(available_timezones())  # walks through the whole database of zones


def _timezone(row: Row) -> str:
    name = row.text("timezone", required=True)
    if name and name not in _timezone_names():
        known = _LOCAL_ZONES.get(name.upper(), "a name like Asia/Jakarta")
        row.fail("timezone", f"{name!r} is not a time zone; write {known}")
    return name


def _hours(row: Row) -> OpeningHours:
    weekly: dict[int, Any] = {}
    exceptions: dict[Any, Any] = {}
    written = row.text("hours", required=True, most=500)
    try:
        weekly = hours_text.parse_hours(written) if written else {}
    except ValueError as error:
        row.fail("hours", str(error))
    try:
        exceptions = hours_text.parse_exceptions(row.text("exceptions", most=2_000))
    except ValueError as error:
        row.fail("exceptions", str(error))
    return OpeningHours(weekly, exceptions)


def _cutoff(row: Row) -> time | None:
    written = row.text("cutoff")
    try:
        return hours_text.parse_time(written) if written else None
    except ValueError as error:
        row.fail("cutoff", str(error))
        return None


def _capacity(row: Row) -> dict[Method, int]:
    methods: tuple[Method, ...] = ("pickup", "delivery")
    limits = {method: row.whole(f"capacity_{method}", high=1_000_000) for method in methods}
    return {method: limit for method, limit in limits.items() if limit is not None}


def _service_area(row: Row, service_areas: Mapping[str, Feature]) -> ServiceArea | None:
    area_id, prefixes = row.text("service_area_id"), row.words("prefixes")
    radius_km = row.decimal("radius_km", low=0, high=20_000)
    for prefix in prefixes:
        if fault := prefix_fault(row.text("country"), prefix):
            row.fail("prefixes", fault)
    feature = service_areas.get(area_id) if area_id else None
    if area_id and feature is None and ("service_area_id", area_id) not in row.report.spoiled:
        row.fail("service_area_id", f"{area_id!r} is not in the file of service areas")
    if feature is None and radius_km is None and not prefixes:
        return None
    return ServiceArea(feature.geometry if feature else None, radius_km, prefixes)


def read_stock(path: Path, observed_at: datetime, report: Report) -> dict[tuple[str, str], Found[StockRow]]:
    """``stock.csv``: what is on the shelves at ``observed_at``."""
    found: dict[tuple[str, str], Found[StockRow]] = {}
    for row in read_table(path, STOCK, report):
        sku, location_id = (
            row.text("sku", required=True, most=64),
            row.text("location_id", required=True, most=64),
        )
        on_hand = row.whole("on_hand", high=MAX_UNITS, required=True) or 0
        blocked = row.whole("blocked", high=MAX_UNITS) or 0
        if row.sound and blocked > on_hand:
            row.fail("blocked", f"{blocked} is more than on_hand, {on_hand}")
        unit_value = row.amount("unit_value")
        backorderable = row.choice("backorderable", ("yes", "no"), "no") == "yes"
        if row.sound:
            value = StockRow(
                sku,
                location_id,
                on_hand,
                blocked=blocked,
                observed_at=observed_at,
                version=1,
                unit_value=unit_value,
                backorderable=backorderable,
            )
            _keep(found, (sku, location_id), row, "sku", value, told=f"{sku} at {location_id}")
    return found


def read_zones(path: Path, report: Report) -> tuple[dict[str, Found[Zone]], dict[str, Feature]]:
    """``zones.geojson``: the zones and their outlines."""
    features = read_features(path, "zone_id", report)
    zones = {}
    for zone_id, feature in features.items():
        country, name = (str(feature.properties.get(key) or "") for key in ("country", "name"))
        if not _COUNTRY.fullmatch(country):
            report.spoiled.add(("zone_id", zone_id))
            reason = f"{country!r} is not a country code like ID"
            report.add(path.name, feature.number, "country", reason, unit="feature")
            continue
        zones[zone_id] = Found(path.name, feature.number, Zone(zone_id, country, feature.geometry, name))
    note_overlaps(list(features.values()), report)
    return zones, features


def read_places(path: Path, kind: PlaceKind, report: Report) -> dict[PlaceKey, Found[PlaceRow]]:
    """``postal_codes.csv`` or ``areas.csv``, as they stand (without the prefixes that follow from them)."""
    found: dict[PlaceKey, Found[PlaceRow]] = {}
    for row in read_table(path, PLACES, report):
        country = row.identity("country", _COUNTRY, "a country code like ID")
        written = row.identity("code", _PLACE_CODE, f"{'a postal' if kind == 'postal' else 'an area'} code")
        code = canonical(country, kind, written)
        point = row.point(required=True)
        precision_km = row.decimal("precision_km", low=0, high=20_000)
        if point is None:
            continue
        zone, name = row.text("zone") or None, row.text("name")
        record = PlaceRecord(country, kind, code, point, precision_km or 0.0, zone, name)
        _keep(found, (country, kind, code), row, "code", PlaceRow(record, precision_km is not None))
    return found
