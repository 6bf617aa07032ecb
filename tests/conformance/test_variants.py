"""Siblings of the peers' cases with numbers of our own: the rule holds, not just the example."""

from __future__ import annotations

from operator import attrgetter

import pytest

from tests.conformance.answering import (
    CASES,
    DECIDED,
    OURS,
    OURS_DECIDED,
    PLAYED,
    answer_to,
)
from tests.conformance.cases import Case
from tests.conformance.table import HELD


@pytest.mark.parametrize("case", OURS_DECIDED, ids=attrgetter("id"))
def test_a_decision_is_what_the_peers_rule_makes_of_it(case: Case) -> None:
    answer = answer_to(case)

    assert case.facts
    assert answer == case.facts
    HELD.add(case.id)


def test_every_family_has_variants() -> None:
    assert {case.family for case in OURS} == {case.family for case in (*DECIDED, *PLAYED)}


def test_no_two_cases_have_one_name() -> None:
    assert len({case.id for case in (*CASES, *OURS)}) == len(CASES) + len(OURS)
