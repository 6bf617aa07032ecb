"""A decision as a page to look at: right, safe, readable by day and night, and asking nobody for anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from math import dist
from typing import Any, get_args
from xml.etree import ElementTree as ET

import pytest

from fulfillment.adapters.sphere import great_circle_m
from fulfillment.cli.decision_map import KIND_OF, MAX_ROWS
from fulfillment.cli.map_frame import HEIGHT, WIDTH, Frame
from fulfillment.domain.basket import Point
from fulfillment.domain.routing.candidate import Reason
from tests.support.builders import SENAYAN, north_of
from tests.support.deciding import Console, a_place, an_input

STORE = a_place("senayan", 1.0, {"name": "Senayan"}, tee=2)
AREA = {
    "type": "Polygon",
    "coordinates": [[[106.7, -6.3], [106.9, -6.3], [106.9, -6.1], [106.7, -6.1], [106.7, -6.3]]],
}


def page(console: Console, asked: dict[str, Any]) -> str:
    return console.told(asked, "--format", "map")


def picture(told: str) -> ET.Element:
    found = re.search(r"<svg viewBox.*?</svg>", told, re.DOTALL)
    assert found
    return ET.fromstring(found[0])


def marks(told: str, kind: str) -> list[str]:
    """The titles of the marks of a kind."""
    groups = picture(told).iter("g")
    return [str(g.findtext("title")) for g in groups if g.get("class") == f"mark {kind}"]


def place(told: str, title: str) -> tuple[float, float]:
    """Where the mark of this title stands."""
    (at,) = [g.get("transform", "") for g in picture(told).iter("g") if g.findtext("title") == title]
    x, y = re.findall(r"[\d.-]+", at)
    return float(x), float(y)


class Balanced(HTMLParser):
    """Reads HTML, and sees that what is opened is closed."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_nobody_for_anything(console: Console) -> None:
    told = page(console, an_input(STORE, a_place("kota", 3.0, {"service_area": AREA}, tee=1)))

    assert told.isascii()
    read = Balanced(told)
    assert read.open == []
    tags = {tag for tag, _ in read.seen}
    assert not tags & {"script", "link", "img", "iframe", "image", "foreignobject", "a"}
    asked = [attributes for _, attributes in read.seen if {"src", "href", "data"} & attributes.keys()]
    assert {str(attributes["href"])[0] for attributes in asked} == {"#"}
    assert not re.search(r"https?:|url\(|@import|\son\w+=", told)
    assert "default-src 'none'" in told
    assert "prefers-color-scheme: dark" in told


def test_the_picture_shows_customer_verdicts_and_ways(console: Console) -> None:
    told = page(
        console,
        an_input(
            STORE,
            a_place("kota", 3.0, {"name": "Kota"}, tee=1),
            a_place("empty", 2.0, {"name": "Empty"}),
            a_place("shut", 2.5, {"name": "Shut", "status": "closed"}, tee=9),
            a_place("away", 2.2, {"name": "Away", "service_area": {"radius_km": 1}}, tee=9),
        ),
    )

    assert marks(told, "chosen") == ["Senayan, 1 km: supplies"]
    assert marks(told, "beaten") == ["Kota, 3 km: has 1 of 2"]
    assert marks(told, "short") == ["Empty, 2 km: has none of it"]
    assert marks(told, "shut") == ["Shut, 2.5 km: is closed"]
    assert marks(told, "far") == ["Away, 2.2 km: does not deliver to this address"]
    assert marks(told, "customer") == ["The customer"]
    ways = [g for g in picture(told).iter("g") if g.get("class") == "way"]
    assert [g.findtext("title") for g in ways] == ["Senayan supplies 2 x tee"]
    assert re.findall(r"</svg>([\w ,]+)</li>", told) == [
        "supplies",
        "could supply, but the plan is better",
        "has nothing to give",
        "out of reach",
        "not available",
        "the customer",
    ]


def test_a_plan_that_nobody_allows_colours_nobody_as_beaten(console: Console) -> None:
    told = page(console, an_input(a_place("kota", 3.0, {"name": "Kota"}, tee=1)))

    assert marks(told, "part") == ["Kota, 3 km: has 1 of 2"]
    assert "has a part of it, but no plan came of it</li>" in told
    assert "the plan is better" not in told


def test_everything_stands_where_it_is(console: Console) -> None:
    # Given a store 1 km and another 3 km north of the customer
    told = page(console, an_input(STORE, a_place("kota", 3.0, {"name": "Kota"}, tee=1)))

    # Then they stand above each other, three times as far, and the line goes from the one to the other
    customer, store, other = (
        place(told, t) for t in ("The customer", "Senayan, 1 km: supplies", "Kota, 3 km: has 1 of 2")
    )
    assert customer[0] == store[0] == other[0]
    assert dist(customer, other) == pytest.approx(3 * dist(customer, store), abs=0.3)
    assert other[1] < store[1] < customer[1]
    (line,) = picture(told).iter("line")
    assert [float(line.get(name, "")) for name in ("x1", "y1", "x2", "y2")] == [*store, *customer]

    # and the bar of the scale is as long as it says
    bar = re.search(r'<path d="M20 [\d.]+v6h([\d.]+)v-6"/><text[^>]*>(\d+) (k?)m<', told)
    assert bar
    km = float(bar[2]) / (1 if bar[3] else 1000)
    assert float(bar[1]) / km == pytest.approx(dist(customer, store), rel=0.01)


def test_names_cannot_break_the_page(console: Console) -> None:
    name = "</title><script>alert(1)</script>\"'&"
    told = page(console, an_input(a_place(name, 1.0, {"name": name}, **{"<b>": 2}), lines=[("<b>", 2)]))

    assert "<script" not in told
    assert "<b>" not in told
    assert marks(told, "chosen") == [f"{name}, 1 km: supplies"]
    assert Balanced(told).open == []


def test_names_that_are_not_ascii_are_written_so_that_they_are(console: Console) -> None:
    told = page(console, an_input(a_place("x", 1.0, {"name": "Café Ждать"}, tee=2)))

    assert told.isascii()
    assert marks(told, "chosen") == ["Café Ждать, 1 km: supplies"]


def test_an_area_that_several_share_is_drawn_once(console: Console) -> None:
    shared = {"service_area": AREA}
    places = [a_place("a", 1.0, shared, tee=2), a_place("b", 2.0, shared, tee=1)]
    round_ = a_place("c", 3.0, {"service_area": {"radius_km": 4}}, tee=1)

    told = page(console, an_input(*places, round_))

    areas = [g for g in picture(told).iter("g") if str(g.get("class")).startswith("area")]
    assert [(g.get("class"), g.findtext("title")) for g in areas] == [
        ("area", "Service area of c"),
        ("area ours", "Service area of a and b"),
    ]


def test_what_lies_far_out_is_counted_and_does_not_make_the_plan_small(console: Console) -> None:
    near = [a_place(f"n{n}", 1.0 + n / 10, tee=2) for n in range(4)]

    told = page(console, an_input(*near, a_place("bali", 900.0, tee=2), a_place("nowhere", None, tee=2)))

    assert "Not in the picture: 1 beyond its edge and 1 without a point." in told
    assert dist(place(told, "The customer"), place(told, "n0, 1 km: supplies")) > 100


def test_a_customer_without_a_point_has_no_ways(console: Console) -> None:
    asked = an_input(STORE)
    del asked["request"]["customer"]

    told = page(console, asked)

    assert marks(told, "chosen") == ["Senayan: supplies"]
    assert "The customer's point is not known" in told
    assert [g for g in picture(told).iter("g") if g.get("class") == "way"] == []


def test_without_any_point_there_is_the_story_alone(console: Console) -> None:
    asked = an_input(a_place("a", None, tee=2))
    del asked["request"]["customer"]

    told = page(console, asked)

    assert "there is nothing to draw" in told
    assert "a sends 2 x tee" in told


def test_the_table_is_cut_where_it_gets_too_long(console: Console) -> None:
    told = page(console, an_input(*[a_place(f"s{n}", 1.0 + n / 100, tee=1) for n in range(MAX_ROWS + 5)]))

    assert told.count('<th scope="row">') == MAX_ROWS
    assert "<p>And 5 more locations.</p>" in told


def test_no_name_lies_on_another(console: Console) -> None:
    told = page(console, an_input(*[a_place(f"shop-{n}", 1.0 + n / 1000, tee=2) for n in range(30)]))

    rows = sorted(float(text.get("y", "")) for text in picture(told).iter("text") if text.get("text-anchor"))
    assert 1 < len(rows) < 30


def test_every_reason_is_of_a_kind() -> None:
    assert KIND_OF.keys() == set(get_args(Reason))


# --- the frame


def test_a_frame_holds_its_points_and_keeps_distances() -> None:
    points = [SENAYAN, north_of(SENAYAN, 20), Point(SENAYAN.lat, SENAYAN.lon + 0.3)]

    frame = Frame.around(points)

    assert all(frame.holds(point) for point in points)
    for one in points:
        for other in points:
            px = dist(frame.at(one), frame.at(other))
            assert px / frame.px_per_km == pytest.approx(great_circle_m(one, other) / 1000, rel=0.01)


def test_one_point_alone_stands_in_the_middle() -> None:
    assert Frame.around([SENAYAN]).at(SENAYAN) == (WIDTH / 2, HEIGHT / 2)


def test_the_date_line_breaks_neither_points_nor_areas() -> None:
    # Given Fiji, and an area across the date line, once in one piece and once as GeoJSON wants it cut
    suva, lau = Point(-18.14, 178.44), Point(-18.2, -178.8)
    frame = Frame.around([suva, lau])
    whole = {
        "type": "Polygon",
        "coordinates": [[[179, -19], [-179, -19], [-179, -17], [179, -17], [179, -19]]],
    }
    cut = {
        "type": "MultiPolygon",
        "coordinates": [
            [[[179, -19], [180, -19], [180, -17], [179, -17], [179, -19]]],
            [[[-180, -19], [-179, -19], [-179, -17], [-180, -17], [-180, -19]]],
        ],
    }

    # Then they lie side by side, and so do the parts
    assert frame.at(suva)[0] < frame.at(lau)[0] <= WIDTH
    for polygon in (whole, cut):
        xs = [float(x) for x in re.findall(r"[ML]([\d.-]+) ", frame.outline(polygon))]
        km = (max(xs) - min(xs)) / frame.px_per_km
        assert km == pytest.approx(great_circle_m(Point(-18.2, 179), Point(-18.2, -179)) / 1000, rel=0.01)


def test_corners_that_fall_on_one_pixel_are_drawn_once() -> None:
    ring = [[106.8, -6.2], [106.8000001, -6.2], [106.9, -6.2], [106.9, -6.1], [106.8, -6.2]]

    outline = Frame.around([SENAYAN, north_of(SENAYAN, 50)]).outline(
        {"type": "Polygon", "coordinates": [ring]}
    )

    assert outline.count("L") == 3
    assert outline.endswith("Z")


def test_the_pole_can_be_drawn() -> None:
    frame = Frame.around([Point(90, 0), Point(89.9, 180)])

    assert frame.holds(Point(90, 0))
