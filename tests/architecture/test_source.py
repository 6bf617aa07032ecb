"""Rules of the source that no linter knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from fulfillment.observability import Metric
from tests.support.template import ROOT

SOURCES = sorted(
    path
    for folder in ("shared/fulfillment", "functions", "tests", "events")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts and ".aws-sam" not in path.parts
)
PACKAGE = ROOT / "shared" / "fulfillment"
DOMAIN = sorted((PACKAGE / "domain").rglob("*.py"))
MOST_LINES = 400

CLOCKS = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter", "fromtimestamp"}
IMPURE_MODULES = {
    "os",
    "random",
    "secrets",
    "time",
    "uuid",
    "socket",
    "subprocess",
    "pathlib",
    "io",
    "logging",
    "sys",
}
IMPURE_CALLS = {
    "open",
    "print",
    "input",
    "getenv",
    "urandom",
    "uuid4",
    "eval",
    "exec",
    "__import__",
    "id",
    "hash",
}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_fits_a_sitting(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")

    assert lines <= MOST_LINES


def impurities(source: str) -> list[str]:
    """Where code asks a clock, a die, the environment or the outside."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.partition(".")[0] in IMPURE_MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in IMPURE_MODULES:
            found.append(node.module or "")
        elif isinstance(node, ast.Attribute) and node.attr in CLOCKS | {"environ"}:
            found.append(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            found.append(node.func.id)
    return found


@pytest.mark.parametrize("path", DOMAIN, ids=named)
def test_the_domain_asks_no_clock_no_die_and_no_environment(path: Path) -> None:
    assert impurities(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.date.today()",
        "import random",
        "from os import environ",
        "import os.path",
        "uuid4()",
        "open('x')",
    ],
)
def test_the_rule_of_the_domain_sees_what_it_is_for(source: str) -> None:
    assert impurities(source)


@pytest.mark.parametrize("metric", Metric, ids=lambda metric: metric.name)
def test_every_metric_is_counted_somewhere(metric: Metric) -> None:
    code = [p for p in SOURCES if p.is_relative_to(PACKAGE) or p.is_relative_to(ROOT / "functions")]

    users = [named(p) for p in code if f"Metric.{metric.name}" in p.read_text(encoding="utf-8")]

    assert users


def test_nothing_is_counted_past_the_registry() -> None:
    others = [
        named(path)
        for path in SOURCES
        if (path.is_relative_to(PACKAGE) or path.is_relative_to(ROOT / "functions"))
        and path != PACKAGE / "observability.py"
        and "add_metric(" in path.read_text(encoding="utf-8")
    ]

    assert others == []


def test_the_environment_is_read_in_one_place() -> None:
    code = [p for p in SOURCES if p.is_relative_to(PACKAGE) or p.is_relative_to(ROOT / "functions")]

    readers = [
        named(p) for p in code if re.search(r"os\.(environ|getenv)\b(?!``)", p.read_text(encoding="utf-8"))
    ]

    assert readers == ["shared/fulfillment/settings.py"]


def test_handlers_hold_no_try_for_what_they_do_not_decide() -> None:
    # `intake` alone turns a refusal into a kept order, because nobody waits for its answer
    with_try = [
        path.parent.name
        for path in (ROOT / "functions").glob("*/app.py")
        if any(isinstance(node, ast.Try) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    ]

    assert with_try == ["intake"]


def test_no_handler_talks_to_aws_itself() -> None:
    users = [
        named(path)
        for path in (ROOT / "functions").glob("*/app.py")
        if re.search(r"^\s*(import|from) (boto3|botocore)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert users == []
