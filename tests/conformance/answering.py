"""What the router answers to a case, and whether that is what the case expects."""

from __future__ import annotations

from functools import cache

from tests.conformance import (  # noqa: F401 - each registers its families
    translate_orders,
    translate_pickup,
    translate_plans,
    translate_sequence,
    translate_stock,
)
from tests.conformance.cases import Case, peer_cases, variants
from tests.conformance.families import IN_THE_WORLD, NOT_OURS, TRANSLATIONS, Said
from tests.support.world import World

CASES = peer_cases()
DECIDED = [case for case in CASES if case.family in TRANSLATIONS]
PLAYED = [case for case in CASES if case.family in IN_THE_WORLD]
LEFT_OUT = [case for case in CASES if case.family in NOT_OURS]

OURS = variants()
OURS_DECIDED = [case for case in OURS if case.family in TRANSLATIONS]
OURS_PLAYED = [case for case in OURS if case.family in IN_THE_WORLD]


def answer_to(case: Case) -> Said:
    """Of the answer, what the case has facts about. Asked once, however many tests look at it."""
    return _answers(case.id)


def asked(case: Case) -> Said:
    """The same, asked now."""
    return _only_facts(case, TRANSLATIONS[case.family](case.given))


def played(case: Case, world: World) -> Said:
    """The same of a case that takes orders and time."""
    return _only_facts(case, IN_THE_WORLD[case.family](case.given, world))


def _only_facts(case: Case, said: Said) -> Said:
    return {name: said.get(name, "nothing") for name in case.facts}


@cache
def _answers(case_id: str) -> Said:
    return asked(_BY_ID[case_id])


_BY_ID = {case.id: case for case in (*CASES, *OURS)}
