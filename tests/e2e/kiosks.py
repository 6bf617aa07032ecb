"""More places than a decision looks at, with nothing on their shelves: what they lack is looked for anywhere.

They deliver only to who gives their code, so no other test sees them.
"""

from __future__ import annotations

from typing import Any

from fulfillment.adapters.dynamodb.chain import DynamoDBChainWriter
from fulfillment.adapters.dynamodb.tables import Tables
from fulfillment.application.picture import MAX_CANDIDATES
from fulfillment.domain.location import Location, ServiceArea
from tests.local.stack import Stack

CODE = "KIOSK"
CUSTOMER: dict[str, Any] = {"point": {"lat": -6.2297, "lon": 106.8295}, "postal_code": CODE, "country": "ID"}


def open_kiosks(stack: Stack) -> None:
    """One more than a decision looks at."""
    area = ServiceArea(prefixes=(CODE,))
    kiosks = [
        Location(
            location_id=f"kiosk-{number:02}",
            name=f"Kiosk {number}",
            kind="locker",
            timezone="Asia/Jakarta",
            country="ID",
            methods=frozenset({"delivery"}),
            service_area=area,
        )
        for number in range(MAX_CANDIDATES + 1)
    ]
    tables = Tables(locations=stack.tables["Locations"], config=stack.tables["Config"])
    DynamoDBChainWriter(stack.client("dynamodb"), tables).put_locations(kiosks)
