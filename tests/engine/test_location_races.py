"""Locations that are changed at once, on AWS's own engine: every change replaces the one mark there is."""

from __future__ import annotations

from functools import partial

import pytest

from fulfillment import settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.catalog import DynamoDBLocationRepository
from fulfillment.domain.errors import Busy
from tests.support.builders import a_location
from tests.support.races import race
from tests.support.world import World

pytestmark = pytest.mark.engine


def put(number: int) -> int:
    """Change a location as a worker of its own does."""
    locations = DynamoDBLocationRepository(aws.dynamodb(), settings.read().tables)
    return locations.put(a_location(f"s{number:02}"), None)


def test_locations_that_are_changed_at_once_are_all_changed(engine_world: World) -> None:
    # When four people change six locations each, all at once
    done = race([partial(put, number) for number in range(24)], threads=4)

    # Then each is there, or its writer was told to come again
    there = DynamoDBLocationRepository(aws.dynamodb(), settings.read().tables).all()
    busy = [answer for answer in done.answers if isinstance(answer, Busy)]
    assert len(there) + len(busy) == 24
    assert len(busy) <= 4
