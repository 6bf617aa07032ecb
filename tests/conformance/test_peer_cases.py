"""What peers' own tests, documents and threads expect is what we answer; of their flaws the right answer is ours.

``python -m tests.conformance`` prints the table: which cases hold, which are not ours and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance import (  # noqa: F401 - each registers its families
    own_rules,
    translate_orders,
    translate_pickup,
    translate_plans,
    translate_sequence,
    translate_stock,
)
from tests.conformance.cases import Case, peer_cases
from tests.conformance.families import IN_THE_WORLD, NOT_OURS, RACES, REMARKS, TEN_BUYERS, TRANSLATIONS
from tests.support.world import World

CASES = peer_cases()
DECIDED = [case for case in CASES if case.family in TRANSLATIONS]
PLAYED = [case for case in CASES if case.family in IN_THE_WORLD]
LEFT_OUT = [case for case in CASES if case.family in NOT_OURS]

LEAST_APPLYING = 60


def _id(case: Case) -> str:
    return case.id


def said_of(facts: Case, answer: dict[str, object]) -> dict[str, object]:
    """Of an answer, what the case has facts about."""
    return {name: answer.get(name, "nothing") for name in facts.facts}


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[dict[str, str]]:
    """Which cases held; printed at the end."""
    held: dict[str, str] = {}
    with own_rules.registered():
        yield held
    print("\n")
    for case in CASES:
        verdict = held.get(case.id, "DOES NOT HOLD")
        if case.family in NOT_OURS:
            verdict = f"does not apply: {NOT_OURS[case.family]}"
        remark = f" ({REMARKS[case.id]})" if case.id in REMARKS else ""
        print(f"{case.id:28} {case.family:30} {verdict}{remark}")
    print(f"{len(held)} of {len(CASES)} hold, {len(LEFT_OUT)} do not apply")


@pytest.mark.parametrize("case", DECIDED, ids=_id)
def test_a_decision_is_what_the_peer_expects(case: Case, table: dict[str, str]) -> None:
    answer = TRANSLATIONS[case.family](case.given)

    assert case.facts
    assert said_of(case, answer) == case.facts
    table[case.id] = "holds"


@pytest.mark.parametrize("case", PLAYED, ids=_id)
def test_an_order_goes_as_the_peer_expects(case: Case, world: World, table: dict[str, str]) -> None:
    answer = IN_THE_WORLD[case.family](case.given, world)

    assert case.facts
    assert said_of(case, answer) == case.facts
    table[case.id] = "holds"


def test_every_case_is_answered_or_says_why_not() -> None:
    assert len(DECIDED) + len(PLAYED) + len(LEFT_OUT) == len(CASES) == len({case.id for case in CASES})
    assert len(DECIDED) + len(PLAYED) >= LEAST_APPLYING
    assert {case.id for case in CASES} >= REMARKS.keys()


def test_what_is_held_elsewhere_is_there() -> None:
    assert f"def {TEN_BUYERS}(" in Path(RACES).read_text("utf-8")
