"""What a function brings into memory, with all that it works with: measured in a fresh process, as a cold start does
it. The composition root imports late, so a handler that was merely imported proves nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.support.aws_world import CREDENTIALS, NO_SENDERS, TABLE_VARIABLES
from tests.support.template import ROOT

LEAN = (
    "stock_feed",
    "stock_files",
    "tasks",
    "sign_in",
    "staff",
    "board",
    "publish",
    "notify",
    "receipts",
    "webhooks",
    "sweep",
    "reconcile",
)
ROUTING = ("options", "orders", "intake", "reroute", "customer", "admin")
VARIABLES = (
    *TABLE_VARIABLES,
    "EVENT_BUS_NAME",
    "STORE_TOPIC_ARN",
    "CUSTOMER_TOPIC_ARN",
    "OPTION_KEY_SECRET_ID",
    "PICKUP_CODE_SECRET_ID",
    "STAFF_PIN_SECRET_ID",
    "STAFF_CLIENT_ID",
    "STAFF_POOL_ID",
    "STOCK_FEED_QUEUE_URL",
    "PARKED_QUEUE_URL",
    *NO_SENDERS,
    "WEBHOOKS_QUEUE_URL",
    "WEBHOOK_SECRET_ID",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
)
PROGRAM = """
import importlib.util, sys
from fulfillment import bootstrap
for number, path in enumerate(sys.argv[1].split(",")):
    spec = importlib.util.spec_from_file_location(f"app_{number}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert callable(module.handler)
for name in sys.argv[2].split(","):
    getattr(bootstrap, name)()
print("\\n".join(sys.modules))
"""


def loaded_by(functions: tuple[str, ...]) -> set[str]:
    """Names of the packages in memory when these handlers and all that they ask the composition root for are there."""
    paths = [ROOT / "functions" / function / "app.py" for function in functions]
    asked = sorted({name for path in paths for name in re.findall(r"bootstrap\.(\w+)\(", path.read_text())})
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, ",".join(map(str, paths)), ",".join(asked)],
        env={**os.environ, **CREDENTIALS, **dict.fromkeys(VARIABLES, "x")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return {name.partition(".")[0] for name in found.stdout.split()}


def test_every_function_is_one_or_the_other() -> None:
    there = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}

    assert there == {*LEAN, *ROUTING}


@pytest.fixture(scope="module")
def loaded_by_the_lean() -> set[str]:
    return loaded_by(LEAN)


@pytest.fixture(scope="module")
def loaded_by_those_that_route() -> set[str]:
    return loaded_by(ROUTING)


@pytest.mark.parametrize("package", ["numpy", "shapely", "aws_xray_sdk", "moto", "yaml", "tqdm"])
def test_functions_that_never_route_load_no_geometry_and_no_tracer(
    loaded_by_the_lean: set[str], package: str
) -> None:
    assert package not in loaded_by_the_lean


@pytest.mark.parametrize("package", ["aws_xray_sdk", "moto", "yaml", "tqdm"])
def test_functions_that_route_load_no_tracer(loaded_by_those_that_route: set[str], package: str) -> None:
    assert package not in loaded_by_those_that_route


def test_the_measurement_sees_what_it_is_for(
    loaded_by_the_lean: set[str], loaded_by_those_that_route: set[str]
) -> None:
    assert {"boto3", "pydantic", "fulfillment"} <= loaded_by_the_lean
    assert {"shapely", "numpy"} <= loaded_by_those_that_route
