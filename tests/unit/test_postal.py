"""Postal and area codes: one way to write each, and the shorter codes that a place also lies in."""

from __future__ import annotations

import pytest

from fulfillment.domain.postal import PlaceKind, as_prefix, canonical, codes_of


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


def test_a_prefix_may_be_of_either_kind_and_is_an_area_only_with_its_dots() -> None:
    assert as_prefix("GB", "sw1a") == {("postal", "SW1A"), ("area", "SW1A")}
    assert as_prefix("ID", "31.74") == {("postal", "31.74"), ("area", "31.74")}
    assert ("area", "12.19") not in as_prefix("ID", "1219")
