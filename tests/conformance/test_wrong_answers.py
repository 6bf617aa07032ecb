"""The cases would notice: whatever is answered wrong turns red in every family."""

from __future__ import annotations

import pytest

from tests.conformance import asking, mistakes
from tests.conformance.answering import DECIDED, OURS_DECIDED, OURS_PLAYED, PLAYED, answer_to
from tests.conformance.cases import Case

ANSWERED = (*DECIDED, *OURS_DECIDED)
FAMILIES = sorted({case.family for case in ANSWERED})

# These ask a rule and a stock row themselves: no router answers them.
ASKS_NO_ROUTER = {"coverage_rank", "rejection_effect"}
ROUTED = [family for family in FAMILIES if family not in ASKS_NO_ROUTER]


def _of(family: str) -> list[Case]:
    return [case for case in ANSWERED if case.family == family]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_wrong_answer_is_seen_in_every_family(family: str) -> None:
    for case in _of(family):
        wrong = list(mistakes.wrong_answers(answer_to(case)))
        assert wrong
        assert case.facts not in wrong, case.id


@pytest.mark.parametrize("case", [*PLAYED, *OURS_PLAYED], ids=lambda case: case.id)
def test_a_wrong_outcome_of_an_order_is_seen(case: Case) -> None:
    wrong = list(mistakes.wrong_answers(dict(case.facts)))

    assert wrong
    assert case.facts not in wrong


@pytest.mark.parametrize("router", [mistakes.nothing, mistakes.all_from_the_first])
@pytest.mark.parametrize("family", ROUTED)
def test_a_wrong_router_is_seen_in_every_family(
    family: str, router: mistakes.Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "ask", router)

    assert any(mistakes.is_noticed(case) for case in _of(family))
