"""Polygons that cannot be used are named with their feature and reason, and who uses them is not blamed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support import chain_files
from tests.support.chain_files import LAND, LOCATIONS, check, collection, write

pytestmark = pytest.mark.usefixtures("no_tables")

BOW_TIE = [[[106.0, -7.0], [107.0, -6.0], [107.0, -7.0], [106.0, -6.0], [106.0, -7.0]]]
LATITUDE_FIRST = [[[lat, lon] for lon, lat in LAND[0]]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            collection(({"service_area_id": "jakarta"}, BOW_TIE)),
            "feature 1, geometry: is not valid: Self-intersection[106.5 -6.5]",
        ),
        (
            collection(({"service_area_id": "jakarta"}, LATITUDE_FIRST)),
            "feature 1, geometry: latitude 106 is beyond 90; GeoJSON wants longitude first: are they swapped?",
        ),
        (
            collection(({"service_area_id": "jakarta"}, [[[200, 0], [201, 0], [201, 1], [200, 0]]])),
            "feature 1, geometry: longitude 200 is beyond 180",
        ),
        (
            collection(({"service_area_id": "jakarta"}, [[["a", "b"]]])),
            "feature 1, geometry: ['a', 'b'] is not a position",
        ),
        (
            collection(({"service_area_id": "jakarta"}, [])),
            "feature 1, geometry: is empty",
        ),
        (
            collection(({"service_area_id": "jakarta"}, LAND)).replace('"Polygon"', '"Point"'),
            "feature 1, geometry: is not a Polygon or MultiPolygon",
        ),
    ],
)
def test_a_wrong_polygon_is_named_and_who_uses_it_is_not_blamed(
    text: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(write(tmp_path, service_areas=text), capsys) == [f"service_areas.geojson, {problem}"]


def test_a_ring_of_two_points_is_told_in_shapelys_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = collection(({"service_area_id": "jakarta"}, [[[106, -6], [107, -6]]]))

    (line,) = check(write(tmp_path, service_areas=text), capsys)

    assert line.startswith("service_areas.geojson, feature 1, geometry: cannot be read as a Polygon: ")


def test_a_polygon_whose_numbers_were_swapped_is_noticed_where_both_could_be_latitudes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a shop in London, and its area with latitude first
    header = LOCATIONS.splitlines()[0]
    london = "soho,Soho,store,GB,51.51,-0.13,Europe/London,,24/7,,london,"
    area = [[[51.0, -1.0], [52.0, -1.0], [52.0, 1.0], [51.0, 1.0], [51.0, -1.0]]]
    text = collection(({"service_area_id": "london"}, area))
    arguments = write(tmp_path, locations=f"{header}\n{london}\n", service_areas=text)

    # When only these two files are checked
    lines = check(chain_files.only(arguments, "locations", "service-areas"), capsys)

    # Then
    assert lines == [
        "locations.csv, row 2, column service_area_id: "
        "the location stands in its service area only with lat and lon swapped"
    ]


def test_zones_that_overlap_or_have_no_country_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a zone that lies half over Java, and a Bali without its country
    over = [[[lon + 0.5, lat] for lon, lat in LAND[0]]]
    zones = collection(
        ({"zone_id": "java", "country": "ID"}, LAND),
        ({"zone_id": "over", "country": "ID"}, over),
        ({"zone_id": "bali"}, chain_files.ISLAND),
        ({"name": "no id"}, chain_files.ISLAND),
    )

    # When it is checked, then no location or postal code on Bali is blamed
    assert check(write(tmp_path, zones=zones), capsys) == [
        "zones.geojson, feature 4, zone_id: is missing or not a text",
        "zones.geojson, feature 3, country: '' is not a country code like ID",
        "zones.geojson, feature 2, geometry: 'over' overlaps 'java' (feature 1)",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "line 1: is not JSON: Expecting property name enclosed in double quotes"),
        ("[]", "is not a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "has no features"),
        ("[" * 100_000, "is not GeoJSON: nested too deeply"),
    ],
)
def test_a_file_that_is_not_geojson_is_named(
    text: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = check(chain_files.only(write(tmp_path, zones=text), "zones"), capsys)

    assert [line.removeprefix("zones.geojson").lstrip(":, ") for line in lines] == [problem]


def test_a_location_whose_polygon_makes_it_too_large_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a service area of 40,000 corners around Jakarta, none like another, so that packing it does not help enough
    chance = random.Random(1)
    steps = [(number, 107.0 - number * 0.000025 + chance.random() * 1e-6) for number in range(40_000)]
    jagged = [
        [
            [106.0, -7.0],
            [107.0, -7.0],
            *([lon, -6.0 - number % 2 * 0.01 - chance.random() * 1e-3] for number, lon in steps),
            [106.0, -7.0],
        ]
    ]
    text = collection(({"service_area_id": "jakarta"}, jagged))

    # When it is checked
    (line,) = check(write(tmp_path, service_areas=text), capsys)

    # Then it is the location that does not fit
    assert line.startswith("locations.csv, row 2, column service_area_id: is ")
    assert line.endswith("KB with its polygon, at most 400 KB; simplify it")
