"""Policies that are put at once, on AWS's own engine."""

from __future__ import annotations

from functools import partial

import pytest

from fulfillment import bootstrap, settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.catalog import DynamoDBConfigRepository
from fulfillment.domain.errors import Busy
from fulfillment.domain.policy import Policy
from tests.support.races import race
from tests.support.world import World

pytestmark = pytest.mark.engine


def put(pickup_options: int) -> Policy:
    """Put a policy as a worker of its own does."""
    config = DynamoDBConfigRepository(aws.dynamodb(), settings.read().tables)
    return config.put_policy(Policy("default", pickup_options=pickup_options))


def test_versions_that_are_put_at_once_come_one_after_the_other(engine_world: World) -> None:
    # When four people change a policy six times each, all at once
    done = race([partial(put, options) for options in range(1, 25)], threads=4)

    # Then each change has a version of its own, or was told to come again, and there is no gap
    stored = {answer.version: answer for answer in done.answers if isinstance(answer, Policy)}
    busy = [answer for answer in done.answers if isinstance(answer, Busy)]
    assert sorted(stored) == list(range(1, len(stored) + 1))
    assert len(stored) + len(busy) == 24

    # And all are kept, and the last one is in force
    config = bootstrap.operate().config
    assert {version: config.policy_version("default", version) for version in stored} == stored
    assert list(config.policies()) == [stored[len(stored)]]
