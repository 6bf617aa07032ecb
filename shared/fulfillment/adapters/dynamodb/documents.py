"""Domain values to and from attributes.

A row is its keys, the few attributes that conditions and indexes need, and ``document``: the whole value as JSON.
Stock, capacity and idempotency rows have no document: every attribute of theirs takes part in a condition.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_document(value: Any) -> str:
    """The value (a frozen dataclass of the domain) as JSON; the same value gives the same bytes."""
    return _adapter(type(value)).dump_json(value).decode()


def from_document(kind: type[T], document: str) -> T:
    """The value back; raises pydantic's ValidationError when the row is not one of ours."""
    value: T = _adapter(kind).validate_json(document)
    return value
