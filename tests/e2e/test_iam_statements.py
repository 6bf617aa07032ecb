"""No permission is missing and none is one too many: with all of them everything works, without any one it does not."""

from __future__ import annotations

import os
import random

import pytest

from tests.e2e.exercise import PermissionRefused, Scene, exercise, restock
from tests.e2e.permissions import Decisions, Statement, never_asked, start_anew, statements, without
from tests.local.inbox import Inbox
from tests.local.stack import Stack

pytestmark = [pytest.mark.xdist_group("e2e")]

TABLE = statements()
# Another three every day; the seed is in the test's name, and SEED=… draws the same again.
SEED = int(os.environ.get("SEED") or 20260101)
DRAWN = random.Random(SEED).sample(TABLE, 3)


def play(stack: Stack, inbox: Inbox, *functions: str) -> Decisions:
    """The exercise, stopped at the first refusal."""
    decisions = Decisions(stack, stack.authorizations)

    def watch() -> None:
        if refused := decisions.refused():
            raise PermissionRefused("\n".join(refused))

    exercise(Scene(stack, inbox, watch), *functions)
    watch()
    return decisions


@pytest.mark.e2e
def test_with_its_statements_every_function_can_do_its_work_and_needs_each_action(
    stack: Stack, inbox: Inbox
) -> None:
    # Given a full shelf, and workers that have nothing read yet (policies and keys are kept for a while)
    restock(Scene(stack, inbox))
    for function in sorted({statement.function for statement in TABLE}):
        start_anew(stack, function)

    # When everything is done once
    decisions = play(stack, inbox)

    # Then nothing was refused, and every action of every statement was asked for
    assert never_asked(stack, decisions) == []


@pytest.mark.e2e
@pytest.mark.parametrize("statement", DRAWN, ids=[f"seed{SEED}-{s}" for s in DRAWN])
def test_without_one_of_three_statements_the_work_cannot_be_done(
    statement: Statement, stack: Stack, inbox: Inbox
) -> None:
    _cannot_do_without(statement, stack, inbox)


@pytest.mark.soak
@pytest.mark.parametrize("statement", TABLE, ids=str)
def test_without_any_one_statement_the_work_cannot_be_done(
    statement: Statement, stack: Stack, inbox: Inbox
) -> None:
    _cannot_do_without(statement, stack, inbox)


def _cannot_do_without(statement: Statement, stack: Stack, inbox: Inbox) -> None:
    restock(Scene(stack, inbox))
    decisions = Decisions(stack, stack.authorizations)

    with without(stack, statement), pytest.raises(AssertionError):
        play(stack, inbox, statement.function)

    # It failed for this reason and not for another
    refused = [line for line in decisions.by_function() if not line["allowed"]]
    assert {line["function"] for line in refused} == {statement.function}
    assert {line["action"] for line in refused} <= set(statement.actions)
