"""Conditions as functions of an item and the request's values."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from tests.memory_dynamodb.attributes import Attribute, Item, NotInMemory, sortable
from tests.memory_dynamodb.grammar import Call, Parser, Tree, Value

Values = Mapping[str, Attribute]
Test = Callable[[Item, Values], bool]
Get = Callable[[Item, Values], Attribute | None]

TYPES = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL"})


def as_test(parser: Parser, tree: Call, kinds: Mapping[str, str]) -> Test:
    function, arguments = tree.function, tree.arguments
    if function in ("AND", "OR", "NOT"):
        return _logic(function, [as_test(parser, part, kinds) for part in arguments])
    _operand_types(parser, tree, kinds)
    gets = [getter(part) for part in arguments]
    return _TESTS[function](*gets)


def _logic(function: str, parts: list[Test]) -> Test:
    first, last = parts[0], parts[-1]
    if function == "AND":
        return lambda item, values: first(item, values) and last(item, values)
    if function == "OR":
        return lambda item, values: first(item, values) or last(item, values)
    return lambda item, values: not first(item, values)


def _operand_types(parser: Parser, tree: Call, kinds: Mapping[str, str]) -> None:
    """Values, whose types are known before any row, must be what the operator takes."""
    allowed: Iterable[str] = TYPES
    if tree.function in ("<", "<=", ">", ">=", "BETWEEN"):
        allowed = ("S", "N", "B")
    if tree.function == "begins_with":
        allowed = ("S", "B")
    if tree.function == "attribute_type":
        allowed = ("S",)
    told = [kinds[part.name] for part in tree.arguments if isinstance(part, Value)]
    for kind in told:
        if kind not in allowed:
            raise parser.error(
                "Incorrect operand type for operator or function; "
                f"operator or function: {tree.function}, operand type: {kind}"
            )
    if tree.function == "BETWEEN":
        _bounds(parser, *tree.arguments[1:], kinds)
    if tree.function == "attribute_type":
        if not isinstance(tree.arguments[1], Value):
            raise NotInMemory("attribute_type of another attribute")
        parser.checks.append(partial(_known_type, parser, tree.arguments[1].name))


def _bounds(parser: Parser, low: Tree, high: Tree, kinds: Mapping[str, str]) -> None:
    if not isinstance(low, Value) or not isinstance(high, Value):
        return
    between = (kinds[low.name], kinds[high.name])
    if between[0] != between[1]:
        raise parser.error(
            "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: "
            f"AttributeValue: {between[0]}, upper bound operand: AttributeValue: {between[1]}"
        )
    parser.checks.append(partial(_not_upside_down, parser, low.name, high.name))


def _not_upside_down(parser: Parser, low: str, high: str, values: Values) -> None:
    one, other = sortable(values[low]), sortable(values[high])
    if one and other and one[1] > other[1]:
        raise parser.error(
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            f"lower bound operand: AttributeValue: {values[low]}, upper bound operand: AttributeValue: {values[high]}"
        )


def _known_type(parser: Parser, name: str, values: Values) -> None:
    wanted = values[name]["S"]
    if wanted not in TYPES:
        raise parser.error(
            f"Invalid attribute type name found; type: {wanted}, valid types: {{{','.join(sorted(TYPES))}}}"
        )


def getter(tree: Tree) -> Get:
    if isinstance(tree, Value):
        value_name = tree.name
        return lambda item, values: values[value_name]
    if isinstance(tree, Call):
        inner = getter(tree.arguments[0])
        return lambda item, values: _size(inner(item, values))
    if len(tree.parts) == 1:
        name: Any = tree.parts[0]
        return lambda item, values: item.get(name)
    parts = tree.parts
    return lambda item, values: _inside(item, parts)


def _inside(item: Item, parts: tuple[str | int, ...]) -> Attribute | None:
    found: Any = {"M": item}
    for part in parts:
        inner = (found or {}).get("M" if isinstance(part, str) else "L", ())
        known = part in inner if isinstance(part, str) else part < len(inner)
        found = inner[part] if known else None
    return found  # type: ignore[no-any-return]


def _size(attribute: Attribute | None) -> Attribute | None:
    if attribute is None:
        return None
    ((kind, content),) = attribute.items()
    if kind == "S":
        return {"N": str(len(content.encode("utf-16-le")) // 2)}  # as DynamoDB Local counts
    return None if kind in ("N", "BOOL", "NULL") else {"N": str(len(content))}


def _equal(left: Get, right: Get) -> Test:
    def test(item: Item, values: Values) -> bool:
        found = left(item, values)
        return found is not None and found == right(item, values)

    return test


def _unequal(left: Get, right: Get) -> Test:
    return lambda item, values: left(item, values) != right(item, values)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Get, Get], Test]:
    def build(left: Get, right: Get) -> Test:
        def test(item: Item, values: Values) -> bool:
            a, b = left(item, values), right(item, values)
            if a is None or b is None:
                return False
            one, other = sortable(a), sortable(b)
            return one is not None and other is not None and one[0] == other[0] and compare(one[1], other[1])

        return test

    return build


def _between(value: Get, low: Get, high: Get) -> Test:
    at_least, at_most = _ordered(operator.ge)(value, low), _ordered(operator.le)(value, high)
    return lambda item, values: at_least(item, values) and at_most(item, values)


def _in(value: Get, *options: Get) -> Test:
    tests = [_equal(value, option) for option in options]
    return lambda item, values: any(test(item, values) for test in tests)


def _begins_with(value: Get, start: Get) -> Test:
    def test(item: Item, values: Values) -> bool:
        a, b = value(item, values), start(item, values)
        if a is None or b is None or a.keys() != b.keys() or a.keys() - {"S", "B"}:
            return False
        (content,), (prefix,) = a.values(), b.values()
        return bool(content.startswith(prefix))

    return test


def _contains(value: Get, part: Get) -> Test:
    members = {"SS": "S", "NS": "N", "BS": "B"}

    def test(item: Item, values: Values) -> bool:
        a, b = value(item, values), part(item, values)
        if a is None or b is None:
            return False
        ((kind, content),), ((kind_b, content_b),) = a.items(), b.items()
        if kind == "L":
            return b in content
        return members.get(kind, kind) == kind_b and kind in {"S", "B", *members} and content_b in content

    return test


def _attribute_type(value: Get, kind: Get) -> Test:
    return lambda item, values: (kind(item, values) or {}).get("S") in (value(item, values) or {})


_TESTS: dict[str, Callable[..., Test]] = {
    "=": _equal,
    "<>": _unequal,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "BETWEEN": _between,
    "IN": _in,
    "begins_with": _begins_with,
    "contains": _contains,
    "attribute_type": _attribute_type,
    "attribute_exists": lambda value: lambda item, values: value(item, values) is not None,
    "attribute_not_exists": lambda value: lambda item, values: value(item, values) is None,
}
