"""``fulfillment load``: a retailer's files into the tables, all checked before the first write.

Exit codes: 0 loaded (or, with ``--check``, nothing wrong), 1 AWS did not take it, 2 something is wrong with the files;
then nothing was written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from tqdm import tqdm

from fulfillment import settings
from fulfillment.adapters.dynamodb import chain as rows
from fulfillment.adapters.dynamodb.chain import DynamoDBChainWriter, KeptThrottled
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.cli import crosscheck, files
from fulfillment.cli.files import Chain, Found
from fulfillment.cli.geofiles import read_features
from fulfillment.cli.places import with_prefixes
from fulfillment.cli.report import Report
from fulfillment.domain.location import PlaceRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FILES: Mapping[str, str] = {
    "products": "CSV of products",
    "locations": "CSV of stores, warehouses and lockers",
    "service-areas": "GeoJSON of the areas that locations.csv names",
    "zones": "GeoJSON of the land that a parcel does not leave without a ship",
    "stock": "CSV of opening stock; shelves that are known already are left alone",
    "postal-codes": "CSV of postal codes with their points",
    "areas": "CSV of area codes with their points",
}
TABLES = ("products", "locations", "config", "stock")


class Unusable(Exception):
    """The command cannot start; the text says what is missing."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One option per file, any of which may be given."""
    for name, summary in FILES.items():
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=summary)
    parser.add_argument("--check", action="store_true", help="check the files and write nothing")
    parser.add_argument("--endpoint-url", help="where DynamoDB is, if not at AWS (or AWS_ENDPOINT_URL)")
    parser.add_argument(
        "--observed-at",
        type=_instant,
        help="when the opening stock was counted, ISO 8601 with offset (default: now)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Read, check, and if nothing is wrong write."""
    try:
        paths = {name: getattr(arguments, name.replace("-", "_")) for name in FILES}
        if not any(paths.values()):
            raise Unusable(f"give at least one file: {' '.join(f'--{name}' for name in FILES)}")
        tables = _tables(required=not arguments.check)
        writer = DynamoDBChainWriter(_client(arguments.endpoint_url), tables) if tables else None
        report = Report()
        chain = read_chain(paths, arguments.observed_at or datetime.now(UTC), report)
        _check_names(chain, writer, report)
        places = with_prefixes(
            (f.value for f in chain.places.values()), crosscheck.zone_finder(chain.outlines)
        )
        _check_sizes(chain, report)
        if report.problems:
            _say(report.lines())
            _say([f"{len(report.problems)} problems; nothing was loaded."])
            return 2
        if arguments.check:
            print(f"Nothing wrong: {_counts(chain, places)}.")
            return 0
        assert writer is not None  # without tables only a check gets here
        return _write(writer, chain, places)
    except Unusable as error:
        _say([str(error)])
        return 2
    except (BotoCoreError, ClientError, KeptThrottled) as error:
        # AWS repeats the whole request in some of its messages
        _say(
            [
                f"DynamoDB did not take it: {str(error)[:500]}",
                "What was written stays; loading again is safe.",
            ]
        )
        return 1


def read_chain(paths: Mapping[str, Path | None], observed_at: datetime, report: Report) -> Chain:
    """All files that are given, each checked on its own and against the others."""
    chain = Chain()
    if path := paths.get("products"):
        chain.products = files.read_products(path, report)
        crosscheck.check_codes(chain, report)
    if path := paths.get("zones"):
        chain.zones, chain.outlines = files.read_zones(path, report)
    if path := paths.get("service-areas"):
        chain.service_areas = read_features(path, "service_area_id", report)
    if path := paths.get("locations"):
        chain.locations = files.read_locations(path, chain.service_areas, report)
        crosscheck.check_locations(chain, report)
    if path := paths.get("postal-codes"):
        chain.places |= files.read_places(path, "postal", report)
    if path := paths.get("areas"):
        chain.places |= files.read_places(path, "area", report)
    if path := paths.get("stock"):
        chain.stock = files.read_stock(path, observed_at, report)
    return chain


def _check_names(chain: Chain, writer: DynamoDBChainWriter | None, report: Report) -> None:
    """Names that no file explains are looked up in the tables; without tables names of a file
    that was not given pass, and that is said.
    """
    if writer is None:
        unseen = _Unseen()
        crosscheck.check_zones(chain, unseen.take("zones", chain.zones), report)
        skus, locations = unseen.take("SKUs", chain.products), unseen.take("locations", chain.locations)
        crosscheck.check_stock(chain, skus, locations, report)
        if unseen.told:
            unset = _unset(settings.read().tables)
            _say([f"Not checked against the tables ({unset} not set): {', '.join(unseen.told)}."])
        return
    countries = sorted({f.value.country for f in chain.locations.values()} | {key[0] for key in chain.places})
    crosscheck.check_zones(
        chain, lambda names: {z for country in countries for z in writer.known_zones(country, names)}, report
    )
    crosscheck.check_stock(chain, writer.known_skus, writer.known_locations, report)
    crosscheck.check_owners(chain, writer.owners, report)


@dataclass
class _Unseen:
    """Stands in for the tables: knows every name of a file that was not given, and tells how many it was asked."""

    told: list[str] = field(default_factory=list)

    def take(self, word: str, given: Mapping[str, object]) -> crosscheck.Known:
        def know_all(names: Collection[str]) -> Collection[str]:
            if given:
                return ()
            self.told.append(f"{len(names)} {word}")
            return names

        return know_all


def _check_sizes(chain: Chain, report: Report) -> None:
    """Polygons are what can make an item too large."""
    items: list[tuple[Found[object], rows.Item, str, str]] = []
    items += [(f, rows.location_item(f.value), "service_area_id", "row") for f in chain.locations.values()]
    items += [(f, rows.zone_item(f.value), "geometry", "feature") for f in chain.zones.values()]
    for found, item, column, unit in items:
        size = rows.item_bytes(item)
        if size > rows.MAX_ITEM_BYTES:
            reason = f"is {size // 1024} KB with its polygon, at most {rows.MAX_ITEM_BYTES // 1024} KB; simplify it"
            report.add(found.file, found.row, column, reason, unit=unit)


def _write(writer: DynamoDBChainWriter, chain: Chain, places: Sequence[PlaceRecord]) -> int:
    """Stock last: a shelf never speaks of a product or location that is not there."""
    products = [f.value for f in chain.products.values()]
    locations = [f.value for f in chain.locations.values()]
    zones = [f.value for f in chain.zones.values()]
    stock = [f.value for f in chain.stock.values()]
    total = len(products) + len(locations) + len(zones) + len(places) + len(stock)
    # disable=None: no bar where there is no terminal to draw it on
    with tqdm(total=total, unit=" rows", desc="loading", file=sys.stderr, disable=None) as bar:
        writer.put_zones(zones, bar.update)
        writer.put_places(places, bar.update)
        writer.put_products(products, bar.update)
        writer.put_locations(locations, bar.update)
        opened = writer.open_stock(stock, bar.update)
    print(f"Loaded {_counts(chain, places)}.")
    if opened.kept:
        print(
            f"{opened.kept:,} of the stock rows were there already and left alone; changes go to the stock feed."
        )
    return 0


def _counts(chain: Chain, places: Sequence[PlaceRecord]) -> str:
    given = len(chain.places)
    counts = {
        "products": len(chain.products),
        "locations": len(chain.locations),
        "zones": len(chain.zones),
        f"places ({given:,} and {len(places) - given:,} prefixes)": len(places),
        "stock rows": len(chain.stock),
    }
    return ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)


def _tables(*, required: bool) -> Tables | None:
    tables = settings.read().tables
    if all(getattr(tables, name) for name in TABLES):
        return tables
    if required:
        raise Unusable(
            f"{_unset(tables)} not set: into which tables? (--check writes nothing and needs none)"
        )
    return None


def _unset(tables: Tables) -> str:
    return ", ".join(f"{name.upper()}_TABLE" for name in TABLES if not getattr(tables, name))


def _client(endpoint_url: str | None) -> DynamoDBClient:
    config = Config(
        connect_timeout=2,
        read_timeout=20,
        max_pool_connections=rows.THREADS,
        retries={"mode": "standard"},
        parameter_validation=False,  # a third of the loading time; the service checks again, and tests run with it on
    )
    return boto3.client("dynamodb", endpoint_url=endpoint_url, config=config)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError("needs an offset, like 2026-11-22T08:00:00+07:00")
    return at.astimezone(UTC)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)
