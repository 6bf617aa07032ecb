"""What the cases are asked with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance import own_rules


@pytest.fixture(scope="module", autouse=True)
def rules_of_the_tests() -> Iterator[None]:
    """The rules that imitations name and no router has; other tests know nothing of them."""
    with own_rules.registered():
        yield
