"""The peers' cases: what is given, and what is expected. Facts only; each names its source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "peer_cases.json"

Given = Mapping[str, Any]
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One case of the file."""

    id: str
    family: str
    source: str
    kind: str
    given: Given
    expect: Facts
    note: str

    @property
    def facts(self) -> Facts:
        """What an answer must say. Of a documented flaw the right answer; what the peer does not assert (null) is
        left out.
        """
        told = self.expect.get("correct", self.expect)
        return {
            name: value for name, value in told.items() if value is not None and not name.startswith("peer")
        }


def peer_cases() -> list[Case]:
    """All cases, in the order of the file."""
    return [Case(**told) for told in json.loads(FILE.read_text("utf-8"))["cases"]]
