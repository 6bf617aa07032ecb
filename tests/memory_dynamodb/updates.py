"""Updates as functions of an item and the request's values; the item itself is never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, localcontext
from typing import Any

from tests.memory_dynamodb.attributes import Attribute, Invalid, Item, number_form, value_form
from tests.memory_dynamodb.conditions import Values, getter
from tests.memory_dynamodb.grammar import Call, Parser, Path, Tree, Value, no_overlap, top

Change = Callable[[Item, Values], Attribute]

MISSING = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"


def as_change(
    parser: Parser, actions: list[Call], kinds: Mapping[str, str], keys: frozenset[str]
) -> Callable[[Item, Values], Item]:
    paths: list[Path] = [action.arguments[0] for action in actions]
    no_overlap(parser, paths)
    for path in paths:
        if path.parts[0] in keys:
            raise Invalid(
                "One or more parameter values were invalid: "
                f"Cannot update attribute {path.parts[0]}. This attribute is part of the key"
            )
    changes = [
        (top(a.arguments[0]), _change(parser, a, kinds)) for a in actions if a.function in ("SET", "ADD")
    ]
    taken = [(top(a.arguments[0]), a.arguments[1].name) for a in actions if a.function == "DELETE"]
    removed = [top(action.arguments[0]) for action in actions if action.function == "REMOVE"]
    for _, name in taken:
        _must_be(parser, "DELETE", kinds[name], ("SS", "NS", "BS"))

    def apply(item: Item, values: Values) -> Item:
        new = dict(item)
        for name, change in changes:
            new[name] = change(item, values)
        for name, value in taken:
            _take_away(new, name, values[value])
        for name in removed:
            new.pop(name, None)
        return new

    return apply


def _change(parser: Parser, action: Call, kinds: Mapping[str, str]) -> Change:
    path, operand = action.arguments
    if action.function == "ADD":
        _must_be(parser, "ADD", kinds[operand.name], ("N", "SS", "NS", "BS"))
        name, value_name = top(path), operand.name
        return lambda item, values: _added(item.get(name), values[value_name])
    return _term(parser, operand, kinds)


def _term(parser: Parser, tree: Tree, kinds: Mapping[str, str]) -> Change:
    if not isinstance(tree, Call):
        get = getter(tree)
        return lambda item, values: _there(get(item, values))
    if tree.function == "if_not_exists":
        found, otherwise = getter(tree.arguments[0]), _term(parser, tree.arguments[1], kinds)
        # DynamoDB looks at both
        return lambda item, values: (
            (otherwise(item, values), found(item, values))[1] or otherwise(item, values)
        )
    allowed = ("L",) if tree.function == "list_append" else ("N",)
    for part in tree.arguments:
        if isinstance(part, Value):
            _must_be(parser, tree.function, kinds[part.name], allowed)
    left, right = (_term(parser, part, kinds) for part in tree.arguments)
    if tree.function == "list_append":
        return lambda item, values: {"L": [*_of("L", left(item, values)), *_of("L", right(item, values))]}
    sign = 1 if tree.function == "+" else -1
    return lambda item, values: _sum(left(item, values), right(item, values), sign)


def _must_be(parser: Parser, function: str, kind: str, allowed: tuple[str, ...]) -> None:
    if kind not in allowed:
        raise parser.error(
            "Incorrect operand type for operator or function; "
            f"operator or function: {function}, operand type: {kind}"
        )


def _there(found: Attribute | None) -> Attribute:
    if found is None:
        raise Invalid(MISSING)
    return found


def _of(kind: str, attribute: Attribute) -> Any:
    if kind not in attribute:
        raise Invalid(WRONG_TYPE)
    return attribute[kind]


def _sum(left: Attribute, right: Attribute, sign: int) -> Attribute:
    a, b = _of("N", left), _of("N", right)
    if len(a) < 16 and len(b) < 16 and "." not in a and "." not in b:
        return {"N": str(int(a) + sign * int(b))}
    return {"N": number_form(_exact(a, b, sign))[0]}


def _exact(a: str, b: str, sign: int) -> str:
    """Decimals without rounding; a sum of more than 38 digits is refused by ``number_form``."""
    with localcontext(prec=300):
        return str(Decimal(a) + sign * Decimal(b))


def _added(found: Attribute | None, value: Attribute) -> Attribute:
    if found is None:
        return value
    if found.keys() != value.keys():
        raise Invalid(WRONG_TYPE)
    if "N" in value:
        return _sum(found, value, 1)
    ((kind, members),) = value.items()
    return value_form({kind: list({*found[kind], *members})})[0]


def _take_away(item: Item, name: str, value: Attribute) -> None:
    found = item.get(name)
    if found is None:
        return
    if found.keys() != value.keys():
        raise Invalid(WRONG_TYPE)
    ((kind, members),) = value.items()
    if left := [member for member in found[kind] if member not in members]:
        item[name] = {kind: left}
    else:
        del item[name]
