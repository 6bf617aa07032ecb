"""What peers' own tests, documents and threads expect is what we answer; of their flaws the right answer is ours.

``python -m tests.conformance`` prints the table: which cases hold, which are not ours and why.
"""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path

import pytest

from tests.conformance.answering import CASES, DECIDED, LEFT_OUT, OURS_PLAYED, PLAYED, answer_to, played
from tests.conformance.cases import Case
from tests.conformance.families import RACES, REMARKS, TEN_BUYERS
from tests.conformance.table import HELD
from tests.support.world import World

LEAST_APPLYING = 60


@pytest.mark.parametrize("case", DECIDED, ids=attrgetter("id"))
def test_a_decision_is_what_the_peer_expects(case: Case) -> None:
    answer = answer_to(case)

    assert case.facts
    assert answer == case.facts
    HELD.add(case.id)


@pytest.mark.parametrize("case", [*PLAYED, *OURS_PLAYED], ids=attrgetter("id"))
def test_an_order_goes_as_the_peer_expects(case: Case, world: World) -> None:
    answer = played(case, world)

    assert case.facts
    assert answer == case.facts
    HELD.add(case.id)


def test_every_case_is_answered_or_says_why_not() -> None:
    assert len(DECIDED) + len(PLAYED) + len(LEFT_OUT) == len(CASES) == len({case.id for case in CASES})
    assert len(DECIDED) + len(PLAYED) >= LEAST_APPLYING
    assert {case.id for case in CASES} >= REMARKS.keys()


def test_what_is_held_elsewhere_is_there() -> None:
    assert f"def {TEN_BUYERS}(" in Path(RACES).read_text("utf-8")
