"""Fixtures of the plain tests."""

from __future__ import annotations

import pytest


@pytest.fixture
def no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody said which tables to use."""
    for name in ("PRODUCTS_TABLE", "LOCATIONS_TABLE", "CONFIG_TABLE", "STOCK_TABLE"):
        monkeypatch.delenv(name, raising=False)
