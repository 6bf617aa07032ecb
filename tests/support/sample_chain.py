"""The sample chain in moto: its places, products and zones, and the shelves of the articles that a test is about."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache

from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb import chain as rows
from fulfillment.adapters.dynamodb.catalog import product_items
from fulfillment.cli.files import Chain
from fulfillment.cli.load import read_chain
from fulfillment.cli.report import Report
from tests.support.template import ROOT

FOLDER = ROOT / "events" / "sample_chain"
FILES = {
    "products": FOLDER / "products.csv",
    "locations": FOLDER / "locations.csv",
    "service-areas": FOLDER / "service_areas.geojson",
    "zones": FOLDER / "zones.geojson",
    "stock": FOLDER / "stock.csv",
    "postal-codes": FOLDER / "postal_codes.csv",
}
COUNTED_AT = datetime.fromisoformat("2026-01-05T08:00:00+07:00")


@cache
def chain() -> Chain:
    """The files as the command line reads them."""
    report = Report()
    read = read_chain(FILES, COUNTED_AT, report)
    assert not report.problems, report.lines()
    return read


def items(skus: Collection[str], postal_codes: Collection[str]) -> list[tuple[str, rows.Item]]:
    """(table, row) of every location and zone, and of these articles and postal codes."""
    read = chain()
    return [
        *(("Locations", rows.location_item(found.value)) for found in read.locations.values()),
        *(("Config", rows.zone_item(found.value)) for found in read.zones.values()),
        *(
            ("Config", rows.place_item(read.places["ID", "postal", code].value.record))
            for code in postal_codes
        ),
        *(("Products", item) for sku in skus for item in product_items(read.products[sku].value)),
        *(
            ("Stock", rows.stock_item(found.value))
            for found in read.stock.values()
            if found.value.sku in skus
        ),
    ]


def load(skus: Collection[str], postal_codes: Collection[str]) -> None:
    """Write them into the tables."""
    _write(items(skus, postal_codes))


def load_without_stock(skus: Collection[str]) -> None:
    """The same with empty shelves."""
    _write([(table, item) for table, item in items(skus, ()) if table != "Stock"])


def _write(written: list[tuple[str, rows.Item]]) -> None:
    """25 at a time."""
    for start in range(0, len(written), 25):
        request: dict[str, list[dict[str, object]]] = {}
        for table, item in written[start : start + 25]:
            request.setdefault(table, []).append({"PutRequest": {"Item": item}})
        aws.dynamodb().batch_write_item(RequestItems=request)  # type: ignore[arg-type]
