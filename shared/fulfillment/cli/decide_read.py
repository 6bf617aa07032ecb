"""Reads the INPUT of ``fulfillment decide``: text in, values of the domain out, or all that is wrong with it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from fulfillment.api.policy_document import PolicyDoc
from fulfillment.cli.decide_input import DecideIn, LineIn, ProductIn
from fulfillment.domain.basket import CustomerPlace
from fulfillment.domain.decision import DecisionRequest, Item
from fulfillment.domain.errors import InvalidRequest
from fulfillment.domain.location import Location
from fulfillment.domain.policy import Policy
from fulfillment.domain.postal import prefix_fault
from fulfillment.domain.stock import StockRow

MAX_SHOWN = 100  # faults; a person mends the first page and runs again
INLINE_POLICY = "inline"  # the name of a policy document that has none

# Control characters, and those that turn the direction of what follows: a terminal or a page would obey them.
_SIGNS = r"\x7f-\x9f\u202a-\u202e\u2066-\u2069"
_HIDDEN = re.compile(rf"[\x00-\x1f{_SIGNS}]")
_MAY_HIDE = re.compile(rf"[{_SIGNS}]|\\")  # in JSON's text: as they are, or anything escaped

PolicyByName = Callable[[str], Policy]  # raises LookupError, which says what names there are


class BadInput(Exception):
    """There is nothing to decide on; ``faults`` say where and why, a line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)

    def lines(self) -> list[str]:
        """For a person: at most ``MAX_SHOWN``."""
        more = len(self.faults) - MAX_SHOWN
        return [*self.faults[:MAX_SHOWN], *([f"... and {more:,} more"] if more > 0 else [])]


@dataclass(frozen=True)
class Asked:
    """What is to be decided. ``used``: orders that each location has taken, of the request's method.

    ``now`` and ``policy`` are None where the INPUT says nothing.
    """

    now: datetime | None
    request: DecisionRequest
    customer: CustomerPlace
    zone: str | None
    locations: tuple[Location, ...]
    used: Mapping[str, int]
    stock: Mapping[tuple[str, str], StockRow]
    policy: Policy | None


def read(text: str, policies: PolicyByName, *, ignore_policy: bool = False) -> Asked:
    """The INPUT as values; BadInput names everything that is wrong with it."""
    told = _parse(text)
    faults: list[str] = []
    items = _items(told, faults)
    _check_repeats(told, faults)
    _check_names(told, faults)
    _check_areas(told, faults)
    policy = None if ignore_policy else _policy(told.policy, policies, faults)
    if faults:
        raise BadInput(faults)
    method = told.request.chosen_method()
    lines = [line.to_domain(place) for place, line in enumerate(told.request.lines, 1)]
    rows = [row.to_domain() for row in told.stock]
    room = {location.location_id: (location.capacity or {}).get(method) for location in told.locations}
    return Asked(
        now=told.now,
        request=DecisionRequest(
            method,
            # in an order of their own: where they stood in the INPUT changes nothing
            tuple(sorted(lines, key=lambda line: (len(line.line_id), line.line_id))),
            told.request.location_id,
            frozenset(told.request.refused_by),
            told.request.accept_partial,
            items,
            told.request.needed_by,
        ),
        customer=told.request.place(),
        zone=told.request.customer.zone if told.request.customer else None,
        locations=tuple(location.to_domain() for location in told.locations),
        used={location_id: taken.used for location_id, taken in room.items() if taken},
        stock={(row.sku, row.location_id): row for row in rows},
        policy=policy,
    )


def _parse(text: str) -> DecideIn:
    try:
        told = DecideIn.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        faults = [] if first["type"] == "json_invalid" else text_faults(text)
        told_of = {fault.partition(": ")[0] for fault in faults}
        faults += [
            line
            for line in said(error)
            if line.partition(": ")[0] not in told_of and not _HIDDEN.search(line)
        ]
        raise BadInput(faults) from None
    if found := text_faults(text):
        raise BadInput(found)
    return told


class _Fields(dict[str, Any]):
    """A JSON object that remembers which of its fields stood twice."""

    twice: tuple[str, ...] = ()


def text_faults(text: str) -> list[str]:
    """What the contract does not see: fields that stand twice, and signs that nobody sees, by their paths."""
    twice = False

    def fields(pairs: list[tuple[str, Any]]) -> _Fields:
        nonlocal twice
        found = _Fields(pairs)
        if len(found) < len(pairs):
            twice = True
            count = Counter(key for key, _ in pairs)
            found.twice = tuple(key for key, n in count.items() if n > 1)
        return found

    try:
        told = json.loads(text, object_pairs_hook=fields)
        return list(_faults_of(told, "")) if twice or _MAY_HIDE.search(text) else []
    except RecursionError:
        return ["is nested too deeply"]


def _faults_of(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str) and (hidden := _HIDDEN.search(value)):
        yield f"{path}: has the control character U+{ord(hidden[0]):04X}"
    elif isinstance(value, _Fields):
        for key in value.twice:
            yield f"{_under(path, key)}: {key!r} stands twice in one object"
        for key, inner in value.items():
            if hidden := _HIDDEN.search(key):
                yield f"{_under(path, ascii(key))}: its name has the control character U+{ord(hidden[0]):04X}"
            else:
                yield from _faults_of(inner, _under(path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _faults_of(inner, _under(path, str(place)))


def _under(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step


def said(error: ValidationError, under: str = "") -> list[str]:
    """A line for each fault: where, and what is wrong there."""
    lines = []
    for fault in error.errors(include_url=False, include_input=False):
        path = ".".join(str(step) for step in (*([under] if under else []), *fault["loc"]))
        told = {"extra_forbidden": "unknown field", "missing": "is missing"}.get(fault["type"], fault["msg"])
        lines.append(f"{path}: {told}" if path else told)
    return lines


def _policy(told: Any, policies: PolicyByName, faults: list[str]) -> Policy | None:
    if told is None:
        return None
    try:
        if isinstance(told, str):
            return policies(told)
        if isinstance(told, dict):
            document = PolicyDoc.model_validate_json(json.dumps(told))
            return document.to_domain(document.name or INLINE_POLICY)
        faults.append("policy: must be a policy document, or the name of a shipped policy")
    except ValidationError as error:
        faults += said(error, "policy")
    except InvalidRequest as error:
        faults += [f"policy.{fault.field}: {fault.message}" for fault in error.errors]
    except LookupError as error:
        faults.append(f"policy: {error.args[0]}")
    return None


def _check_repeats(told: DecideIn, faults: list[str]) -> None:
    """What is told twice: which of the two would be meant?"""
    lines = (line.line_id or str(place) for place, line in enumerate(told.request.lines, 1))
    named: dict[str, Iterable[str]] = {
        "request.lines": (f"the line_id {line_id!r}" for line_id in lines),
        "locations": (f"the location {location.location_id!r}" for location in told.locations),
        "stock": (f"the SKU {row.sku!r} at {row.location_id!r}" for row in told.stock),
        "products": (f"the SKU {product.sku!r}" for product in told.products),
    }
    for where, things in named.items():
        first: dict[str, int] = {}
        for place, thing in enumerate(things):
            if thing in first:
                faults.append(f"{where}.{place}: {thing} stands at {where}.{first[thing]} already")
            first.setdefault(thing, place)


def _check_names(told: DecideIn, faults: list[str]) -> None:
    """A location that is not there is a typing error; what hangs on it would be lost without a word."""
    known = {location.location_id for location in told.locations}
    request = told.request
    names = [(f"request.refused_by.{place}", name) for place, name in enumerate(request.refused_by)]
    if request.location_id is not None:
        names.append(("request.location_id", request.location_id))
        if request.chosen_method() == "delivery":
            faults.append("request.location_id: a delivery is routed, only a pickup has a location_id")
    names += [(f"stock.{place}.location_id", row.location_id) for place, row in enumerate(told.stock)]
    faults += [f"{path}: there is no location {name!r}" for path, name in names if name not in known]


def _check_areas(told: DecideIn, faults: list[str]) -> None:
    for place, location in enumerate(told.locations):
        area = location.service_area
        for number, prefix in enumerate(area.prefixes if area else ()):
            if fault := prefix_fault(location.country, prefix):
                faults.append(f"locations.{place}.service_area.prefixes.{number}: {fault}")
        if area is None or area.polygon is None:
            continue
        from fulfillment.adapters.geography import polygon_fault

        if fault := polygon_fault(area.polygon):
            faults.append(
                f"locations.{place}.service_area: the polygon of {location.location_id!r} is {fault}"
            )


def _items(told: DecideIn, faults: list[str]) -> dict[str, Item]:
    """What is said of each SKU of the basket, by its product and by its lines."""
    wanted = {line.sku for line in told.request.lines}
    known: dict[tuple[str, str], Any] = {}
    sources: list[tuple[str, ProductIn | LineIn, Sequence[str]]] = [
        (f"products.{place}", product, ("weight_grams", "tags"))
        for place, product in enumerate(told.products)
        if product.sku in wanted
    ]
    sources += [
        (f"request.lines.{place}", line, ("weight_grams", "tags"))
        for place, line in enumerate(told.request.lines)
    ]
    for path, source, names in sources:
        for name in names:
            value = getattr(source, name)
            if value is not None and known.setdefault((source.sku, name), value) != value:
                faults.append(f"{path}.{name}: {source.sku!r} has another {name} elsewhere")
    prices = _prices(told, faults)
    return {
        sku: Item(
            weight_grams=known.get((sku, "weight_grams")) or 0,
            tags=tuple(sorted(set(known.get((sku, "tags")) or ()))),
            price=prices.get(sku),
        )
        for sku in sorted(wanted)
    }


def _prices(told: DecideIn, faults: list[str]) -> dict[str, Decimal]:
    """What a unit of each SKU is worth by its product; a line's own price goes before it."""
    products = {product.sku: product.price.to_domain() for product in told.products if product.price}
    lines = [line.unit_price.to_domain() for line in told.request.lines if line.unit_price]
    currencies = {price.currency for price in (*products.values(), *lines)}
    if len(currencies) > 1:
        faults.append(f"request.lines: prices are in several currencies: {', '.join(sorted(currencies))}")
    return {sku: price.amount for sku, price in products.items()}
