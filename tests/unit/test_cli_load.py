"""``fulfillment load`` into tables: everything or nothing, opening stock once, and prefixes of codes."""

from __future__ import annotations

import subprocess
import sys
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import Binary

from fulfillment.adapters.dynamodb import keys
from fulfillment.adapters.dynamodb.documents import from_document
from fulfillment.cli.main import main
from fulfillment.domain.basket import Money, Point
from fulfillment.domain.location import Location, PlaceRecord, ServiceArea, Zone
from fulfillment.domain.product import Product
from tests.support import chain_files
from tests.support.chain_files import LOCATIONS, PRODUCTS, STOCK, only, write
from tests.support.world import World


def everything(table: str) -> list[dict[str, Any]]:
    """All rows of a table, in no order."""
    rows: list[dict[str, Any]] = boto3.resource("dynamodb").Table(table).scan()["Items"]
    return rows


def row(table: str, **key: str) -> dict[str, Any]:
    """A row, with its document as text: what is large is packed."""
    found: dict[str, Any] = boto3.resource("dynamodb").Table(table).get_item(Key=key)["Item"]
    if isinstance(found.get("document"), Binary):
        found["document"] = zlib.decompress(bytes(found["document"])).decode()
    return found


def place(kind: str, code: str) -> PlaceRecord:
    return from_document(PlaceRecord, row("Config", pk=keys.places(kind, "ID"), sk=code)["document"])


def test_a_sound_chain_is_loaded_whole(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # When
    code = main(write(tmp_path))

    # Then it says what it loaded
    assert code == 0
    assert capsys.readouterr().out == (
        "Loaded 2 products, 2 locations, 2 zones, 15 places (5 and 10 prefixes), 2 stock rows.\n"
    )

    # and the rows read back as what the files say
    product = from_document(Product, row("Products", sku="TEE-RED-M")["document"])
    assert (product.barcodes, product.price) == (("2010070000372",), Money(product.price.amount, "IDR"))  # type: ignore[union-attr]
    location_row = row("Locations", location_id="senayan")
    location = from_document(Location, location_row["document"])
    assert location_row["methods"] == {"pickup", "delivery"}
    assert (location_row["status"], location_row["version"]) == ("open", 1)
    assert location.capacity == {"pickup": 40}
    assert isinstance(location.service_area, ServiceArea)
    assert location.service_area.polygon is not None
    zone = from_document(Zone, row("Config", pk=keys.zones("ID"), sk="bali")["document"])
    assert zone.name == "Bali"


def test_a_location_that_names_no_zone_gets_the_one_it_stands_on(world: World, tmp_path: Path) -> None:
    main(write(tmp_path, locations=LOCATIONS.replace(",bali,", ",,")))

    assert from_document(Location, row("Locations", location_id="kuta")["document"]).zone == "bali"


def test_opening_stock_keeps_the_books_in_order(world: World, tmp_path: Path) -> None:
    # When
    main([*write(tmp_path), "--observed-at", "2026-11-22T08:00:00+07:00"])

    # Then available is what is on hand and not blocked, as seen at the given moment
    assert row("Stock", sku="TEE-RED-M", location_id="kuta") == {
        "sku": "TEE-RED-M",
        "location_id": "kuta",
        "on_hand": 3,
        "reserved": 0,
        "blocked": 1,
        "missing": 0,
        "available": 2,
        "version": 1,
        "observed_at": "2026-11-22T01:00:00.000000Z",
    }


def test_stock_may_say_what_a_unit_is_worth_and_may_be_promised(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given stock that says so of some shelves
    header = "sku,location_id,on_hand,unit_value,backorderable\n"
    stock = "TEE-RED-M,senayan,1,50000.50,yes\nTEE-RED-M,kuta,1,,no\nTEE-RED-L,kuta,0,0,\n"
    assert main(write(tmp_path, stock=header + stock)) == 0

    # Then the shelves say it
    said = {
        (sku, shop): (found.unit_value, found.backorderable)
        for sku, shop in (("TEE-RED-M", "senayan"), ("TEE-RED-M", "kuta"), ("TEE-RED-L", "kuta"))
        for found in [world.stock(sku, shop)]
    }
    assert said == {
        ("TEE-RED-M", "senayan"): (Decimal("50000.50"), True),
        ("TEE-RED-M", "kuta"): (None, False),
        ("TEE-RED-L", "kuta"): (0, False),
    }

    # And when they are loaded again with other words, what is there is left alone, and that is told
    capsys.readouterr()
    assert main(write(tmp_path, stock=header + "TEE-RED-M,senayan,1,1,no\n")) == 0
    row_ = world.stock("TEE-RED-M", "senayan")
    assert (row_.unit_value, row_.backorderable) == (Decimal("50000.50"), True)
    assert "1 of the stock rows were there already and left alone" in capsys.readouterr().out


def test_a_moment_without_an_offset_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*write(tmp_path), "--observed-at", "2026-11-22T08:00:00"])

    assert "needs an offset" in capsys.readouterr().err


def test_loading_again_replaces_everything_but_stock(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a loaded chain with a unit reserved since
    main(write(tmp_path))
    boto3.client("dynamodb").update_item(
        TableName="Stock",
        Key={"sku": {"S": "TEE-RED-M"}, "location_id": {"S": "senayan"}},
        UpdateExpression="SET reserved = :r, available = :a",
        ExpressionAttributeValues={":r": {"N": "1"}, ":a": {"N": "9"}},
    )
    capsys.readouterr()

    # When other products and locations, more stock and a new shelf are loaded
    code = main(
        write(
            tmp_path,
            products=PRODUCTS.replace("129000", "99000"),
            locations=LOCATIONS.replace("Senayan", "Senayan City"),
            stock=STOCK.replace("senayan,10", "senayan,50") + "TEE-RED-L,senayan,4,0\n",
        )
    )

    # Then products and locations are the new ones, and whoever had the old location open will notice
    assert code == 0
    price = from_document(Product, row("Products", sku="TEE-RED-M")["document"]).price
    assert price is not None
    assert price.amount == 99000
    location_row = row("Locations", location_id="senayan")
    assert from_document(Location, location_row["document"]).name == "Senayan City"
    assert location_row["version"] == 2

    # and the shelf that was there is untouched, the new one is open, and both are told
    kept = row("Stock", sku="TEE-RED-M", location_id="senayan")
    assert (kept["on_hand"], kept["reserved"], kept["available"]) == (10, 1, 9)
    assert row("Stock", sku="TEE-RED-L", location_id="senayan")["available"] == 4
    told = capsys.readouterr().out
    assert "2 of the stock rows were there already and left alone; changes go to the stock feed." in told


def test_one_wrong_cell_in_any_file_loads_nothing(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a chain whose last file has one negative number
    arguments = write(tmp_path, stock=STOCK + "TEE-RED-L,kuta,-1,0\n")

    # When
    code = main(arguments)

    # Then every table is empty
    assert code == 2
    assert [everything(table) for table in ("Products", "Locations", "Config", "Stock")] == [[], [], [], []]
    assert capsys.readouterr().err == (
        "stock.csv, row 4, column on_hand: -1 is negative\n1 problems; nothing was loaded.\n"
    )


def test_stock_alone_is_checked_against_the_tables(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a loaded chain
    main(write(tmp_path))
    capsys.readouterr()
    stock = "sku,location_id,on_hand\nTEE-RED-L,kuta,5\nTEE-PINK-M,kuta,5\nTEE-RED-L,bandung,5\n"

    # When stock comes alone, with a SKU and a location that nobody knows
    code = main(only(write(tmp_path, stock=stock), "stock"))

    # Then only these are named
    assert code == 2
    assert capsys.readouterr().err.splitlines()[:2] == [
        "stock.csv, row 3, column sku: there is no SKU 'TEE-PINK-M'",
        "stock.csv, row 4, column location_id: there is no location 'bandung'",
    ]

    # and without them it loads
    assert main(only(write(tmp_path, stock="\n".join(stock.splitlines()[:2])), "stock")) == 0
    assert row("Stock", sku="TEE-RED-L", location_id="kuta")["on_hand"] == 5


def test_zones_that_locations_name_may_be_in_the_table(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given zones loaded before
    main(only(write(tmp_path), "zones"))

    # When locations come without the zones' file
    code = main(only(write(tmp_path), "locations", "service-areas"))

    # Then
    assert code == 0
    assert main(only(write(tmp_path, locations=LOCATIONS.replace(",bali,", ",mars,")), "locations")) == 2
    assert "there is no zone 'mars'" in capsys.readouterr().err


def test_checking_without_tables_says_what_it_could_not_check(
    no_tables: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # When stock alone is checked
    code = main([*only(write(tmp_path), "stock"), "--check"])

    # Then
    assert code == 0
    assert capsys.readouterr().err == (
        "Not checked against the tables (PRODUCTS_TABLE, LOCATIONS_TABLE, CONFIG_TABLE, STOCK_TABLE not set): "
        "1 SKUs, 2 locations.\n"
    )


def test_loading_without_tables_asks_for_them(
    no_tables: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STOCK_TABLE", "Stock")

    assert main(write(tmp_path)) == 2
    assert capsys.readouterr().err.startswith(
        "PRODUCTS_TABLE, LOCATIONS_TABLE, CONFIG_TABLE not set: into which"
    )


def test_loading_no_file_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["load"]) == 2
    assert capsys.readouterr().err.startswith("give at least one file: --products --locations")


def test_when_aws_refuses_the_error_is_short_and_the_code_is_1(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a table that is not there
    monkeypatch.setenv("CONFIG_TABLE", "NoSuchTable")

    # When
    code = main(write(tmp_path))

    # Then
    told = capsys.readouterr().err
    assert code == 1
    assert "ResourceNotFoundException" in told
    assert "loading again is safe" in told


def test_a_prefix_stands_in_the_middle_of_its_codes(world: World, tmp_path: Path) -> None:
    # When 12110 and 12190 are loaded
    main(write(tmp_path))

    # Then 121 is their mean point, and its precision the distance to the farther (0.6 km) rounded up to 100 m
    assert place("postal", "121") == PlaceRecord(
        "ID", "postal", "121", Point(-6.2284, 106.8052), 0.7, zone="java"
    )
    assert place("postal", "1").point == place("postal", "121").point


def test_british_codes_get_their_sectors_districts_and_areas_and_nothing_between(
    world: World, tmp_path: Path
) -> None:
    # Given two codes of Westminster, one of Manchester, and a district as a file of districts has it
    codes = ("SW1A 1AA", "SW1A2AA", "M1 1AE", "M11")
    text = "country,code,lat,lon\n" + "".join(f"GB,{code},51.5,-0.14\n" for code in codes)

    # When they are loaded
    main(only(write(tmp_path, postal_codes=text), "postal-codes"))

    # Then they are written as they are looked up
    known = {item["sk"]["S"] for item in world.rows("Config") if item["pk"]["S"] == "POSTAL#GB"}
    exact, sectors = {"SW1A 1AA", "SW1A 2AA", "M1 1AE"}, {"SW1A 1", "SW1A 2", "M1 1"}
    assert known == exact | sectors | {"SW1A", "SW", "M1", "M11", "M"}


def test_a_prefix_over_the_date_line_stands_where_its_codes_are(world: World, tmp_path: Path) -> None:
    text = "country,code,lat,lon\nFJ,1001,-17,179.8\nFJ,1002,-17,-179.6\n"

    main(only(write(tmp_path, postal_codes=text), "postal-codes"))

    found = next(x for x in world.rows("Config") if x["pk"]["S"] == "POSTAL#FJ" and x["sk"]["S"] == "100")
    middle = from_document(PlaceRecord, found["document"]["S"])
    assert (middle.point, middle.precision_km) == (Point(-17.0, -179.9), 32.0)


def test_a_prefix_whose_codes_lie_in_two_zones_has_none(world: World, tmp_path: Path) -> None:
    # Given the postal codes of two islands that begin alike
    text = "country,code,lat,lon,zone\nID,80110,-6.5,106.5,java\nID,80361,-8.7,115.2,bali\n"

    # When
    main(write(tmp_path, postal_codes=text))

    # Then
    assert place("postal", "80").zone is None
    assert place("postal", "803").zone == "bali"


def test_a_prefix_with_a_row_of_its_own_keeps_its_point_and_name(world: World, tmp_path: Path) -> None:
    # When an area file has a district and its city, the city without precision and zone
    main(write(tmp_path))

    # Then the city keeps its point, gets the distance to its district, and the zone that its districts share
    city = place("area", "31.74")
    assert (city.name, city.point) == ("Jakarta Selatan", Point(-6.2726, 106.81))
    assert city.precision_km == pytest.approx(3.3)
    assert city.zone == "java"

    # and the province is made from the district alone
    assert place("area", "31").point == Point(-6.2447, 106.8014)


def test_a_code_that_says_neither_zone_nor_precision_gets_both(world: World, tmp_path: Path) -> None:
    main(
        write(tmp_path, postal_codes="country,code,lat,lon\nID,12190,-6.2268,106.8104\nID,99999,-4.5,110.5\n")
    )

    assert (place("postal", "12190").zone, place("postal", "12190").precision_km) == ("java", 5.0)
    assert place("postal", "99999").zone is None  # in the Java Sea


def test_help_imports_neither_boto3_nor_shapely() -> None:
    code = (
        "import sys; from fulfillment.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print({'boto3', 'shapely', 'pydantic'} & set(sys.modules))"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "load products, locations, places" in told
    assert told.rstrip().endswith("set()")


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["unload"])

    assert left.value.code == 2
    assert "invalid choice: 'unload'" in capsys.readouterr().err


def test_the_readme_of_the_sample_chain_names_the_columns_that_are_read() -> None:
    # Given the columns that the loader knows
    from fulfillment.cli import files

    tables = (files.PRODUCTS, files.LOCATIONS, files.STOCK, files.PLACES)
    known = {column for table in tables for column in table.required + table.optional}

    # When the README's tables of columns are read
    text = (Path(__file__).parents[2] / "events/sample_chain/README.md").read_text()
    section = text.split("## Columns")[1].split("### zones.geojson")[0]
    lines = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    written = {name for cell in lines for name in cell.split("`")[1::2]}

    # Then they are the same
    assert written == known
    assert chain_files.SOUND.keys() <= {
        p.name for p in (Path(__file__).parents[2] / "events/sample_chain").iterdir()
    }
