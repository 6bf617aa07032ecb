"""What a first call costs: a fresh process with nothing but the built function and its layer on the path."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.local.chain import table_environment
from tests.local.stack import Stack, camel
from tests.local.stories import CUSTOMER_POINT, ask, order
from tests.support.functions import STAFF_CLIENT, api_event, staff_claims
from tests.support.template import template

RUNS = 5
LINES = [{"line_id": "1", "sku": "RAINCOAT-YELLOW-M", "quantity": 1}]  # nowhere: nothing is written

# Runs with -I -S: neither site-packages nor the environment's Python paths are there.
PROGRAM = """
import json, sys, time
started = time.perf_counter()
sys.path[:0] = sys.argv[1:3]
import app
imported = time.perf_counter()
class Context:
    function_name = "bench"; memory_limit_in_mb = 1024; aws_request_id = "1"
    invoked_function_arn = "arn:aws:lambda:local:000000000000:function:bench"
answer = app.handler(json.loads(sys.argv[3]), Context())
called = time.perf_counter()
told = {"import": imported - started, "call": called - imported, "status": answer["statusCode"]}
print(json.dumps(told), file=sys.stderr)
"""


@dataclass(frozen=True)
class ColdStart:
    """Medians of a function. ``ratio``: the whole process against a Python that does nothing."""

    function: str
    import_ms: float
    first_call_ms: float
    ratio: float


def cold_starts(stack: Stack, built: Path, functions: Iterable[str]) -> list[ColdStart]:
    """Measure each function a few times. ``built`` is the folder that `sam build` filled."""
    bare = statistics.median(_bare() for _ in range(RUNS))
    return [_measure(stack, built, name, bare) for name in functions]


def _measure(stack: Stack, built: Path, name: str, bare: float) -> ColdStart:
    runs = []
    for _ in range(RUNS):
        started = time.perf_counter()
        told = _run(stack, built, name)
        runs.append((told["import"] * 1000, told["call"] * 1000, (time.perf_counter() - started) / bare))
    columns = [statistics.median(column) for column in zip(*runs, strict=True)]
    return ColdStart(name, *columns)


def _run(stack: Stack, built: Path, name: str) -> dict[str, Any]:
    logical_id = f"{camel(name)}Function"
    properties = template()["Resources"][logical_id]["Properties"]
    layer = properties["Layers"][0]["Ref"]
    paths = [str(built / logical_id), str(built / layer / "python")]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROGRAM, *paths, json.dumps(_event(name))],
        env={
            **_environment(stack),
            "POWERTOOLS_SERVICE_NAME": name,
            "POWERTOOLS_METRICS_NAMESPACE": "Fulfillment",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stderr.splitlines()[-1])
    assert told["status"] in (200, 409), told
    return told


def _event(name: str) -> dict[str, Any]:
    if name == "options":
        return api_event("POST", "/v1/options", body=ask(LINES, ["pickup", "delivery"], CUSTOMER_POINT))
    if name == "orders":
        body = order("COLD-1", LINES, "pickup", location_id="senayan")
        return api_event("POST", "/v1/orders", body=body, headers={"Idempotency-Key": "cold"})
    resource = "/v1/locations/{location_id}/tasks"
    return api_event("GET", resource, path={"location_id": "senayan"}, claims=staff_claims("senayan"))


def _environment(stack: Stack) -> dict[str, str]:
    return {
        **table_environment(stack),
        "PATH": os.environ["PATH"],
        "OPTION_KEY_SECRET_ID": stack.outputs["OptionKeySecretArn"],
        "PICKUP_CODE_SECRET_ID": stack.outputs["PickupCodeKeySecretArn"],
        "STAFF_PIN_SECRET_ID": stack.outputs["StaffPinKeySecretArn"],
        "STAFF_CLIENT_ID": STAFF_CLIENT,  # as the claims of the event
    }


def _bare() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-S", "-c", "pass"], check=True)
    return time.perf_counter() - started
