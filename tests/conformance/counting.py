"""Peers sell halves; units are whole here. So both are counted in halves, and told in wholes again."""

from __future__ import annotations

from collections.abc import Mapping

HALVES = 2


def halves(units: float) -> int:
    """Whole halves."""
    doubled = units * HALVES
    assert doubled == int(doubled), units
    return int(doubled)


def all_halves(units: Mapping[str, float]) -> dict[str, int]:
    """Each in halves."""
    return {name: halves(n) for name, n in units.items()}


def wholes(counted: int) -> float:
    """What so many halves are."""
    return counted / HALVES
