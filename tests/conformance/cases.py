"""The peers' cases: what is given, and what is expected. Facts only; each names its source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "peer_cases.json"
OURS = Path(__file__).parent / "variants.yaml"

Given = Mapping[str, Any]
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One case of the file, or a variant of it."""

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


@cache
def peer_cases() -> tuple[Case, ...]:
    """All cases, in the order of the file."""
    return tuple(Case(**told) for told in json.loads(FILE.read_text("utf-8"))["cases"])


@cache
def variants() -> tuple[Case, ...]:
    """Their siblings with our own numbers."""
    peers = {case.id: case for case in peer_cases()}
    told = yaml.load(OURS.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return tuple(_variant(peers[one["like"]], one["what"], one["but"], one["expect"]) for one in told)


def _variant(peer: Case, what: str, but: Given, expect: Facts) -> Case:
    assert but.keys() <= peer.given.keys(), (peer.id, what)
    of_family = {name for case in peer_cases() if case.family == peer.family for name in case.facts}
    assert expect.keys() <= of_family, (peer.id, what)
    return replace(peer, id=f"{peer.id}: {what}", kind="ours", given={**peer.given, **but}, expect=expect)
