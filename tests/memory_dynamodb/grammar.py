"""Expressions as trees. What DynamoDB refuses to parse is refused here: reserved words, arithmetic in conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from tests.memory_dynamodb.attributes import Invalid, NotInMemory

MAX_EXPRESSION_BYTES = 4096
MAX_IN = 100
MAX_OPERATORS = 300
COMPARATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
CONDITIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}
RESERVED = frozenset(word.upper() for word in ReservedKeywords.get_reserved_keywords())

_TOKEN = re.compile(r"\s*(?:([#:]?[A-Za-z_0-9]+)|(<>|<=|>=|[=<>(),.\[\]+-])|(\S))")

Check = Callable[[Mapping[str, Any]], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Path:
    """An attribute, or a part of one."""

    parts: tuple[str | int, ...]


@dataclass(frozen=True)
class Value:
    """A name of ExpressionAttributeValues."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function with its arguments; comparators, AND, OR, NOT, BETWEEN, IN, + and - are functions too."""

    function: str
    arguments: tuple[Any, ...]


Tree = Path | Value | Call


@dataclass
class Parser:
    """Reads one expression; remembers which names and values it used."""

    kind: str  # ConditionExpression, UpdateExpression, ...
    text: str
    names: Mapping[str, str]
    value_names: frozenset[str]
    used: set[str]
    checks: list[Check]  # of the values themselves, before any row is looked at
    _tokens: list[str] = field(default_factory=list)
    _at: int = 0
    _group: tuple[int, int] = (-1, -1)  # where the last parenthesis that was closed stands

    def __post_init__(self) -> None:
        if not self.text:
            raise self.error("The expression can not be empty;")
        if len(self.text.encode()) > MAX_EXPRESSION_BYTES:
            raise self.error("Expression size has exceeded the maximum allowed size;")
        for match in _TOKEN.finditer(self.text):
            word, mark, strange = match.groups()
            if strange:
                raise self.error(f'Syntax error; token: "{strange}"')
            self._tokens.append(word or mark)

    def within_limits(self, trees: list[Any]) -> None:
        """Comparators, functions, AND, OR, NOT, + and - count together."""
        if sum(map(_operators, trees)) > MAX_OPERATORS:
            raise self.error("The expression contains too many operators;")

    def error(self, message: str) -> Invalid:
        """As DynamoDB words it."""
        return Invalid(f"Invalid {self.kind}: {message}")

    def whole(self, read: Callable[[], T]) -> T:
        """What ``read`` reads, which must be everything."""
        tree = read()
        if self._peek():
            raise self._syntax()
        return tree

    # --- conditions

    def condition(self) -> Call:
        """OR of ANDs of NOTs."""
        left = self._and()
        while self._take_word("OR"):
            left = Call("OR", (left, self._and()))
        return left

    def _and(self) -> Call:
        left = self._not()
        while self._take_word("AND"):
            left = Call("AND", (left, self._not()))
        return left

    def _not(self) -> Call:
        if self._take_word("NOT"):
            return Call("NOT", (self._not(),))
        return self._simple()

    def _simple(self) -> Call:
        if self._take("("):
            start = self._at
            inside = self.condition()
            if self._group == (start, self._at - 1) and self._peek() == ")":
                raise self.error("The expression has redundant parentheses;")
            self._group = (start - 1, self._at)
            self._expect(")")
            return inside
        name = self._peek()
        if self._next_is_call() and name in CONDITIONS:
            return self._distinct(name, tuple(self._call(name, CONDITIONS[name])))
        left = self._operand()
        if self._take_word("BETWEEN"):
            low = self._operand()
            if not self._take_word("AND"):
                raise self._syntax()
            return self._distinct("BETWEEN", (left, low, self._operand()))
        if self._take_word("IN"):
            self._expect("(")
            options = self._list(self._operand)
            self._expect(")")
            if len(options) > MAX_IN:
                raise self.error("The IN operator is provided with too many operands;")
            return self._distinct("IN", (left, *options))
        comparator = self._peek()
        if comparator not in COMPARATORS:
            raise self._syntax()
        self._at += 1
        return self._distinct(comparator, (left, self._operand()))

    def _distinct(self, function: str, arguments: tuple[Any, ...]) -> Call:
        if isinstance(arguments[0], Path) and arguments[0] in arguments[1:]:
            raise self.error(
                "The first operand must be distinct from the remaining operands for this operator or function; "
                f"operator: {function}"
            )
        return Call(function, arguments)

    def _operand(self) -> Tree:
        name = self._peek()
        if self._next_is_call():
            if name == "size":
                return Call("size", tuple(self._call("size", 1)))
            if name in CONDITIONS:
                raise self.error(
                    f"The function is not allowed to be used this way in an expression; function: {name}"
                )
            raise self.error(f"Invalid function name; function: {name}")
        return self._value() if name.startswith(":") else self.path()

    def _call(self, name: str, arguments: int) -> list[Tree]:
        self._at += 2
        found = self._list(self._operand)
        self._expect(")")
        if len(found) != arguments:
            raise self.error(
                f"Incorrect number of operands for operator or function; operator or function: {name}, "
                f"number of operands: {len(found)}"
            )
        if not isinstance(found[0], Path) and name.startswith("attribute"):
            raise self.error(f"Operator or function requires a document path; operator or function: {name}")
        return found

    # --- updates

    def update(self) -> list[Call]:
        """The actions of all clauses, in their order: SET, REMOVE, ADD and DELETE with their path first."""
        clauses = {
            "SET": self._assignment,
            "REMOVE": lambda: (self.path(),),
            "ADD": lambda: (self.path(), self._value()),
            "DELETE": lambda: (self.path(), self._value()),
        }
        actions: list[Call] = []
        seen: set[str] = set()
        while word := self._peek().upper():
            if word not in clauses:
                raise self._syntax()
            if word in seen:
                raise self.error(f'The "{word}" section can only be used once in an update expression;')
            seen.add(word)
            self._at += 1
            actions += [Call(word, found) for found in self._list(clauses[word])]
        return actions

    def _assignment(self) -> tuple[Tree, Tree]:
        path = self.path()
        self._expect("=")
        left = self._term()
        for sign in "+-":
            if self._take(sign):
                return path, Call(sign, (left, self._term()))
        return path, left

    def _term(self) -> Tree:
        name = self._peek()
        if name == "(":
            raise NotInMemory("Parentheses in an update")
        if not self._next_is_call():
            return self._value() if name.startswith(":") else self.path()
        if name not in ("if_not_exists", "list_append"):
            raise self.error(f"Invalid function name; function: {name}")
        self._at += 2
        arguments = tuple(self._list(self._term))
        self._expect(")")
        if len(arguments) != 2:
            raise self.error(
                f"Incorrect number of operands for operator or function; operator or function: {name}, "
                f"number of operands: {len(arguments)}"
            )
        if name == "if_not_exists" and not isinstance(arguments[0], Path):
            raise self.error(f"Operator or function requires a document path; operator or function: {name}")
        return Call(name, arguments)

    # --- paths and values

    def paths(self) -> list[Path]:
        """A projection."""
        return self._list(self.path)

    def path(self) -> Path:
        parts: list[str | int] = [self._name()]
        while True:
            if self._take("."):
                parts.append(self._name())
            elif self._take("["):
                if not self._peek().isdigit():
                    raise self._syntax()
                parts.append(int(self._peek()))
                self._at += 1
                self._expect("]")
            else:
                return Path(tuple(parts))

    def _name(self) -> str:
        name = self._peek()
        if name.startswith("#"):
            if name not in self.names:
                raise self.error(
                    "An expression attribute name used in the document path is not defined; "
                    f"attribute name: {name}"
                )
            self.used.add(name)
            self._at += 1
            return self.names[name]
        if not name or not name[0].isalpha():
            raise self._syntax()
        if name.upper() in RESERVED:
            raise self.error(f"Attribute name is a reserved keyword; reserved keyword: {name}")
        self._at += 1
        return name

    def _value(self) -> Value:
        name = self._peek()
        if not name.startswith(":"):
            raise self._syntax()
        if name not in self.value_names:
            raise self.error(
                f"An expression attribute value used in expression is not defined; attribute value: {name}"
            )
        self.used.add(name)
        self._at += 1
        return Value(name)

    # --- tokens

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next_is_call(self) -> bool:
        word = self._peek()
        follows = self._tokens[self._at + 1 : self._at + 2] == ["("]
        return follows and word[0].isalpha() and word.upper() not in ("NOT", "IN")

    def _take(self, mark: str) -> bool:
        taken = self._peek() == mark
        self._at += taken
        return taken

    def _take_word(self, word: str) -> bool:
        taken = self._peek().upper() == word
        self._at += taken
        return taken

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise self._syntax()

    def _list(self, read: Callable[[], T]) -> list[T]:
        found = [read()]
        while self._take(","):
            found.append(read())
        return found

    def _syntax(self) -> Invalid:
        token = self._peek() or "<EOF>"
        near = " ".join(self._tokens[max(0, self._at - 1) : self._at + 2])
        return self.error(f'Syntax error; token: "{token}", near: "{near}"')


# --- trees


def _operators(tree: Tree) -> int:
    return 1 + sum(map(_operators, tree.arguments)) if isinstance(tree, Call) else 0


def top(path: Path) -> str:
    if len(path.parts) > 1:
        raise NotInMemory(f"The in-memory DynamoDB writes and projects whole attributes only: {path.parts}")
    return str(path.parts[0])


def top_names(tree: Tree) -> set[str]:
    if isinstance(tree, Path):
        return {str(tree.parts[0])}
    return set() if isinstance(tree, Value) else {name for part in tree.arguments for name in top_names(part)}


def no_overlap(parser: Parser, paths: list[Path]) -> None:
    for n, path in enumerate(paths):
        for other in paths[:n]:
            shorter = min(len(path.parts), len(other.parts))
            if path.parts[:shorter] == other.parts[:shorter]:
                raise parser.error(
                    "Two document paths overlap with each other; must remove or rewrite one of these paths; "
                    f"path one: {list(other.parts)}, path two: {list(path.parts)}"
                )
