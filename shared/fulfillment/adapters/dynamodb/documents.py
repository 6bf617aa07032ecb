"""Domain values to and from attributes.

A row is its keys, the few attributes that conditions and indexes need, and ``document``: the whole value as JSON
(packed where the row would be more than a KB, see ``rows.packed``).
Stock, capacity and idempotency rows have no document: every attribute of theirs takes part in a condition.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import SerializerFunctionWrapHandler, TypeAdapter, WrapSerializer

from fulfillment.domain.location import Location
from fulfillment.domain.order import Shipment

T = TypeVar("T")


def _with_numbers(location: Location, write: SerializerFunctionWrapHandler) -> Any:
    """Decimals are written as text; an attribute may be either, and one that was a number must come back as one."""
    told = location.attributes.items()
    numbers = {name: float(value) if isinstance(value, Decimal) else value for name, value in told}
    return {**write(location), "attributes": numbers}


_SHAPES: dict[type[Any], Any] = {Location: Annotated[Location, WrapSerializer(_with_numbers)]}
# Written and paid by the KB, several of them with each step: what is as it was in the beginning is left out.
_BRIEF: frozenset[type[Any]] = frozenset({Shipment})
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(_SHAPES.get(kind, kind))
    return _ADAPTERS[kind]


def to_document(value: Any) -> str:
    """The value (a frozen dataclass of the domain) as JSON; the same value without sets gives the same bytes."""
    kind = type(value)
    return _adapter(kind).dump_json(value, exclude_defaults=kind in _BRIEF).decode()


def from_document(kind: type[T], document: str) -> T:
    """The value back; raises pydantic's ValidationError when the row is not one of ours."""
    adapter: TypeAdapter[T] = _adapter(kind)
    return adapter.validate_json(document)
