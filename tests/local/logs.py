"""What the functions wrote to their logs."""

from __future__ import annotations

import json
from typing import Any

from tests.local.stack import Stack

LOG_GROUP_PREFIX = "/aws/lambda/"


def records(stack: Stack) -> list[dict[str, Any]]:
    """Every line of every function's log that is JSON, as Powertools writes them."""
    logs = stack.client("logs")
    found = []
    for group in logs.describe_log_groups(logGroupNamePrefix=LOG_GROUP_PREFIX)["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        for event in (event for page in pages for event in page["events"]):
            for line in event["message"].splitlines():
                if line.startswith("{"):
                    try:
                        found.append(json.loads(line))
                    except ValueError:
                        continue
    return found


def errors(stack: Stack) -> str:
    """The errors among them, for a person to read."""
    lines = [
        f"{record.get('service')}: {record.get('message')}\n{record.get('exception', '')}"
        for record in records(stack)
        if record.get("level") in ("ERROR", "CRITICAL")
    ]
    return "\n".join(lines) or "No function logged an error."
