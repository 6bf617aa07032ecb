"""The world every plain test runs in: moto, a frozen clock, and the tables of the template."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest

from fulfillment.adapters import aws
from tests.support import aws_world, chromium, dynamodb_local, moto_world
from tests.support.ledger import check_ledger
from tests.support.world import FrozenClock, World

# All tests of the handlers run on DynamoDB Local too, where every request must be valid and every ledger must add up:
# these, which change the most, with the engine's own tests, and the others in `make soak`.
ON_DYNAMODB_LOCAL_TOO = {
    "test_cancel",
    "test_idempotency",
    "test_late_payment",
    "test_stock_feed",
    "test_the_two_stories",
}


ON_MOTO_ONLY = {"test_event_files"}  # fills moto's tables with the sample chain from a snapshot


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the handlers' worlds on both engines."""
    folder, _, module = metafunc.module.__name__.rpartition(".")
    on_both = folder == "tests.functions" and module not in ON_MOTO_ONLY
    if on_both and "world" in metafunc.fixturenames:
        now = module in ON_DYNAMODB_LOCAL_TOO
        engines = dynamodb_local.FLOWS if now else dynamodb_local.FLOWS_IN_SOAK
        metafunc.parametrize("world", engines, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs DynamoDB Local or a browser where there is none; the summary says so, a line each."""
    left_out = set()
    if dynamodb_local.missing():
        left_out |= {item for item in items if item.get_closest_marker("engine") or "-local" in item.name}
    if chromium.missing():
        left_out |= {item for item in items if item.get_closest_marker("browser")}
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Figures that tests recorded: seeds, latencies, counts; and what could not be tested here."""
    lacking = dynamodb_local.missing()
    if lacking and "not engine" not in config.option.markexpr:
        terminalreporter.write_line(
            f"Tests on DynamoDB Local are left out: no {' and no '.join(lacking)} here."
        )
    if chromium.missing() and "not browser" not in config.option.markexpr:
        terminalreporter.write_line(
            f"Tests in a browser are left out: no {' and no '.join(chromium.missing())} here."
        )
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "figure":
                terminalreporter.write_line(value)


@pytest.fixture(scope="session")
def engine() -> Iterator[dynamodb_local.Engine]:
    """DynamoDB Local, one for each test process."""
    with dynamodb_local.running() as started:
        yield started


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    """The clock of every use case and cache; Monday noon in Jakarta until a test moves it."""
    return moto_world.frozen_clock(monkeypatch)


@pytest.fixture(scope="session")
def kept_world() -> Iterator[moto_world.Kept]:
    """The world that all tests of a process empty and fill."""
    kept = moto_world.Kept()
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def aws_queues(kept_world: moto_world.Kept) -> dict[str, str]:
    """Everything the template names, on moto: url by queue."""
    return kept_world.queues()


@pytest.fixture
def world(request: pytest.FixtureRequest, aws_queues: dict[str, str], clock: FrozenClock) -> Iterator[World]:
    """The router with nothing in it and all functions cold: on moto, and its tables on DynamoDB Local where asked."""
    if getattr(request, "param", "moto") == "moto":
        aws_world.empty()
        made = World(clock, aws_queues)
        made.restart()
        yield made
    else:
        made = request.getfixturevalue("engine_world")
        yield made
        if request.param == dynamodb_local.CHECKED and not made.tampered:
            check_ledger(aws.dynamodb())


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """All that the functions log, as CloudWatch gets it."""
    return moto_world.written_log(monkeypatch)


@pytest.fixture
def engine_world(
    aws_queues: dict[str, str], clock: FrozenClock, engine: dynamodb_local.Engine
) -> Iterator[World]:
    """The router with its tables on DynamoDB Local, nothing in it and all functions cold."""
    aws_world.empty()
    with dynamodb_local.fresh_database(engine):
        yield World(clock, aws_queues)
