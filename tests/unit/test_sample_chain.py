"""The sample chain keeps what its README promises."""

from __future__ import annotations

import csv
import importlib
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from fulfillment.cli.files import check_digit
from fulfillment.cli.main import main

CHAIN = Path(__file__).parents[2] / "events/sample_chain"
JAVA_SEA = shapely.Point(110.5, -4.5)
SOURCE_VARIABLE = "SAMPLE_CHAIN_SOURCE"  # the folder with the Indonesian files, where it is at hand


def rows(name: str) -> list[dict[str, str]]:
    with (CHAIN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def outlines(name: str, id_property: str) -> dict[str, BaseGeometry]:
    features = json.loads((CHAIN / name).read_text(encoding="utf-8"))["features"]
    return {f["properties"][id_property]: shapely.geometry.shape(f["geometry"]) for f in features}


@pytest.fixture
def scripts() -> Iterator[dict[str, ModuleType]]:
    """The modules of the script that built the chain, imported as the script imports them."""
    names = ("goods", "land", "shops", "shelves", "build")
    sys.path.insert(0, str(CHAIN))
    yield {name: importlib.import_module(name) for name in names}
    sys.path.remove(str(CHAIN))
    for name in names:
        del sys.modules[name]


@pytest.mark.proof
def test_it_passes_its_own_check(
    no_tables: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given the command as the README shows it
    monkeypatch.chdir(CHAIN.parents[1])
    block = re.search(r"```sh\nfulfillment (.*?)```", (CHAIN / "README.md").read_text(), re.DOTALL)
    assert block is not None

    # When it is run
    code = main(block[1].replace("\\\n", " ").split())

    # Then
    told = capsys.readouterr()
    assert (code, told.err) == (0, "")
    assert told.out.startswith("Nothing wrong: 233 products, 66 locations, 76 zones, ")


def test_it_is_as_large_as_it_should_be() -> None:
    locations, stock = rows("locations.csv"), rows("stock.csv")
    kinds = Counter(location["kind"] for location in locations)
    per_location = Counter(row["location_id"] for row in stock)
    stores = [location["location_id"] for location in locations if location["kind"] == "store"]

    assert len(rows("products.csv")) >= 200
    assert kinds["store"] >= 60
    assert kinds["warehouse"] >= 2
    assert len(stock) <= 9_000
    assert (
        0.5 < sum(per_location[store] for store in stores) / len(stores) / 218 < 0.65
    )  # of the everyday SKUs
    assert all(per_location[f"wh-{city}"] > 200 for city in ("cikarang", "surabaya", "makassar"))
    assert sum(path.stat().st_size for path in CHAIN.iterdir() if path.is_file()) <= 1_500_000


def test_its_stores_stand_on_many_islands_and_in_all_three_time_zones() -> None:
    stores = [location for location in rows("locations.csv") if location["kind"] == "store"]

    assert {store["zone"] for store in stores} >= {
        "sumatra", "java", "bali", "lombok", "flores", "timor", "kalimantan", "sulawesi", "ambon", "papua",
    }  # fmt: skip
    assert {store["timezone"] for store in stores} == {"Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"}
    assert {"Sagara Senayan", "Sagara Blok M"} <= {store["name"] for store in stores}
    assert sum("jabodetabek" in store["groups"] for store in stores) >= 15


def test_every_location_stands_in_its_own_zone_but_the_one_without_a_point() -> None:
    zones = outlines("zones.geojson", "zone_id")

    nowhere = []
    for location in rows("locations.csv"):
        if not location["lat"]:
            nowhere.append(location["location_id"])
            continue
        point = shapely.Point(float(location["lon"]), float(location["lat"]))
        assert [zone for zone, land in zones.items() if land.covers(point)] == [location["zone"]], location

    assert nowhere == ["ternate"]


def test_every_postal_code_and_district_stands_in_the_zone_it_names() -> None:
    zones = outlines("zones.geojson", "zone_id")
    for land in zones.values():
        shapely.prepare(land)

    astray = [
        row["code"]
        for name in ("postal_codes.csv", "areas.csv")
        for row in rows(name)
        if row["precision_km"]
        and not zones[row["zone"]].covers(shapely.Point(float(row["lon"]), float(row["lat"])))
    ]

    assert astray == []


def test_zones_are_valid_and_do_not_touch_each_other() -> None:
    lands = list(outlines("zones.geojson", "zone_id").values())

    assert all(land.is_valid for land in lands)
    tree = shapely.STRtree(lands)
    assert all(list(tree.query(land, predicate="intersects")) == [index] for index, land in enumerate(lands))


def test_bali_is_an_island_and_madura_is_not() -> None:
    zones = outlines("zones.geojson", "zone_id")
    gilimanuk, ketapang, bangkalan = (
        shapely.Point(114.447, -8.172), shapely.Point(114.39, -8.14), shapely.Point(112.74, -7.04),
    )  # fmt: skip

    assert not zones["java"].covers(gilimanuk)
    assert not zones["bali"].covers(ketapang)
    assert zones["java"].covers(bangkalan)


def test_the_java_sea_is_in_no_zone_and_no_service_area() -> None:
    zones = outlines("zones.geojson", "zone_id")
    areas = outlines("service_areas.geojson", "service_area_id")

    assert [name for name, land in {**zones, **areas}.items() if land.covers(JAVA_SEA)] == []
    for location in rows("locations.csv"):  # so nobody delivers there, whoever has no area serves everyone
        assert location["service_area_id"] or location["radius_km"] or location["prefixes"], location


def test_every_service_area_is_used_and_lies_on_land() -> None:
    areas = outlines("service_areas.geojson", "service_area_id")
    land = shapely.union_all(list(outlines("zones.geojson", "zone_id").values())).buffer(0.15)

    assert set(areas) == {row["service_area_id"] for row in rows("locations.csv")} - {""}
    assert all(land.covers(area) for area in areas.values())


def test_barcodes_have_right_digits_and_lie_where_gs1_lets_shops_choose() -> None:
    codes = [product["barcodes"] for product in rows("products.csv")]

    assert len(set(codes)) == len(codes)
    assert all(len(code) == 13 and 200 <= int(code[:3]) <= 299 for code in codes)
    assert all(check_digit(code[:-1]) == int(code[-1]) for code in codes)


@pytest.mark.parametrize(
    ("barcode", "source"),
    [
        ("4006381333931", "EAN-13 on the Wikipedia page of the International Article Number"),
        ("036000291452", "UPC-A on the Wikipedia page of the Universal Product Code"),
        ("73513537", "EAN-8 on the Wikipedia page of EAN-8"),
    ],
)
def test_check_digits_agree_with_published_barcodes(barcode: str, source: str) -> None:
    assert check_digit(barcode[:-1]) == int(barcode[-1]), source


def test_some_locations_are_special() -> None:
    locations = rows("locations.csv")

    assert {location["status"] for location in locations} == {"open", "paused", "closed"}
    assert any("11:30,13:00" in location["hours"] for location in locations)  # Friday prayer
    assert any("01:00" in location["hours"] for location in locations)  # past midnight
    assert any("closed" in location["exceptions"] for location in locations)
    assert any(location["methods"] == "pickup" for location in locations)
    assert any(location["radius_km"] for location in locations)
    assert any(location["prefixes"] for location in locations)


def test_the_stories_are_told_as_the_stock_is(scripts: dict[str, ModuleType]) -> None:
    # Given the shelves that were set by hand
    told = scripts["shelves"].STORY_STOCK
    on_shelf: dict[str, dict[str, tuple[int, int]]] = {sku: {} for sku in told}
    for row in rows("stock.csv"):
        if row["sku"] in told:
            on_shelf[row["sku"]][row["location_id"]] = (int(row["on_hand"]), int(row["blocked"]))

    # When they are compared with the stock, then nothing else has these articles
    assert on_shelf == told

    # and the README tells of each
    readme = (CHAIN / "README.md").read_text()
    assert all(f"`{sku}`" in readme for sku in told)


def test_everyday_articles_are_in_every_store_around_jakarta() -> None:
    around = {row["location_id"] for row in rows("locations.csv") if "jabodetabek" in row["groups"]}

    having = {
        row["location_id"]
        for row in rows("stock.csv")
        if row["sku"] == "TEE-RED-M" and int(row["on_hand"]) >= 8
    }

    assert around <= having


def test_products_and_stock_are_built_to_the_byte(scripts: dict[str, ModuleType]) -> None:
    # Given the tables of the script and the locations as they are committed
    goods = list(scripts["goods"].articles())
    sizes = scripts["shops"].sizes()
    committed = rows("locations.csv")
    assert [row["location_id"] for row in committed] == list(sizes)
    shops = [scripts["shops"].Shop(row, sizes[row["location_id"]]) for row in committed]

    # When they are built again, then nothing changes
    assert scripts["build"].products_csv(goods) == (CHAIN / "products.csv").read_text()
    assert scripts["build"].stock_csv(goods, shops) == (CHAIN / "stock.csv").read_text()


@pytest.mark.proof
def test_the_whole_folder_is_built_to_the_byte(scripts: dict[str, ModuleType], tmp_path: Path) -> None:
    # Given the original source folder, or where it is not at hand, one made of the committed points
    source = Path(os.environ.get(SOURCE_VARIABLE) or write_source(tmp_path))

    # When
    built = scripts["build"].build(source)

    # Then
    assert [name for name, text in built.items() if text.encode() != (CHAIN / name).read_bytes()] == []
    assert set(built) == {path.name for path in CHAIN.iterdir() if path.suffix in (".csv", ".geojson")}


def write_source(folder: Path) -> Path:
    """The four source files as far as the committed ones tell: everything that the script reads of them."""
    areas = [
        (row["code"].replace(".", ""), row["name"].upper(), row["lat"], row["lon"])
        for row in rows("areas.csv")
    ]
    cities = {code: (lat, lon) for code, _, lat, lon in areas if len(code) == 4}
    lines: dict[str, list[tuple[str, ...]]] = {
        "id_provinces.csv": [],
        "id_cities.csv": [],
        "id_districts.csv": [],
    }
    for code, name, lat, lon in areas:
        if len(code) == 2:
            lines["id_provinces.csv"].append((code, name, lat, lon))
        elif len(code) == 4:
            lines["id_cities.csv"].append((code, code[:2], name, lat, lon))
        else:
            at = ("", "") if (lat, lon) == cities[code[:4]] else (lat, lon)
            lines["id_districts.csv"].append((code, code[:4], name, *at))
    codes = [(row["code"], row["lat"], row["lon"], "1") for row in rows("postal_codes.csv")]
    lines["postal_codes.csv"] = [("postal_code", "lat", "lon", "villages"), *codes]
    for name, table in lines.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table)
    return folder
