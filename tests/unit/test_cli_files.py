"""Everything that can be wrong with a retailer's files is named with its file, row, column and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from fulfillment.cli.main import main
from tests.support import chain_files
from tests.support.chain_files import (
    AREAS,
    LAND,
    LOCATIONS,
    POSTAL_CODES,
    PRODUCTS,
    STOCK,
    check,
    collection,
    write,
)

PRODUCT = "TEE-RED-M,Kaus,Tee,2010070000372,180,129000,IDR"
SENAYAN = "senayan,Senayan,store,ID,-6.2268,106.8104,Asia/Jakarta,java,Mon-Sun 10:00-22:00,pickup|delivery,jakarta,40"


pytestmark = pytest.mark.usefixtures("no_tables")


def product(**cells: str) -> str:
    names = ["sku", "name_id", "name_en", "barcodes", "weight_grams", "price", "currency"]
    row = dict(zip(names, PRODUCT.split(","), strict=True)) | cells
    return f"{','.join(names)}\n{','.join(row.values())}\n"


def senayan(**cells: str) -> str:
    names = LOCATIONS.splitlines()[0].split(",")
    row = dict(zip(names, SENAYAN.split(","), strict=True)) | cells
    kuta = LOCATIONS.splitlines()[2] + "," * (len(row) - len(names))
    return f"{','.join(row)}\n{','.join(row.values())}\n{kuta}\n"


def test_sound_files_have_nothing_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # When
    code = main([*write(tmp_path), "--check"])

    # Then
    told = capsys.readouterr()
    assert (code, told.err) == (0, "")
    assert (
        told.out
        == "Nothing wrong: 2 products, 2 locations, 2 zones, 15 places (5 and 10 prefixes), 2 stock rows.\n"
    )


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"sku": ""}, "column sku: is empty"),
        ({"sku": "TEE#RED"}, "column sku: 'TEE#RED' is not a SKU (letters, digits and . _ / + -)"),
        ({"sku": "A" * 65}, "column sku: has 65 characters, at most 64"),
        ({"name_en": ""}, "column name_en: is empty"),
        (
            {"barcodes": "2010070000373"},
            "column barcodes: 2010070000373 has the check digit 3, it should be 2",
        ),
        ({"barcodes": "201007"}, "column barcodes: '201007' is not a barcode of 8, 12, 13 or 14 digits"),
        (
            {"barcodes": "2.01E+12"},
            "column barcodes: 2.01E+12 was rounded by a spreadsheet; format the column as text",
        ),
        ({"weight_grams": "-180"}, "column weight_grams: -180 is negative"),
        ({"weight_grams": "1.5"}, "column weight_grams: '1.5' is not a whole number"),
        ({"weight_grams": "1000001"}, "column weight_grams: 1000001 is not from 0 to 1e+06"),
        ({"price": "-1"}, "column price: -1 is negative"),
        (
            {"price": "129.000"},
            "column price: '129.000' has more than 2 decimals; write 199000 without thousands separators",
        ),
        (
            {"price": "Rp 129"},
            "column price: 'Rp 129' is not an amount; write 199000 or 19.90, without thousands separators",
        ),
        ({"price": ""}, "column price: is empty but the other of price and currency is not"),
        ({"currency": ""}, "column currency: is empty but the other of price and currency is not"),
        ({"currency": "Rp"}, "column currency: 'Rp' is not a currency code like IDR"),
        ({"image_url": "tee.jpg"}, "column image_url: 'tee.jpg' does not begin with https://"),
    ],
)
def test_a_wrong_product_is_named(
    cells: dict[str, str], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, row = product(**cells).splitlines()
    if "image_url" in cells:
        header += ",image_url"

    arguments = chain_files.only(write(tmp_path, products=f"{header}\n{row}\n"), "products")

    assert check(arguments, capsys) == [f"products.csv, row 2, {problem}"]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (
            {"location_id": "sen ayan"},
            "column location_id: 'sen ayan' is not an id (letters, digits, _ and -)",
        ),
        ({"name": ""}, "column name: is empty"),
        ({"kind": "shop"}, "column kind: 'shop' is not one of store, warehouse, locker"),
        ({"country": "Indonesia"}, "column country: 'Indonesia' is not a country code like ID"),
        ({"lat": "106.8104", "lon": "-6.2268"}, "column lat: 106.81 is beyond 90; are lat and lon swapped?"),
        ({"lat": "-200"}, "column lat: -200 is beyond 90"),
        ({"lon": "190"}, "column lon: 190 is beyond 180"),
        ({"lat": ""}, "column lat: is empty but the other of lat and lon is not"),
        ({"lon": ""}, "column lon: is empty but the other of lat and lon is not"),
        (
            {"lat": "0", "lon": "0"},
            "column lat: 0, 0 lies in the Gulf of Guinea; leave lat and lon empty when they are not known",
        ),
        ({"lat": "six"}, "column lat: 'six' is not a number"),
        ({"timezone": "WIB"}, "column timezone: 'WIB' is not a time zone; write Asia/Jakarta"),
        (
            {"timezone": "Jakarta"},
            "column timezone: 'Jakarta' is not a time zone; write a name like Asia/Jakarta",
        ),
        ({"zone": "atlantis"}, "column zone: there is no zone 'atlantis'"),
        ({"zone": "bali"}, "column zone: the point stands on 'java', not on 'bali'"),
        ({"hours": "always"}, "column hours: 'always' needs a day and its hours, like Mon-Sun 10:00-22:00"),
        ({"hours": ""}, "column hours: is empty"),
        ({"exceptions": "Lebaran closed"}, "column exceptions: 'Lebaran' is not a date like 2026-12-25"),
        ({"methods": "pickup|drone"}, "column methods: 'drone' is not one of pickup, delivery"),
        ({"service_area_id": "mars"}, "column service_area_id: 'mars' is not in the file of service areas"),
        ({"radius_km": "-5"}, "column radius_km: -5 is negative"),
        ({"prefixes": "12?"}, "column prefixes: '12?' is no beginning of a postal code, which has 5 digits"),
        (
            {"prefixes": "area:12|12"},
            "column prefixes: '12' may be a postal code or an area: write postal:12 or area:12",
        ),
        (
            {"prefixes": "31.7"},
            "column prefixes: '31.7' is no area: write a whole one, like 31, 31.74, 31.74.07 or 31.74.07.1001",
        ),
        ({"prep_minutes": "-1"}, "column prep_minutes: -1 is negative"),
        ({"cutoff": "3pm"}, "column cutoff: '3pm' is not a time like 22:00"),
        ({"capacity_pickup": "-4"}, "column capacity_pickup: -4 is negative"),
        ({"status": "busy"}, "column status: 'busy' is not one of open, paused, closed"),
        ({"maps_url": "javascript:x"}, "column maps_url: 'javascript:x' does not begin with https://"),
    ],
)
def test_a_wrong_location_is_named_and_its_stock_is_not_blamed(
    cells: dict[str, str], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stock = f"sku,location_id,on_hand\nTEE-RED-M,{cells.get('location_id', 'senayan')},1\n"

    arguments = write(tmp_path, locations=senayan(**cells), stock=stock)

    assert check(arguments, capsys) == [f"locations.csv, row 2, {problem}"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("TEE-RED-M,senayan,-1,0", "column on_hand: -1 is negative"),
        ("TEE-RED-M,senayan,,0", "column on_hand: is empty"),
        ("TEE-RED-M,senayan,2.5,0", "column on_hand: '2.5' is not a whole number"),
        ("TEE-RED-M,senayan,2,3", "column blocked: 3 is more than on_hand, 2"),
        ("TEE-RED-S,senayan,2,0", "column sku: there is no SKU 'TEE-RED-S'"),
        ("TEE-RED-M,bandung,2,0", "column location_id: there is no location 'bandung'"),
        ("TEE-RED-M,senayan,2", "has 3 cells, the header has 4"),
    ],
)
def test_a_wrong_stock_row_is_named(
    row: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = write(tmp_path, stock=f"sku,location_id,on_hand,blocked\n{row}\n")

    assert [line.partition("row 2")[2].lstrip(",: ") for line in check(arguments, capsys)] == [problem]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ("-1,", "column unit_value: -1 is negative"),
        (
            "1.500,",
            "column unit_value: '1.500' has more than 2 decimals; write 199000 without thousands separators",
        ),
        (
            "Rp 5000,",
            "column unit_value: 'Rp 5000' is not an amount; write 199000 or 19.90, without thousands separators",
        ),
        (",true", "column backorderable: 'true' is not one of yes, no"),
    ],
)
def test_a_wrong_word_on_what_units_are_worth_or_may_be_promised_is_named(
    cells: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = "sku,location_id,on_hand,unit_value,backorderable"
    arguments = write(tmp_path, stock=f"{header}\nTEE-RED-L,kuta,2,,\nTEE-RED-M,senayan,2,{cells}\n")

    assert check(arguments, capsys) == [f"stock.csv, row 3, {problem}"]


def test_keys_that_come_twice_name_the_first_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Given every file with a second row or feature of the same key
    arguments = write(
        tmp_path,
        products=PRODUCTS + "TEE-RED-L,Kaus,Tee,,1,1,IDR\nTEE-RED-S,Kaus,Tee,2010070000372,1,1,IDR\n",
        locations=LOCATIONS + SENAYAN + "\n",
        stock=STOCK + "TEE-RED-M,senayan,4,0\n",
        postal_codes=POSTAL_CODES + "ID,12110,-6.2,106.8,java,1\n",
        service_areas=collection(
            ({"service_area_id": "jakarta"}, LAND), ({"service_area_id": "jakarta"}, LAND)
        ),
    )

    # When it is checked, then each is named with where the first one stands
    assert check(arguments, capsys) == [
        "products.csv, row 4, column sku: 'TEE-RED-L' is also in row 3",
        "products.csv, row 5, column barcodes: 2010070000372 is also in row 2",
        "service_areas.geojson, feature 2, service_area_id: 'jakarta' is also feature 1",
        "locations.csv, row 4, column location_id: 'senayan' is also in row 2",
        "postal_codes.csv, row 5, column code: '12110' is also in row 2",
        "stock.csv, row 4, column sku: 'TEE-RED-M at senayan' is also in row 2",
    ]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("ID,,-6.2,106.8,java,1,", "column code: is empty"),
        ("ID,31.74.07,,,java,1,", "column lat: is empty"),
        ("ID,31.74.07,-6.2,106.8,java,-1,", "column precision_km: -1 is negative"),
        ("ID,31.74.07,-6.2,106.8,mars,1,", "column zone: there is no zone 'mars'"),
        ("Id,31.74.07,-6.2,106.8,java,1,", "column country: 'Id' is not a country code like ID"),
    ],
)
def test_a_wrong_place_is_named(
    row: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = write(tmp_path, areas=AREAS.splitlines()[0] + f"\n{row}\n")

    assert check(arguments, capsys) == [f"areas.csv, row 2, {problem}"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "row 1: has no header"),
        ("sku,location_id,on_hand\n", "has no rows"),
        ("sku,location_id\nA,B\n", "row 1, column on_hand: is missing"),
        (
            "sku,location_id,on_hand,colour\nA,B,1,red\n",
            "row 1, column colour: is not known; known are sku, location_id, on_hand, blocked, "
            "unit_value, backorderable",
        ),
        ("sku,location_id,on_hand,sku\nA,B,1,A\n", "row 1, column sku: is there twice"),
        (
            'sku,location_id,on_hand\n"A,B,1\n',
            "is not a CSV file: unexpected end of data (is a quotation mark not closed?)",
        ),
        (
            "sku,location_id,on_hand\nA,B,1\nKaus caf\xe9,B,1\n".encode("latin-1"),
            "row 3: is not UTF-8; save the file as CSV UTF-8",
        ),
    ],
)
def test_a_file_that_is_not_a_table_is_named(
    text: str | bytes, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = check(chain_files.only(write(tmp_path, stock=text), "stock"), capsys)

    assert [line.removeprefix("stock.csv").lstrip(":, ") for line in lines] == [problem]


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = check(["load", "--stock", str(tmp_path / "shelf.csv")], capsys)

    assert lines == ["shelf.csv: cannot be read: No such file or directory"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_spreadsheets_of_all_sorts_are_read(
    mark: bytes, line_end: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given semicolons, a byte order mark, Windows line ends, blanks and an empty line
    text = mark + "sku; location_id ;on_hand\nTEE-RED-M ; senayan;7\n;;\n\n".replace("\n", line_end).encode()

    # When
    code = main([*write(tmp_path, stock=text), "--check"])

    # Then
    assert code == 0
    assert "1 stock rows" in capsys.readouterr().out


def test_a_decimal_comma_is_refused_with_a_hint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "country;code;lat;lon\nID;12190;-6,2268;106,8104\n"

    lines = check(chain_files.only(write(tmp_path, postal_codes=text), "postal-codes"), capsys)

    assert lines == [
        "postal_codes.csv, row 2, column lat: '-6,2268' is not a number; write -6.2268",
        "postal_codes.csv, row 2, column lon: '106,8104' is not a number; write 106.8104",
    ]


def test_all_problems_are_counted_and_the_first_hundred_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given 250 rows with a negative number
    rows = "".join(f"SKU-{number},senayan,-1\n" for number in range(250))
    arguments = write(tmp_path, stock=f"sku,location_id,on_hand\n{rows}")

    # When
    code = main([*chain_files.only(arguments, "stock"), "--check"])

    # Then
    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    assert len(lines) == 102
    assert lines[99] == "stock.csv, row 101, column on_hand: -1 is negative"
    assert lines[100:] == ["... and 150 more", "250 problems; nothing was loaded."]
