"""One deployed stack for all end-to-end tests: the real template, IAM enforced, with the sample chain in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.kiosks import open_kiosks
from tests.local.chain import load_chain, location_ids
from tests.local.environment import local_stack
from tests.local.inbox import Inbox
from tests.local.stack import Stack
from tests.support.moto_world import Kept


@pytest.fixture(scope="session")
def stack(kept_world: Kept) -> Iterator[Stack]:
    """The stack; gone with all its processes when the tests end."""
    kept_world.close()
    with local_stack(location_ids()) as deployed:
        load_chain(deployed)
        open_kiosks(deployed)
        yield deployed


@pytest.fixture(scope="session")
def inbox(stack: Stack) -> Inbox:
    """What stores and customers were told."""
    return Inbox(stack)
