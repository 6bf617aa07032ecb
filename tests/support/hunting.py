"""Properties that are hunted with a few examples in plain pytest, more in `make test`, and many in `make soak`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

A_FEW, MANY, ALL = 8, 120, 1_200  # examples of each property


def hunted(*drawn: SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[[int], None]]:
    """A test that what is decorated holds for all that can be drawn."""

    def decorate(holds: Callable[..., None]) -> Callable[[int], None]:
        @pytest.mark.parametrize(
            "examples",
            [
                pytest.param(A_FEW, id="a few"),
                pytest.param(MANY, id="many", marks=pytest.mark.proof),
                pytest.param(ALL, id="all", marks=pytest.mark.soak),
            ],
        )
        def test(examples: int) -> None:
            rules = settings(max_examples=examples, suppress_health_check=[HealthCheck.too_slow])
            rules(given(*drawn)(holds))()

        test.__name__ = test.__qualname__ = holds.__name__
        test.__module__ = holds.__module__
        return test

    return decorate
