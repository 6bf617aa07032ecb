"""One ready-to-paste curl for each main call, with the keys of this run."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from tests.local.paths import LOCAL_DIR
from tests.local.stack import Credentials, Stack

TILL_FILE = LOCAL_DIR / "till-4.csv"

BASKET = {
    "channel": "web",
    "customer": {"point": {"lat": -6.2297, "lon": 106.8295}, "country": "ID"},
    "lines": [{"line_id": "1", "sku": "", "quantity": 1}],
    "methods": ["pickup", "delivery"],
}


def print_curls(stack: Stack) -> None:
    """What to try next; curl 7.75 or later signs by itself."""
    location_id, member = next(iter(stack.staff.items()))
    sku = _a_sku(stack)
    basket = {**BASKET, "lines": [{"line_id": "1", "sku": sku, "quantity": 1}]}
    signed_out = _signed(stack, stack.checkout)
    print(f"\nAPI           {stack.api_url}")
    print(f"Board         {stack.board_url}")
    for what, who in (
        ("Picker", member),
        ("Supervisor", stack.supervisors[location_id]),
        ("Shared phone", stack.phones[location_id]),
    ):
        pin = f", PIN {who.pin}" if who.pin else ", then the number and PIN of whoever holds it"
        print(f"{what:13} {location_id}: {who.username} / {who.password}{pin}")
    print("Everything    .local/stack.json")
    print("\n# What can this basket get?")
    print(f"curl {signed_out} {stack.api_url}/v1/options -d '{json.dumps(basket)}'")
    print("\n# The same basket as an order for delivery, paid already")
    order = {key: value for key, value in basket.items() if key != "methods"} | {
        "order_id": "try-1",
        "method": "delivery",
        "payment": {"state": "captured", "kind": "card"},
        "ship_to": {
            "recipient": "Sari",
            "phone": "+6281200000001",
            "street": "Jl. Senopati 1",
            "kelurahan": "Senayan",
            "kecamatan": "Kebayoran Baru",
            "city": "Jakarta Selatan",
            "province": "DKI Jakarta",
            "postal_code": "12190",
        },
    }
    order["customer"] = {
        **BASKET["customer"],  # type: ignore[dict-item]
        "contact": {"name": "Sari", "phone": "+6281200000001", "locale": "id"},
    }
    print(f"curl {signed_out} -H 'Idempotency-Key: try-1' {stack.api_url}/v1/orders -d '{json.dumps(order)}'")
    print("\n# How is it?")
    print(f"curl {signed_out} {stack.api_url}/v1/orders/try-1")
    print('\n# The money is there (of an order placed with "state": "pending"; here it is already)')
    print(f"curl {signed_out} -H 'Idempotency-Key: try-2' {stack.api_url}/v1/orders/try-1/confirm -d '{{}}'")
    print("\n# Let it go")
    print(f"curl {signed_out} -H 'Idempotency-Key: try-3' {stack.api_url}/v1/orders/try-1/cancel -d '{{}}'")
    print(f"\n# The work of {location_id}")
    print(
        f"curl -H 'Authorization: Bearer {member.id_token}' {stack.api_url}/v1/locations/{location_id}/tasks"
    )
    print("\n# All stock of one SKU")
    print(f"curl {_signed(stack, stack.operations)} {stack.api_url}/v1/stock/{sku}")
    print("\n# Somebody counted a shelf")
    count = {"type": "count", "sku": sku, "location_id": location_id, "on_hand": 9, "observed_at": _now()}
    updates = json.dumps({"updates": [count]})
    signed_operations = _signed(stack, stack.operations)
    print(
        f"curl {signed_operations} -H 'Idempotency-Key: try-4' {stack.api_url}/v1/stock-updates -d '{updates}'"
    )
    print(
        "\n# A till that cannot call anything drops a file; errors/till-4.csv and done/till-4.json are the answer"
    )
    row = f"{sku},{location_id},8,{_now()}"
    TILL_FILE.write_text(f"sku,location_id,on_hand,observed_at\n{row}\n")
    to = f"{stack.endpoint_url}/{stack.buckets['StockFiles']}/incoming/till-4.csv"
    print(f"curl {_signed(stack, stack.tills, 's3')} -X PUT --data-binary @{TILL_FILE} {to}")
    print("\n# The OpenAPI document")
    print(f"curl {stack.api_url}/v1/openapi.json")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _signed(stack: Stack, who: Credentials, service: str = "execute-api") -> str:
    content = "text/csv" if service == "s3" else "application/json"
    return (
        f"--aws-sigv4 aws:amz:{stack.region}:{service} --user {who.access_key_id}:{who.secret_access_key} "
        f"-H 'Content-Type: {content}'"
    )


def _a_sku(stack: Stack) -> str:
    rows = stack.client("dynamodb").scan(TableName=stack.tables["Products"])["Items"]
    sku: str = next(
        row["sku"]["S"] for row in rows if "document" in row
    )  # the others are names that tills use
    return sku
