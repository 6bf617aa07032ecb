"""Attribute values on the wire, in the one form in which equal values are equal: ``{"N": "1.0"}`` is ``{"N": "1"}``.

Sizes are DynamoDB's: names and values in UTF-8, two digits of a number a byte, three bytes for a list or map and one
for each thing in it (Developer Guide, "Item sizes and formats").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

Attribute = dict[str, Any]
Item = dict[str, Attribute]

MAX_ITEM_BYTES = 400 * 1024
MAX_DEPTH = 32
DIGITS = 38
SEEN_NUMBERS = 100_000  # texts of numbers whose form is remembered

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_SETS = {"SS": "S", "NS": "N", "BS": "B"}
_ORDERED = frozenset("SNB")


class Invalid(Exception):
    """DynamoDB would answer ValidationException, with this message."""


class NotInMemory(Exception):
    """DynamoDB may do this; the stand-in does not and says so, since a wrong answer would be worse."""


def item_form(item: Any) -> tuple[Item, int]:
    """A copy of the item with all values in their one form, and its size in bytes."""
    form: Item = {}
    total = 0
    for name, value in item.items():
        content = value.get("S") if value.__class__ is dict and len(value) == 1 else None
        if content.__class__ is str and content.isascii() and name.isascii():  # most values by far
            form[name] = {"S": content}
            total += len(name) + len(content)
        else:
            form[name], size = value_form(value)
            total += _length(name) + size
    if total > MAX_ITEM_BYTES:
        raise Invalid("Item size has exceeded the maximum allowed size")
    return form, total


def part_size(item: Item, names: Iterable[str]) -> int:
    """Bytes of some attributes of an item that is in its form already."""
    return sum(_length(name) + value_form(item[name])[1] for name in names if name in item)


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def values_form(values: Any) -> dict[str, Attribute]:
    """ExpressionAttributeValues with all values in their one form."""
    return {name: value_form(value)[0] for name, value in values.items()}


def value_form(value: Any, depth: int = 1) -> tuple[Attribute, int]:
    """A value in its one form, and its size in bytes."""
    if not isinstance(value, dict) or len(value) != 1:
        raise Invalid(
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
            if value
            else "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
        )
    ((kind, content),) = value.items()
    if kind == "S":
        if type(content) is not str:
            content = _text(content)
        return {"S": content}, _length(content)
    if kind == "N":
        if not isinstance(content, str):
            raise Invalid(f"A number is written as text, not as {content!r}")
        if len(content) == 1 and content in "123456789":
            return {"N": content}, 2
        form, size = number_form(content)
        return {"N": form}, size
    return _seldom(kind, content, depth)


def _seldom(kind: str, content: Any, depth: int) -> tuple[Attribute, int]:
    if kind == "B":
        return {"B": _bytes(content)}, len(content)
    if kind == "BOOL":
        if not isinstance(content, bool):
            raise Invalid(f"A BOOL is true or false, not {content!r}")
        return {"BOOL": content}, 1
    if kind == "NULL":
        if content is not True:
            raise Invalid(
                "One or more parameter values were invalid: Null attribute value types must have the value of true"
            )
        return {"NULL": True}, 1
    if kind in _SETS:
        return _set(kind, content)
    if depth >= MAX_DEPTH:
        raise Invalid("Nesting Levels have exceeded supported limits")
    if kind == "L":
        forms = [value_form(each, depth + 1) for each in content]
        return {"L": [form for form, _ in forms]}, 3 + sum(size + 1 for _, size in forms)
    if kind == "M":
        named = {name: value_form(each, depth + 1) for name, each in content.items()}
        size = 3 + sum(len(name.encode()) + size + 1 for name, (_, size) in named.items())
        return {"M": {name: form for name, (form, _) in named.items()}}, size
    raise Invalid(f"Supplied AttributeValue is of no supported datatype: {kind}")


def _text(content: Any) -> str:
    if not isinstance(content, str):
        raise Invalid(f"An S is text, not {content!r}")
    return str.__str__(content)  # an enumeration's member goes over the wire as its text


def _bytes(content: Any) -> bytes:
    if not isinstance(content, bytes | bytearray):
        raise Invalid(f"A B is bytes, not {content!r}")
    return bytes(content)


def _set(kind: str, content: Any) -> tuple[Attribute, int]:
    """Sorted, since a set has no order of its own."""
    forms = [value_form({_SETS[kind]: each}) for each in content]
    members = [next(iter(form.values())) for form, _ in forms]
    if not members:
        raise Invalid("One or more parameter values were invalid: An string set  may not be empty")
    if len(set(members)) != len(members):
        raise Invalid(
            f"One or more parameter values were invalid: Input collection {members} contains duplicates."
        )
    return {kind: sorted(members, key=decimal if kind == "NS" else None)}, sum(size for _, size in forms)


@lru_cache(SEEN_NUMBERS)
def number_form(written: str) -> tuple[str, int]:
    """A number as DynamoDB gives it back, and its size in bytes."""
    if len(written) <= DIGITS and written[:1] in "123456789" and written.isascii() and written.isdigit():
        return written, (len(written.rstrip("0")) + 1) // 2 + 1
    if not _NUMBER.fullmatch(written):
        raise Invalid(f"The parameter cannot be converted to a numeric value: {written}")
    value = Decimal(written)
    digits = value.as_tuple().digits
    first = next((n for n, digit in enumerate(digits) if digit), len(digits))
    significant = len("".join(map(str, digits[first:])).rstrip("0"))
    if significant > DIGITS:
        raise Invalid("Attempting to store more than 38 significant digits in a Number")
    if not value:
        return "0", 1
    if value.adjusted() > 125:
        raise Invalid(
            "Number overflow. Attempting to store a number with magnitude larger than supported range"
        )
    if value.adjusted() < -130:
        raise Invalid(
            "Number underflow. Attempting to store a number with magnitude smaller than supported range"
        )
    whole = f"{value:f}"
    form = whole.rstrip("0").rstrip(".") if "." in whole else whole
    return form, (significant + 1) // 2 + 1 + (value < 0)


@lru_cache(SEEN_NUMBERS)
def decimal(form: str) -> Decimal:
    """A number's value."""
    return Decimal(form)


def sortable(attribute: Attribute) -> tuple[str, Any] | None:
    """Type and comparable value; None for what has no order. Text compares as its UTF-8 bytes do."""
    ((kind, content),) = attribute.items()
    if kind == "N":
        return kind, decimal(content)
    return (kind, content) if kind in _ORDERED else None
