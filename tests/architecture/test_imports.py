"""What each function brings into memory: measured in a fresh process, as a cold start does it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.template import ROOT

LEAN = ("stock_feed", "tasks", "publish", "notify", "sweep")
ROUTING = ("options", "orders", "intake", "reroute", "admin")

PROGRAM = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("app", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
assert callable(module.handler)
print("\\n".join(sys.modules))
"""


def imported_by(function: str) -> set[str]:
    """Names of the top-level packages that importing the handler brings along."""
    environment = {
        **os.environ,
        "POWERTOOLS_SERVICE_NAME": function,
        "POWERTOOLS_METRICS_NAMESPACE": "Fulfillment",
        "AWS_DEFAULT_REGION": "ap-southeast-3",
    }
    path = ROOT / "functions" / function / "app.py"
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return {name.partition(".")[0] for name in found.stdout.split()}


def test_every_function_is_one_or_the_other() -> None:
    there = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}

    assert there == {*LEAN, *ROUTING}


@pytest.mark.parametrize("function", LEAN)
def test_a_function_that_never_routes_loads_no_geometry_and_no_tracer(function: str) -> None:
    assert imported_by(function) & {"numpy", "shapely", "aws_xray_sdk", "moto", "yaml"} == set()


@pytest.mark.parametrize("function", ROUTING)
def test_no_function_loads_the_tracer(function: str) -> None:
    assert imported_by(function) & {"aws_xray_sdk", "moto", "yaml"} == set()
