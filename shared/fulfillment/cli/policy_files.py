"""Policies as files: YAML or JSON to the same document that ``PUT /v1/policies/{name}`` takes, every fault at its line.

The text is read as YAML 1.2 has it (of which JSON is a part), so that ``NO`` is Norway, ``15:00`` a time of day and
``2027-01-01`` a day. Tags, anchors and aliases are refused: a policy needs none, and a few lines of aliases can stand
for gigabytes. Shipped policies lie in ``fulfillment/policies``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fulfillment.api.policy_document import PolicyDoc
from fulfillment.cli.report import MAX_SHOWN
from fulfillment.domain.policy import Policy

MAX_BYTES = 64 * 1024  # twenty times what is shipped; a policy that a person can still read
MAX_DEPTH = 20  # a policy has seven levels
_TOO_LONG = f"is longer than {MAX_BYTES:,} bytes, which a policy may have"
SUFFIX = ".yaml"
SHIPPED = files("fulfillment") / "policies"

Node = yaml.nodes.Node


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. ``line`` and ``column`` count from 1; ``field`` is empty for the file as a whole."""

    line: int
    column: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.line}: {self.field}: {self.message}" if self.field else f"{self.line}: {self.message}"


class BadPolicy(Exception):
    """A file that is no policy. ``faults`` are the first that were found, by their lines; ``more`` come after them."""

    def __init__(self, file: str, faults: Sequence[Fault], more: int = 0) -> None:
        self.file = file
        ordered = sorted(faults, key=lambda fault: (fault.line, fault.column))
        self.faults = tuple(ordered[:MAX_SHOWN])
        more += len(ordered[MAX_SHOWN:])
        lines = [f"{file}:{fault}" for fault in self.faults]
        super().__init__("\n".join([*lines, f"... and {more} more"] if more else lines))


class _Loader(yaml.SafeLoader):
    """Composes nodes; what a plain word means is said by ``_value``, not by YAML 1.1."""

    yaml_implicit_resolvers = {}
    _depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = self._next()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._refuse("anchors and aliases are not taken: write it out")
        if getattr(event, "tag", None):
            self._refuse("tags are not taken")
        if self._depth >= MAX_DEPTH:
            self._refuse(f"deeper than {MAX_DEPTH} levels")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _next(self) -> yaml.Event:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs have no types for it
        return event

    def _refuse(self, why: str) -> None:
        mark: Any = self._next().start_mark
        raise yaml.MarkedYAMLError(problem=why, problem_mark=mark)


def parse(text: str, file: str = "policy") -> PolicyDoc:
    """The document in this text; BadPolicy names every fault with its line. ``file`` is what the faults call it."""
    root = _compose(text, file)
    faults: list[Fault] = []
    more = 0
    value = _value(root, "", faults)
    if not isinstance(root, yaml.MappingNode):
        faults.append(_at(root, "", "must hold a policy: fields and their values"))
    else:
        try:
            document = PolicyDoc.model_validate_json(json.dumps(value))
        except ValidationError as error:
            told = error.errors(include_url=False)
            faults += [_fault(root, one) for one in told[:MAX_SHOWN]]
            more = len(told[MAX_SHOWN:])
    if faults:
        raise BadPolicy(file, faults, more)
    return document


def read_policy(path: Path) -> Policy:
    """The policy in this file, by the name that stands in it, else by the file's own. BadPolicy; OSError."""
    with path.open("rb") as opened:
        data = opened.read(MAX_BYTES + 1)
    document = parse(_text(data, str(path)), str(path))
    return document.to_domain(document.name or _stem(path))


def shipped_names() -> tuple[str, ...]:
    """The policies that come with the router."""
    names = (entry.name for entry in SHIPPED.iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)))


def shipped_text(name: str) -> str:
    """A shipped policy as it is written; KeyError when there is none of that name."""
    if name not in shipped_names():
        raise KeyError(name)
    return (SHIPPED / f"{name}{SUFFIX}").read_text(encoding="utf-8")


def shipped_policy(name: str) -> Policy:
    """A shipped policy; KeyError when there is none of that name."""
    return parse(shipped_text(name), f"{name}{SUFFIX}").to_domain(name)


def _stem(path: Path) -> str:
    """The file's name as a policy's."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._")[:64] or "policy"


def _text(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        raise BadPolicy(file, [Fault(1, 1, "", _TOO_LONG)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadPolicy(file, [Fault(line, 1, "", "is not UTF-8 text")]) from None


def _compose(text: str, file: str) -> Node:
    """The text as nodes, which know their lines."""
    if len(text) > MAX_BYTES:
        raise BadPolicy(file, [Fault(1, 1, "", _TOO_LONG)])
    if text.lstrip().startswith("{"):
        text = text.replace("\t", " ")  # JSON may be indented with tabs, of which YAML knows nothing
    try:
        node: Node | None = yaml.compose(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        told = ", ".join(filter(None, (error.context, error.problem)))
        raise BadPolicy(file, [Fault(line, column, "", told)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise BadPolicy(file, [Fault(line, 1, "", "a character that no text has")]) from None
    if node is None:
        raise BadPolicy(file, [Fault(1, 1, "", "is empty")])
    return node


# --- values, as JSON has them

_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")  # longer ones stay text, and are refused as such
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")


def _value(node: Node, path: str, faults: list[Fault]) -> Any:
    """The node's value; a key that stands there twice is a fault."""
    if isinstance(node, yaml.MappingNode):
        return _fields(node, path, faults)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, f"{path}{place}.", faults) for place, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode), node
    word: str = node.value
    if node.style is not None:
        return word
    if word in _WORDS:
        return _WORDS[word]
    if _WHOLE.fullmatch(word):
        return int(word)
    return float(word) if _NUMBER.fullmatch(word) and abs(float(word)) < float("inf") else word


def _fields(node: yaml.MappingNode, path: str, faults: list[Fault]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, item in node.value:
        if not isinstance(key, yaml.ScalarNode):
            faults.append(_at(key, path.removesuffix("."), "a field's name must be a word"))
            continue
        name: str = key.value
        value = _value(item, f"{path}{name}.", faults)
        if name in lines:
            faults.append(_at(key, f"{path}{name}", f"stands there twice, first in line {lines[name]}"))
            continue
        found[name], lines[name] = value, key.start_mark.line + 1
    return found


# --- faults of the document, at their lines


def _fault(root: Node, told: ErrorDetails) -> Fault:
    path = [step for step in told["loc"] if step != "[key]"]
    node = root
    for step, below in zip(path, _walk(root, path), strict=False):
        key, value = below
        wrong_name = told["type"] == "extra_forbidden" or "[key]" in told["loc"]
        node = key if wrong_name and step == path[-1] else value
    return _at(node, ".".join(map(str, path)), _words(told))


def _walk(node: Node, path: Sequence[int | str]) -> Iterator[tuple[Node, Node]]:
    """The key's and the value's node of each step, as far as the text goes."""
    for step in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            yield node, node
        elif isinstance(node, yaml.MappingNode):
            pair = next(((key, item) for key, item in node.value if key.value == str(step)), None)
            if pair is None:
                return
            node = pair[1]
            yield pair
        else:
            return


def _at(node: Node, field: str, message: str) -> Fault:
    return Fault(node.start_mark.line + 1, node.start_mark.column + 1, field, message)


_PLAIN_WORDS: Mapping[str, str] = {
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "too_short": "must have at least {min_length}",
    "too_long": "may have at most {max_length}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "may have at most {max_length} characters",
    "literal_error": "must be {expected}",
    "missing": "is required",
    "string_type": "must be text; put it in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "list_type": "must be a list",
    "dict_type": "must be names and their values",
    "model_type": "must be fields and their values",
    "model_attributes_type": "must be fields and their values",
    "string_pattern_mismatch": "must be written as {pattern}",
    "timezone_aware": "must say its time zone, such as 2027-01-01T00:00:00+07:00",
}


def _words(told: ErrorDetails) -> str:
    """The fault in plain words."""
    if told["type"] == "extra_forbidden":
        name = str(told["loc"][-1])
        near = get_close_matches(name, _known_fields(), 1)
        return "there is no such field" + (f"; did you mean {near[0]}?" if near else "")
    known = _PLAIN_WORDS.get(told["type"])
    if known is None:
        return told["msg"].replace("Input should", "must", 1)
    return known.format_map(told.get("ctx") or {})


@cache
def _known_fields() -> set[str]:
    """The names of all fields, wherever they stand."""
    schema = PolicyDoc.model_json_schema()
    return {name for model in (schema, *schema["$defs"].values()) for name in model["properties"]}
