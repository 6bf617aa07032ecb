"""Rows before and after, and what was claimed of them between: only what stood still is compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fulfillment.adapters.comparison import SqliteComparison, open_comparison
from fulfillment.application.reconcile_ports import Claim
from fulfillment.domain.reconciliation import Compared, Kept, Key

TEE, CAP, BAG = ("tee", "senayan"), ("cap", "senayan"), ("bag", "senayan")


@pytest.fixture
def comparison() -> Iterator[SqliteComparison]:
    with open_comparison() as opened:
        yield opened


def row(key: Key, version: int = 1, *numbers: int) -> Kept:
    return Kept(key, version, numbers or (5,))


def settled(comparison: SqliteComparison) -> dict[Key, tuple[bool, int]]:
    """By key: whether the row is there, and the units claimed of it."""
    return {seen.key: (seen.row is not None, seen.units) for seen in comparison.settled()}


def test_claims_are_added_up_by_row(comparison: SqliteComparison) -> None:
    comparison.before([row(TEE), row(CAP), row(BAG)])
    comparison.claim([Claim(TEE, "A~1", 2), Claim(CAP, "A~1", 1)], unknown_too=True)
    comparison.claim([Claim(TEE, "B~1", 3)], unknown_too=True)
    comparison.after([row(TEE), row(CAP), row(BAG)])

    assert settled(comparison) == {TEE: (True, 5), CAP: (True, 1), BAG: (True, 0)}
    assert comparison.holders(TEE, 5) == ["A~1", "B~1"]
    assert comparison.holders(TEE, 1) == ["A~1"]


def test_a_claim_and_a_row_that_are_told_twice_count_once(comparison: SqliteComparison) -> None:
    comparison.before([row(TEE), row(TEE)])
    comparison.claim([Claim(TEE, "A~1", 2), Claim(TEE, "A~1", 2)], unknown_too=True)
    comparison.claim([Claim(TEE, "A~1", 2)], unknown_too=True)
    comparison.after([row(TEE), row(TEE)])

    assert settled(comparison) == {TEE: (True, 2)}


def test_a_row_is_given_back_as_it_was_read(comparison: SqliteComparison) -> None:
    whole, torn = row(TEE, 7, 9, -2, 0, 0, 11), Kept(CAP, -1, None)
    comparison.before([whole, torn])
    comparison.after([whole, torn])

    assert list(comparison.settled()) == [Compared(CAP, torn, 0), Compared(TEE, whole, 0)]


def test_a_row_that_moved_waits_for_the_next_round_with_the_version_it_has_now(
    comparison: SqliteComparison,
) -> None:
    # Given a row that changed while claims were read
    comparison.before([row(TEE, 1), row(CAP, 1)])
    comparison.claim([Claim(TEE, "A~1", 2), Claim(CAP, "A~1", 1)], unknown_too=True)
    comparison.after([row(TEE, 2), row(CAP, 1)])
    assert settled(comparison) == {CAP: (True, 1)}

    # When all is read again
    assert comparison.again() == 1
    assert list(comparison.moving()) == [TEE]
    comparison.claim([Claim(TEE, "B~1", 3), Claim(CAP, "A~1", 1)], unknown_too=False)
    comparison.after([row(TEE, 2), row(CAP, 1)])

    # Then it alone is compared, with the new claims alone
    assert settled(comparison) == {TEE: (True, 3)}
    assert comparison.holders(TEE, 5) == ["B~1"]
    assert comparison.again() == 0


def test_a_claim_on_a_row_that_is_not_there_stands_for_the_row_only_where_that_is_asked(
    comparison: SqliteComparison,
) -> None:
    comparison.claim([Claim(TEE, "A~1", 2)], unknown_too=True)
    comparison.claim([Claim(CAP, "A~1", 2)], unknown_too=False)
    comparison.after([])

    assert settled(comparison) == {TEE: (False, 2)}
    assert comparison.holders(CAP, 5) == []  # and takes no room


def test_a_row_that_came_or_went_meanwhile_has_moved(comparison: SqliteComparison) -> None:
    # Given one that came, with a claim, and one that went
    comparison.before([row(CAP)])
    comparison.claim([Claim(TEE, "A~1", 2)], unknown_too=True)
    comparison.after([row(TEE), row(BAG)])
    assert settled(comparison) == {}

    # When they stay as they are
    assert comparison.again() == 2
    comparison.claim([Claim(TEE, "A~1", 2)], unknown_too=False)
    comparison.after([row(TEE), row(BAG)])

    # Then they are compared as they are now; one that came without a claim has nothing to be held against
    assert settled(comparison) == {CAP: (False, 0), TEE: (True, 2)}


def test_nothing_stays_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with open_comparison() as opened:
        opened.before([row(TEE)])
        assert list(tmp_path.rglob("*.sqlite"))

    assert list(tmp_path.iterdir()) == []
