"""Wrong answers, and routers that give them: to see that the cases would notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.conformance.answering import asked
from tests.conformance.asking import Answer, Document
from tests.conformance.cases import Case
from tests.conformance.families import Said

Router = Callable[[Document], Answer]


def wrong_answers(right: Said) -> Iterator[Said]:
    """The answer with one thing said wrong, or not said, everywhere."""
    for name, value in right.items():
        yield {one: other for one, other in right.items() if one != name}
        yield from ({**right, name: wrong} for wrong in _wrong_values(value))


def _wrong_values(value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + 1, value - 1)
    elif isinstance(value, str):
        yield from ("", f"{value}+")
    elif isinstance(value, list):
        yield from ([*value, "one more"], value[:-1] if value else None)
        if value != value[::-1]:
            yield value[::-1]
    else:
        assert isinstance(value, dict), value
        yield {**value, "one more": 1}
        for name in value:
            yield {one: other for one, other in value.items() if one != name}
            yield from ({**value, name: wrong} for wrong in _wrong_values(value[name]))


def nothing(document: Document) -> Answer:
    """A router that supplies nothing."""
    return _told(document, "unfillable", [])


def all_from_the_first(document: Document) -> Answer:
    """A router that takes everything from the first location, whatever it has."""
    refused = document["request"].get("refused_by", ())
    asked_now = [place for place in document["locations"] if place["location_id"] not in refused]
    if not asked_now:
        return nothing(document)
    first = min(asked_now, key=lambda place: place.get("rank", 100))
    shipment = {
        "location_id": first["location_id"],
        "lines": document["request"]["lines"],
        "promise": {"ready_by": document["now"]},
        "cost": {"total": "0", "parts": {"refusal_risk": "0"}},
    }
    return _told(document, "planned", [shipment])


def _told(document: Document, status: str, shipments: list[Document]) -> Answer:
    short = [] if shipments else [{**line, "left": 0} for line in document["request"]["lines"]]
    verdict = "eligible" if shipments else "excluded"
    candidates = [
        {
            "location_id": place["location_id"],
            "verdict": verdict,
            "reason": "",
            "distance_km": 0,
            "detail": {"capacity_left": 0},
        }
        for place in document["locations"]
    ]
    return Answer({"status": status, "shipments": shipments, "unfilled": short, "candidates": candidates})


def is_noticed(case: Case) -> bool:
    """Whether the case, asked now, does not hold."""
    try:
        return asked(case) != case.facts
    except (AssertionError, LookupError, ValueError):  # an answer so wrong that it cannot be read
        return True
