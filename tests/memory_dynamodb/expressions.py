"""Expressions as functions of an item. Each text is read once for each set of names and types of values it comes with.

All that can be said of a request without looking at the row is checked then: syntax, reserved words, names and values
undefined or unused, types that an operator does not take, keys that an update may not touch, paths that overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from tests.memory_dynamodb.attributes import Attribute, Invalid, Item, values_form
from tests.memory_dynamodb.conditions import Test, Values, as_test
from tests.memory_dynamodb.grammar import Call, Check, Parser, Path, Value, no_overlap, top, top_names
from tests.memory_dynamodb.updates import as_change


class Told(NamedTuple):
    """The names of a request and the types of its values, by which a plan is found again."""

    names: tuple[tuple[str, str], ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()


_NOTHING = Told()
_NO_VALUES: Mapping[str, Attribute] = {}


def told(request: Mapping[str, Any]) -> tuple[Told, Mapping[str, Attribute]]:
    """What the request tells beside its expressions, and its values in their form."""
    names, given = request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues")
    if names is None and given is None:
        return _NOTHING, _NO_VALUES
    for kind, pairs in (("Names", names), ("Values", given)):
        if pairs is not None and not pairs:
            raise Invalid(f"ExpressionAttribute{kind} must not be empty")
    values = values_form(given) if given else _NO_VALUES
    kinds = tuple([(name, *value) for name, value in values.items()])
    return Told(tuple(names.items()) if names else (), kinds), values


class Range(NamedTuple):
    """What a query asks of the sort key: ``=``, ``<``, ``<=``, ``>``, ``>=``, BETWEEN or begins_with."""

    function: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A Query or Scan."""

    partition: str = ""  # the value's name
    range: Range | None = None
    keep: Test | None = None
    project: Callable[[Item], Item] | None = None
    projected: frozenset[str] = frozenset()
    filtered: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Writing:
    """A condition, an update or both."""

    condition: Test | None = None
    update: Callable[[Item, Values], Item] | None = None
    touched: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()


class _Plan:
    """The expressions of one request, which share names and values."""

    def __init__(self, told: Told) -> None:
        self.names = dict(told.names)
        self.kinds = dict(told.kinds)
        self._used: set[str] = set()
        self._checks: list[Check] = []
        for kind, keys, mark in (("Names", self.names, "#"), ("Values", self.kinds, ":")):
            for key in keys:
                if not key.startswith(mark) or len(key) < 2:
                    raise Invalid(
                        f'ExpressionAttribute{kind} contains invalid key: Syntax error; key: "{key}"'
                    )

    def parser(self, kind: str, text: str) -> Parser:
        return Parser(kind, text, self.names, frozenset(self.kinds), self._used, self._checks)

    def finished(self) -> tuple[Check, ...]:
        """Checks of the values, when nothing told was left unused."""
        for kind, keys in (("Names", self.names), ("Values", self.kinds)):
            if unused := keys.keys() - self._used:
                listed = ", ".join(sorted(unused))
                raise Invalid(
                    f"Value provided in ExpressionAttribute{kind} unused in expressions: keys: {{{listed}}}"
                )
        return tuple(self._checks)


@cache
def writing(update: str | None, condition: str | None, told: Told, keys: frozenset[str]) -> Writing:
    """The expressions of a Put, Update, Delete or ConditionCheck; an update may not touch ``keys``."""
    plan = _Plan(told)
    test = change = None
    touched: tuple[str, ...] = ()
    if update is not None:
        parser = plan.parser("UpdateExpression", update)
        actions = parser.whole(parser.update)
        parser.within_limits([part for action in actions for part in action.arguments])
        change = as_change(parser, actions, plan.kinds, keys)
        touched = tuple(top(action.arguments[0]) for action in actions)
    if condition is not None:
        parser = plan.parser("ConditionExpression", condition)
        tree = parser.whole(parser.condition)
        parser.within_limits([tree])
        test = as_test(parser, tree, plan.kinds)
    return Writing(test, change, touched, plan.finished())


@cache
def reading(
    key_condition: str | None,
    filtered: str | None,
    projection: str | None,
    told: Told,
    keys: tuple[str, ...],
) -> Reading:
    """The expressions of a Get, Query or Scan of a table or index with these keys."""
    plan = _Plan(told)
    partition, range_ = "", None
    keep = project = None
    projected = filtered_names = frozenset[str]()
    if key_condition is not None:
        parser = plan.parser("KeyConditionExpression", key_condition)
        partition, range_ = _key_condition(parser.whole(parser.condition), keys)
    if filtered is not None:
        parser = plan.parser("FilterExpression", filtered)
        tree = parser.whole(parser.condition)
        parser.within_limits([tree])
        filtered_names = frozenset(top_names(tree))
        for name in filtered_names:
            if key_condition is not None and name in keys:
                raise Invalid(
                    "Filter Expression can only contain non-primary key attributes: "
                    f"Primary key attribute: {name}"
                )
        keep = as_test(parser, tree, plan.kinds)
    if projection is not None:
        parser = plan.parser("ProjectionExpression", projection)
        paths = parser.whole(parser.paths)
        no_overlap(parser, paths)
        names = [top(path) for path in paths]
        projected = frozenset(names)
        project = lambda item: {name: item[name] for name in names if name in item}  # noqa: E731 - closes over names
    return Reading(partition, range_, keep, project, projected, filtered_names, plan.finished())


def _key_condition(tree: Call, keys: tuple[str, ...]) -> tuple[str, Range | None]:
    parts = list(tree.arguments) if tree.function == "AND" else [tree]
    by_name: dict[str, Range] = {}
    for part in parts:
        if part.function not in ("=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"):
            raise Invalid(f"Invalid operator used in KeyConditionExpression: {part.function}")
        path, *values = part.arguments
        if part.function == "=" and isinstance(path, Value):
            path, values = values[0], [path]
        if not isinstance(path, Path) or not all(isinstance(value, Value) for value in values):
            raise Invalid("Invalid condition in KeyConditionExpression: A key is compared with a value")
        name = top(path)
        if name in by_name:
            raise Invalid("KeyConditionExpressions must only contain one condition per key")
        by_name[name] = Range(part.function, tuple(value.name for value in values))
    hashed = by_name.pop(keys[0], None)
    if hashed is None:
        raise Invalid(f"Query condition missed key schema element: {keys[0]}")
    if hashed.function != "=":
        raise Invalid("Query key condition not supported")
    if not by_name:
        return hashed.values[0], None
    if len(keys) < 2 or by_name.keys() != {keys[1]}:
        raise Invalid("Query condition missed key schema element: " + (keys[1] if len(keys) > 1 else "none"))
    return hashed.values[0], by_name[keys[1]]
