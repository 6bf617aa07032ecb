"""What the documents of operations check in the same way: decimals that stay exact, lists without repeats, faults that
belong to a field deep inside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, PlainSerializer, PlainValidator, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

T = TypeVar("T")

Step = int | str

AMOUNT = r"^\d{1,12}(\.\d{1,4})?$"  # as `requests.MoneyIn`
RATIO = r"^\d{1,4}(\.\d{1,9})?$"
_AMOUNT, _RATIO = re.compile(AMOUNT, re.ASCII), re.compile(RATIO, re.ASCII)
_MOST_RATIO = 1_000


def _amount(value: object) -> Decimal:
    """Money is never a binary fraction: 0.1 is not a tenth."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not _AMOUNT.fullmatch(text):
        told = 'must be an amount of at least 0: a whole number, or a decimal in quotes such as "12500.50"'
        raise PydanticCustomError("not_an_amount", told)
    return Decimal(text)


def _ratio(value: object) -> Decimal:
    """A float's shortest decimal is the one that was written."""
    text = value if isinstance(value, str) else ""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _MOST_RATIO:
        text = format(Decimal(repr(value)), "f")
    if not _RATIO.fullmatch(text) or Decimal(text) > _MOST_RATIO:
        told = f"must be a number from 0 to {_MOST_RATIO} of at most nine decimals, such as 0.5"
        raise PydanticCustomError("not_a_ratio", told)
    return Decimal(text)


def _share(value: object) -> Decimal:
    try:
        share = _ratio(value)
    except PydanticCustomError:
        share = Decimal(2)
    if share > 1:
        raise PydanticCustomError("not_a_share", "must be a number from 0 to 1, such as 0.05")
    return share


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise PydanticCustomError(
            "unknown_timezone", "must be an IANA time zone such as Asia/Jakarta"
        ) from error
    return name


Timezone = Annotated[str, AfterValidator(_timezone)]


def _written(pattern: str, number: str, most: int, example: str) -> WithJsonSchema:
    numbers = {"type": number, "minimum": 0, "maximum": most}
    return WithJsonSchema({"anyOf": [{"type": "string", "pattern": pattern}, numbers], "examples": [example]})


_AS_TEXT = PlainSerializer(lambda value: format(value, "f"), return_type=str)  # never with an exponent

Amount = Annotated[
    Decimal, PlainValidator(_amount), _AS_TEXT, _written(AMOUNT, "integer", 999_999_999_999, "12500.50")
]
Ratio = Annotated[Decimal, PlainValidator(_ratio), _AS_TEXT, _written(RATIO, "number", _MOST_RATIO, "0.5")]
Share = Annotated[Decimal, PlainValidator(_share), _AS_TEXT, _written(RATIO, "number", 1, "0.05")]


@dataclass
class Faults:
    """What does not fit together, each fault at the field to change; ``require_none`` tells all of them at once."""

    found: list[InitErrorDetails] = field(default_factory=list)

    def add(self, path: Sequence[Step], code: str, message: str) -> None:
        """Note a fault at the field of this path, counted from the model that checks."""
        error = PydanticCustomError(code, "{told}", {"told": message})
        self.found.append(InitErrorDetails(type=error, loc=tuple(path), input=None))

    def require_none(self) -> None:
        """Raise pydantic's ValidationError when there is a fault; within a validator it keeps the paths."""
        if self.found:
            raise ValidationError.from_exception_data("document", self.found)


def no_repeats(values: list[T]) -> list[T]:
    """The list, when it names nothing twice."""
    faults, seen = Faults(), set[T]()
    for place, value in enumerate(values):
        if value in seen:
            faults.add((place,), "repeated", f"{value} stands there twice")
        seen.add(value)
    faults.require_none()
    return values


def ascending(values: list[float]) -> list[float]:
    """The list, when each value is more than the one before."""
    faults = Faults()
    for place in range(1, len(values)):
        if values[place] <= values[place - 1]:
            told = f"must be more than the one before ({values[place - 1]:g})"
            faults.add((place,), "not_ascending", told)
    faults.require_none()
    return values
