"""Values of the domain as JSON values, and back: the types say how, so a value comes back as what it was.

What is None, False, nothing or empty *and* the field's default is left out. So a field that is added later, with such a
default, changes nothing in what was written before it; every other default is written out, and may change one day.
Decimals are strings, times ISO 8601, sets sorted lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

Plain = Any  # None, bool, int, float, str, and lists and objects of these


class Codec(NamedTuple):
    """How one type is written and read."""

    write: Callable[[Any], Plain]
    read: Callable[[Plain], Any]


class Unreadable(ValueError):
    """No such value is written so."""


def to_plain(kind: Any, value: Any) -> Plain:
    """The value, which is of this type, as JSON values."""
    return codec(kind).write(value)


def from_plain(kind: Any, plain: Plain) -> Any:
    """The value of this type that was written so; Unreadable when none was."""
    try:
        return codec(kind).read(plain)
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise Unreadable(f"not a {getattr(kind, '__name__', kind)}: {error}") from error


@cache
def codec(kind: Any) -> Codec:
    """How values of this type are written and read; made once a type."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _either(get_args(kind))
    if origin is Literal:
        return _SAME
    if origin is tuple:
        return _sequence(codec(get_args(kind)[0]))
    if origin is frozenset:
        return _set(codec(get_args(kind)[0]))
    if origin is not None and issubclass(origin, Mapping):
        key, value = get_args(kind)
        return _mapping(_KEYS[key if isinstance(key, type) else str], codec(value))
    if is_dataclass(kind):
        return _record(kind)
    return _SCALARS[kind]


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    return str(value)


def _iso(value: Any) -> str:
    text: str = value.isoformat()
    return text


_SAME = Codec(_same, _same)
_SCALARS: dict[Any, Codec] = {
    **dict.fromkeys((bool, int, float, str, NoneType), _SAME),
    Decimal: Codec(_text, Decimal),
    datetime: Codec(_iso, datetime.fromisoformat),
    date: Codec(_iso, date.fromisoformat),
    time: Codec(_iso, time.fromisoformat),
}
_KEYS = {str: _SAME, int: Codec(_text, int), date: _SCALARS[date]}


def _either(kinds: tuple[Any, ...]) -> Codec:
    """One of several types: with None, or scalars that JSON tells apart. A Decimal beside text is marked."""
    some = [kind for kind in kinds if kind is not NoneType]
    if len(some) > 1:
        return _ATTRIBUTE if Decimal in some else _SAME
    inner = codec(some[0])

    def write(value: Any) -> Plain:
        return None if value is None else inner.write(value)

    def read(plain: Plain) -> Any:
        return None if plain is None else inner.read(plain)

    return Codec(write, read)


def _write_attribute(value: Any) -> Plain:
    return {"decimal": str(value)} if isinstance(value, Decimal) else value


def _read_attribute(plain: Plain) -> Any:
    return Decimal(plain["decimal"]) if isinstance(plain, dict) else plain


_ATTRIBUTE = Codec(_write_attribute, _read_attribute)


def _sequence(inner: Codec) -> Codec:
    def write(value: Any) -> Plain:
        return [inner.write(item) for item in value]

    def read(plain: Plain) -> Any:
        return tuple(inner.read(item) for item in plain)

    return Codec(write, read)


def _set(inner: Codec) -> Codec:
    def write(value: Any) -> Plain:
        return sorted(inner.write(item) for item in value)

    def read(plain: Plain) -> Any:
        return frozenset(inner.read(item) for item in plain)

    return Codec(write, read)


def _mapping(keys: Codec, values: Codec) -> Codec:
    def write(value: Any) -> Plain:
        return {keys.write(key): values.write(item) for key, item in value.items()}

    def read(plain: Plain) -> Any:
        return {keys.read(key): values.read(item) for key, item in plain.items()}

    return Codec(write, read)


def _record(kind: Any) -> Codec:
    """A dataclass as an object of its fields."""
    hints = get_type_hints(kind)
    codecs = {field.name: codec(hints[field.name]) for field in fields(kind)}
    left_out = {field.name: _default(field) for field in fields(kind)}

    def write(value: Any) -> Plain:
        plain = {}
        for name, inner in codecs.items():
            item = getattr(value, name)
            if item or item != left_out[name]:
                plain[name] = inner.write(item)
        return plain

    def read(plain: Plain) -> Any:
        return kind(**{name: codecs[name].read(item) for name, item in plain.items()})

    return Codec(write, read)


def _default(field: Field[Any]) -> Any:
    """The field's default; itself MISSING, and so like no value, where there is none."""
    return field.default_factory() if field.default_factory is not MISSING else field.default
