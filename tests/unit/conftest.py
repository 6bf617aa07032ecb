"""Fixtures of the plain tests."""

from __future__ import annotations

import pytest

from tests.support.deciding import Console


@pytest.fixture
def no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody said which tables to use."""
    for name in ("PRODUCTS_TABLE", "LOCATIONS_TABLE", "CONFIG_TABLE", "STOCK_TABLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def console(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Console:
    """``fulfillment decide``, asked and read."""
    return Console(capsys, monkeypatch)
