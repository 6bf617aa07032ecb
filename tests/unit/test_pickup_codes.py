"""The word that opens the counter: derived, read as people write it, and kept as a keyed hash only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from fulfillment.domain.pickup_code import (
    ALPHABET,
    LENGTH,
    CodeMark,
    derive,
    mark,
    matches,
    normalised,
    shown,
)

KEY = b"a key of the tests"


def code_of(order_id: str = "A-1", shipment: int = 1, version: int = 1, key: bytes = KEY) -> str:
    return derive(key, order_id, shipment, version)


def test_the_alphabet_is_crockfords() -> None:
    assert ALPHABET == "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_a_code_is_eight_characters_of_the_alphabet() -> None:
    assert LENGTH == 8
    assert all(re.fullmatch(f"[{ALPHABET}]{{8}}", code_of(f"A-{number}")) for number in range(200))


@pytest.mark.proof
def test_a_hundred_thousand_codes_are_even_and_none_comes_twice(
    record_property: Callable[[str, Any], None],
) -> None:
    # Given the codes of as many orders
    drawn = 100_000
    codes = [code_of(f"A-{number}") for number in range(drawn)]

    # When each character's count in each place is held against an even share
    share = drawn / len(ALPHABET)
    chi_squares = []
    for place in range(LENGTH):
        seen = Counter(code[place] for code in codes)
        chi_squares.append(sum((seen[letter] - share) ** 2 / share for letter in ALPHABET))

    # Then no place is uneven (61.1: what chance exceeds once in 1,000, at 31 degrees of freedom), and none is repeated
    repeats = drawn - len(set(codes))
    record_property(
        "figure",
        f"{drawn} codes: {repeats} repeats, chi-square by place at most {max(chi_squares):.1f} of 61.1",
    )
    assert max(chi_squares) < 61.1
    assert repeats == 0


def test_every_character_of_the_alphabet_is_used_in_every_place() -> None:
    codes = [code_of(f"A-{number}") for number in range(2_000)]

    assert [{code[place] for code in codes} for place in range(LENGTH)] == [set(ALPHABET)] * LENGTH


def test_a_code_never_changes_for_the_same_inputs() -> None:
    # The codes of customers who are on their way must survive a release: these words are for ever.
    assert code_of() == derive(KEY, "A-1", 1, 1) == "9JSQV230"


@pytest.mark.parametrize(
    "other",
    [
        code_of(order_id="A-2"),
        code_of(shipment=2),
        code_of(version=2),
        code_of(key=b"another key"),
        code_of(order_id="A-1|1", shipment=1),
    ],
)
def test_another_order_task_version_or_key_has_another_code(other: str) -> None:
    assert other != code_of()


def test_the_right_code_opens() -> None:
    kept = mark(KEY, "k1", "A-1", 1, 1)

    assert matches(KEY, "A-1", 1, kept, code_of())
    assert matches(KEY, "A-1", 1, kept, shown(code_of()))


@pytest.mark.parametrize("said", ["", "00000000", code_of()[:7], code_of() + "0", code_of("A-2"), "ß", "💥"])
def test_anything_else_does_not(said: str) -> None:
    assert not matches(KEY, "A-1", 1, mark(KEY, "k1", "A-1", 1, 1), said)


def test_a_code_opens_its_own_task_only() -> None:
    kept = mark(KEY, "k1", "A-1", 1, 1)

    assert not matches(KEY, "A-1", 2, kept, code_of())
    assert not matches(KEY, "A-2", 1, kept, code_of())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("7K3M-9QXA", "7K3M9QXA"),
        ("7k3m 9qxa", "7K3M9QXA"),
        ("oO0", "000"),
        ("iI1lL", "11111"),
        ("- 7 -", "7"),
        ("U", "U"),  # no Crockford character and read as no other: simply wrong
    ],
)
def test_codes_are_read_as_people_write_them(said: str, meant: str) -> None:
    assert normalised(said) == meant


def test_a_code_with_ones_and_zeros_may_be_said_with_letters() -> None:
    # Given the first code with both a one and a zero in it
    order_id = next(f"A-{n}" for n in range(1_000) if {"0", "1"} <= set(code_of(f"A-{n}")))
    kept, code = mark(KEY, "k1", order_id, 1, 1), code_of(order_id)

    for one in "iIlL":
        said = code.replace("0", "o").replace("1", one).lower()
        assert matches(KEY, order_id, 1, kept, f"{said[:4]}-{said[4:]}")


def test_what_is_kept_does_not_hold_the_code() -> None:
    kept = mark(KEY, "k1", "A-1", 1, 3)

    assert (kept.kid, kept.code_version) == ("k1", 3)
    assert re.fullmatch("[0-9a-f]{64}", kept.keyed_hash)
    assert code_of(version=3) not in repr(kept)
    assert kept == CodeMark("k1", 3, kept.keyed_hash)


def test_a_code_is_shown_in_two_groups() -> None:
    assert shown("7K3M9QXA") == "7K3M-9QXA"
