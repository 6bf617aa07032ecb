"""Postal and area codes: one way to write each, and the shorter codes that a place also lies in."""

from __future__ import annotations

import pytest

from fulfillment.domain.postal import PlaceKind, as_prefix, canonical, codes_of, prefix_fault

NOT_BRITISH = "is no postal area, district, sector or code like SW, SW1A, SW1A 1 or SW1A 1AA"


@pytest.mark.parametrize(
    ("country", "kind", "typed", "written"),
    [
        ("GB", "postal", "sw1a1aa", "SW1A 1AA"),
        ("GB", "postal", " SW1A  1aa ", "SW1A 1AA"),
        ("GB", "postal", "SW1A-1AA", "SW1A 1AA"),
        ("GB", "postal", "m11ae", "M1 1AE"),
        ("GB", "postal", "M1 1AE", "M1 1AE"),
        ("GB", "postal", "M111AE", "M11 1AE"),
        ("GB", "postal", "w1a1aa", "W1A 1AA"),
        ("GB", "postal", "sw1a1", "SW1A 1"),  # a sector: too long for a district
        ("GB", "postal", "m1 1", "M1 1"),  # the blank says that it is not M11
        ("GB", "postal", "m11", "M11"),
        ("GB", "postal", "sw", "SW"),
        ("JE", "postal", "je23ab", "JE2 3AB"),
        ("ID", "postal", "12 190", "12190"),
        ("US", "postal", "94105-1234", "941051234"),
        ("CA", "postal", "k1a 0b6", "K1A0B6"),
        ("ID", "area", "31.74.07.1001", "31.74.07.1001"),
        ("ID", "area", "3174071001", "31.74.07.1001"),
        ("ID", "area", "317407", "31.74.07"),
        ("ID", "area", "31.74.", "31.74"),
        ("GB", "area", "e09000033", "E09000033"),
        ("ID", "postal", " ", ""),
    ],
)
def test_a_code_is_written_in_one_way_however_it_was_typed(
    country: str, kind: PlaceKind, typed: str, written: str
) -> None:
    assert canonical(country, kind, typed) == written
    assert canonical(country, kind, written) == written


@pytest.mark.parametrize(
    ("country", "kind", "code", "places"),
    [
        ("GB", "postal", "SW1A1AA", ("SW1A 1AA", "SW1A 1", "SW1A", "SW")),
        ("GB", "postal", "M1 1AE", ("M1 1AE", "M1 1", "M1", "M")),
        ("GB", "postal", "M11 1AE", ("M11 1AE", "M11 1", "M11", "M")),
        ("GB", "postal", "SW1A 1", ("SW1A 1", "SW1A", "SW")),
        ("GB", "postal", "AB10", ("AB10", "AB")),
        ("GB", "postal", "AB", ("AB",)),
        ("GB", "postal", "12190", ("12190",)),  # no British code: nothing is guessed from its beginning
        ("ID", "postal", "12190", ("12190", "1219", "121", "12", "1")),
        ("US", "postal", "94105", ("94105", "9410", "941", "94", "9")),
        ("ID", "area", "31.74.07.1001", ("31.74.07.1001", "31.74.07", "31.74", "31")),
        ("ID", "area", "", ()),
        ("ID", "postal", "", ()),
    ],
)
def test_a_place_lies_in_these_longer_ones(
    country: str, kind: PlaceKind, code: str, places: tuple[str, ...]
) -> None:
    assert codes_of(country, kind, code) == places


def test_an_outward_code_is_never_cut() -> None:
    assert "SW1" not in codes_of("GB", "postal", "SW1A 1AA")
    assert "SW1" in codes_of("GB", "postal", "SW1 1AA")
    assert "M1" not in codes_of("GB", "postal", "M11 1AE")
    assert "M11" not in codes_of("GB", "postal", "M1 1AE")


@pytest.mark.parametrize(
    ("country", "prefix", "meant"),
    [
        ("ID", "121", ("postal", "121")),
        ("ID", "1219", ("postal", "1219")),  # not 12.19 on Sumatra
        ("ID", "31.74", ("area", "31.74")),
        ("ID", "postal:12", ("postal", "12")),
        ("ID", "postal:1", ("postal", "1")),
        ("ID", "area:12", ("area", "12")),
        ("ID", "area:317407", ("area", "31.74.07")),
        ("ID", "Area: 31.74.07.1001", ("area", "31.74.07.1001")),
        ("GB", "sw1a", ("postal", "SW1A")),
        ("GB", "SW", ("postal", "SW")),
        ("GB", "m1 1", ("postal", "M1 1")),
        ("GB", "postal:sw1a1aa", ("postal", "SW1A 1AA")),
        ("GB", "area:e09000033", ("area", "E09000033")),
        ("US", "94", ("postal", "94")),
        ("CA", "K1A 0", ("postal", "K1A0")),
    ],
)
def test_a_prefix_is_of_one_kind(country: str, prefix: str, meant: tuple[PlaceKind, str]) -> None:
    assert prefix_fault(country, prefix) is None
    assert as_prefix(country, prefix) == meant


@pytest.mark.parametrize(
    ("country", "prefix", "fault"),
    [
        ("ID", "12", "'12' may be a postal code or an area: write postal:12 or area:12"),
        ("ID", "1", "'1' may be a postal code or an area: write postal:1, or area: and a whole area like 12"),
        ("ID", "31.7", "'31.7' is no area: write a whole one, like 31, 31.74, 31.74.07 or 31.74.07.1001"),
        ("ID", "area:3", "'area:3' is no area: write a whole one, like 31, 31.74, 31.74.07 or 31.74.07.1001"),
        ("ID", "317407", "'317407' is longer than a postal code, which has 5 digits: is it area:31.74.07?"),
        ("ID", "123456789", "'123456789' is longer than a postal code, which has 5 digits"),
        ("ID", "postal:31.74", "'postal:31.74' is no beginning of a postal code, which has 5 digits"),
        ("ID", "12A", "'12A' is no beginning of a postal code, which has 5 digits"),
        ("ID", "area:", "'area:' names no code"),
        ("ID", "zone:12", "'zone:12' begins with neither postal: nor area:"),
        ("GB", "SW1A 1A", f"'SW1A 1A' {NOT_BRITISH}"),
        ("GB", "E09000033", f"'E09000033' {NOT_BRITISH}"),
        ("US", "...", "'...' names no code"),
        ("US", "31.74", "'31.74' is no beginning of a postal code: if it is an area, write area:31.74"),
    ],
)  # fmt: skip
def test_a_prefix_that_means_two_places_or_none_has_a_fault(country: str, prefix: str, fault: str) -> None:
    assert prefix_fault(country, prefix) == fault


def test_a_prefix_that_no_door_lets_in_is_postal() -> None:
    assert as_prefix("ID", "12") == ("postal", "12")
    assert as_prefix("ID", "zone:12") == ("postal", "ZONE:12")
