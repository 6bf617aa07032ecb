"""The INPUT of ``fulfillment decide``: ``an_input(a_place("senayan", tee=3), a_place("kota", km=9, tee=1))``."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from fulfillment.cli.main import main
from tests.support.builders import KM_NORTH, SENAYAN

NOON = "2026-11-23T12:00:00+07:00"
Place = tuple[dict[str, Any], list[dict[str, Any]]]


def a_place(location_id: str, km: float | None = 1.0, /, at: Any = None, **on_hand: int) -> Place:
    """A location so far north of the customer, with these units; ``at`` holds more of its fields."""
    point = {} if km is None else {"point": {"lat": SENAYAN.lat + km * KM_NORTH, "lon": SENAYAN.lon}}
    location = {"location_id": location_id, **point, **(at or {})}
    rows = [{"location_id": location_id, "sku": sku, "on_hand": n} for sku, n in on_hand.items()]
    return location, rows


def an_input(*places: Place, lines: Any = (("tee", 2),), **more: Any) -> dict[str, Any]:
    """An order of a customer in Senayan; ``more`` goes into the request, ``now`` and ``policy`` beside it."""
    beside = {name: more.pop(name) for name in ("now", "policy", "products") if name in more}
    request = {
        "customer": {"point": {"lat": SENAYAN.lat, "lon": SENAYAN.lon}},
        "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines],
        **more,
    }
    return {
        "now": NOON,
        "request": request,
        "locations": [location for location, _rows in places],
        "stock": [row for _location, rows in places for row in rows],
        **beside,
    }


class Console:
    """Runs the command in this process, with INPUT on standard input."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self.code = -1

    def told(self, asked: Any, *options: str) -> str:
        """What the command writes; its exit code is ``code``."""
        text = asked if isinstance(asked, str) else json.dumps(asked)
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        self.code = main(["decide", "-", *options])
        self.errors = (said := self._capsys.readouterr()).err
        return said.out

    def decided(self, asked: Any, *options: str) -> dict[str, Any]:
        """The OUTPUT."""
        found: dict[str, Any] = json.loads(self.told(asked, *options))
        return found

    def refused(self, asked: Any, *options: str) -> list[str]:
        """What is wrong, line by line."""
        assert self.told(asked, *options) == ""
        assert self.code == 2
        return self.errors.splitlines()
