"""A decision as it is kept: everything that went in and what came out, so that it can be taken again.

A record is JSON under zlib. Two records are the same when their JSON is, byte for byte (``canonical``): zlib may pack
the same text differently from one of its versions to the next. What repeats a thousand times (locations, lines) is
told by its place in the lists of candidates and lines.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from fulfillment.application.decision_essentials import (
    essential_candidates,
    essential_policy,
    essential_request,
)
from fulfillment.application.plain_values import Plain, Unreadable, from_plain, to_plain
from fulfillment.application.views import as_json
from fulfillment.domain.basket import Line, Money
from fulfillment.domain.decision import (
    Allocation,
    Decision,
    DecisionRequest,
    PlannedShipment,
    Shortfall,
    decide,
)
from fulfillment.domain.policy import Policy
from fulfillment.domain.routing.candidate import Candidate, StockPicture, Verdict
from fulfillment.domain.stock import StockRow

MAX_BYTES = 64 * 1024  # of an item's 400 KB; 100 candidates with 50 SKUs each come to 45 KB at the worst
MAX_JSON_BYTES = 8 * 1024 * 1024  # what 64 KB can unfold to is more than any decision of ours
FORMAT = 1

Names = tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """What a decision was taken on, and the decision. ``outside`` are the verdicts that came from elsewhere.

    ``shortened``: what only own rules look at was too much to be kept, so that it cannot be taken again.
    """

    request: DecisionRequest
    candidates: tuple[Candidate, ...]
    stock: StockPicture
    policy: Policy
    outside: tuple[Verdict, ...]
    decision: Decision
    shortened: bool = False

    def again(self) -> Decision:
        """The decision taken once more."""
        now = self.decision.decided_at
        return decide(self.request, self.candidates, self.stock, self.policy, now, self.outside)


def pack(
    request: DecisionRequest,
    candidates: Sequence[Candidate],
    stock: StockPicture,
    policy: Policy,
    decision: Decision,
) -> bytes:
    """The record; the same decision on the same picture gives the same bytes. What the decision cannot have looked at
    is left out (``decision_essentials``). No order fails for the size of its record: rather, names and attributes are
    left out, too.
    """
    packed = zlib.compress(_json(request, candidates, stock, policy, decision), level=6)
    if len(packed) > MAX_BYTES:
        packed = zlib.compress(_json(request, candidates, stock, policy, decision, whole=False), level=6)
    assert len(packed) <= MAX_BYTES, len(packed)
    return packed


def unpack(packed: bytes) -> Record:
    """The values that were packed; Unreadable when these bytes are no record."""
    try:
        plain = json.loads(canonical(packed))
        if plain["format"] != FORMAT:
            raise Unreadable(f"a record of format {plain['format']}; this router reads {FORMAT}")
        return _record(plain)
    except (IndexError, KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise Unreadable(f"no record of a decision: {error!r}") from error


def canonical(packed: bytes) -> bytes:
    """The record's JSON, by which records are compared; Unreadable when these bytes are no record."""
    unfolding = zlib.decompressobj()
    try:
        text = unfolding.decompress(packed, MAX_JSON_BYTES)
    except zlib.error as error:
        raise Unreadable(f"not packed: {error}") from None
    if not unfolding.eof:
        raise Unreadable("broken off, or too large")
    return text


@dataclass(frozen=True)
class Replay:
    """A record and the same decision taken again. ``difference``: where they first differ; empty when nowhere."""

    record: Record
    difference: str


def replay(packed: bytes) -> Replay:
    """Take a kept decision again, and compare all its bytes; Unreadable when these are no whole record."""
    record = unpack(packed)
    if record.shortened:
        raise Unreadable("kept without names and attributes, which were too much; it cannot be taken again")
    again = record.again()
    retaken = _json(record.request, record.candidates, record.stock, record.policy, again)
    kept = canonical(packed)
    if retaken == kept:
        return Replay(record, "")
    before, after = to_plain(Decision, record.decision), to_plain(Decision, again)
    found = first_difference(before, after, "decision") or first_difference(
        json.loads(kept), json.loads(retaken), "record"
    )
    return Replay(record, found or "record: the same values, written differently")


def first_difference(before: Plain, after: Plain, path: str) -> str:
    """Where two JSON values first differ, and how; empty when they are equal."""
    if isinstance(before, dict) and isinstance(after, dict):
        pairs: Iterator[tuple[str, Any, Any]] = (
            (str(key), before.get(key, _NOTHING), after.get(key, _NOTHING))
            for key in sorted({*before, *after})
        )
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = ((str(n), one, other) for n, (one, other) in enumerate(zip(before, after, strict=True)))
    else:
        return "" if before == after else f"{path} was {_short(before)}, is {_short(after)}"
    found = (first_difference(one, other, f"{path}.{key}") for key, one, other in pairs)
    return next(filter(None, found), "")


class _Nothing:
    """Stands for a field that one of two values does not have."""


_NOTHING = _Nothing()


def _short(value: Any) -> str:
    text = "nothing" if value is _NOTHING else as_json(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


# --- writing


def _json(
    request: DecisionRequest,
    candidates: Sequence[Candidate],
    stock: StockPicture,
    policy: Policy,
    decision: Decision,
    *,
    whole: bool = True,
) -> bytes:
    policy = essential_policy(policy, request, candidates)
    ordered = essential_candidates(candidates, policy, whole=whole)
    places = {candidate.location_id: place for place, candidate in enumerate(ordered)}
    lines = {(line.line_id, line.sku): place for place, line in enumerate(request.lines)}
    plain = {
        "format": FORMAT,
        "request": {
            **to_plain(DecisionRequest, essential_request(request)),
            "lines": [_line(line) for line in request.lines],
        },
        "candidates": [to_plain(Candidate, candidate) for candidate in ordered],
        "stock": _shelves(request.lines, places, stock),
        "policy": to_plain(Policy, policy),
        "decision": _outcome(decision, places, lines),
    }
    return as_json(plain if whole else {**plain, "shortened": True}).encode()


def _line(line: Line) -> list[Plain]:
    """What a decision looks at; not how the shop showed the line."""
    price = line.unit_price
    return [
        line.line_id,
        line.sku,
        line.quantity,
        line.keep_together,
        [str(price.amount), price.currency] if price else None,
    ]


def _shelves(
    lines: Sequence[Line], places: Mapping[str, int], stock: StockPicture
) -> dict[str, list[list[Plain]]]:
    """By SKU: [candidate's place, on hand, reserved, blocked, unit value, backorderable], zeros at the end left out.

    Of the picture that is what a decision can look at.
    """
    shelves: dict[str, list[list[Plain]]] = {}
    for sku in sorted({line.sku for line in lines}):
        rows: list[list[Plain]] = []
        for location_id, place in places.items():
            if row := stock.get((sku, location_id)):
                value = None if row.unit_value is None else str(row.unit_value)
                cells: list[Plain] = [
                    place,
                    row.on_hand,
                    row.reserved,
                    row.blocked,
                    value,
                    int(row.backorderable),
                ]
                while len(cells) > 2 and not cells[-1]:
                    cells.pop()
                rows.append(cells)
        if rows:
            shelves[sku] = rows
    return shelves


def _outcome(
    decision: Decision, places: Mapping[str, int], lines: Mapping[tuple[str, str], int]
) -> dict[str, Plain]:
    bare = replace(decision, shipments=(), unfilled=(), candidates=())
    return {
        **to_plain(Decision, bare),
        "shipments": [
            {
                **to_plain(PlannedShipment, replace(shipment, location_id="", allocations=())),
                "location_id": places[shipment.location_id],
                "allocations": [[lines[a.line_id, a.sku], a.quantity, a.floor] for a in shipment.allocations],
            }
            for shipment in decision.shipments
        ],
        "unfilled": [
            [lines[s.line_id, s.sku], s.quantity, s.left, s.backordered_at] for s in decision.unfilled
        ],
        # of a candidate its place, of what came from elsewhere its name
        "candidates": [
            [places.get(v.location_id, v.location_id), v.reason, dict(v.detail)] for v in decision.candidates
        ],
    }


# --- reading


def _record(plain: Plain) -> Record:
    lines = tuple(_read_line(*cells) for cells in plain["request"].pop("lines"))
    request = replace(from_plain(DecisionRequest, {**plain["request"], "lines": []}), lines=lines)
    candidates = tuple(from_plain(Candidate, one) for one in plain["candidates"])
    names = tuple(candidate.location_id for candidate in candidates)
    decision = _read_outcome(plain["decision"], names, lines)
    return Record(
        request=request,
        candidates=candidates,
        stock={
            (sku, names[cells[0]]): _read_row(sku, names[cells[0]], *cells[1:])
            for sku, rows in plain["stock"].items()
            for cells in rows
        },
        policy=from_plain(Policy, plain["policy"]),
        outside=tuple(v for v in decision.candidates if v.location_id not in names),
        decision=decision,
        shortened="shortened" in plain,
    )


def _read_line(line_id: str, sku: str, quantity: int, keep_together: str | None, price: Plain) -> Line:
    worth = Money(Decimal(price[0]), price[1]) if price else None
    return Line(line_id, sku, quantity, worth, keep_together=keep_together)


def _read_row(
    sku: str,
    location_id: str,
    on_hand: int,
    reserved: int = 0,
    blocked: int = 0,
    unit_value: str | None = None,
    backorderable: int = 0,
) -> StockRow:
    value = None if unit_value is None else Decimal(unit_value)
    return StockRow(
        sku,
        location_id,
        on_hand,
        reserved,
        blocked,
        unit_value=value,
        backorderable=bool(backorderable),
    )


def _read_outcome(plain: Plain, names: Names, lines: Sequence[Line]) -> Decision:
    shipments = [
        replace(
            from_plain(PlannedShipment, {**one, "location_id": "", "allocations": []}),
            location_id=names[one["location_id"]],
            allocations=tuple(
                Allocation(lines[at].line_id, lines[at].sku, quantity, floor)
                for at, quantity, floor in one["allocations"]
            ),
        )
        for one in plain["shipments"]
    ]
    unfilled = [
        Shortfall(lines[at].line_id, lines[at].sku, quantity, left, later)
        for at, quantity, left, later in plain["unfilled"]
    ]
    verdicts = [
        Verdict(names[at] if isinstance(at, int) else at, reason, detail)
        for at, reason, detail in plain["candidates"]
    ]
    bare: Decision = from_plain(Decision, {**plain, "shipments": [], "unfilled": [], "candidates": []})
    return replace(bare, shipments=tuple(shipments), unfilled=tuple(unfilled), candidates=tuple(verdicts))
