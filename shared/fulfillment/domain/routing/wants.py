"""What an order wants, taken apart: units that may come from several locations, and pieces that may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fulfillment.domain.basket import Line, in_line_order, quantity_by_sku
from fulfillment.domain.policy import SplitRules


@dataclass(frozen=True)
class Piece:
    """Lines that leave from one location, undivided. ``units`` by SKU, all its lines together."""

    lines: tuple[Line, ...]
    units: Mapping[str, int]


@dataclass(frozen=True)
class Wants:
    """``loose`` lines may be split by quantity. ``needed`` are all units by SKU, in SKU order."""

    pieces: tuple[Piece, ...]
    loose: tuple[Line, ...]
    needed: Mapping[str, int]


def wants(lines: Sequence[Line], rules: SplitRules, tags: Mapping[str, tuple[str, ...]]) -> Wants:
    """Take the lines apart by the rules; the order of the lines does not matter."""
    ordered = sorted(lines, key=in_line_order)
    groups: list[list[Line]] = []
    for line in ordered:
        marks = _marks(line, rules, tags)
        joined = [g for g in groups if any(marks & _marks(other, rules, tags) for other in g)]
        groups = [g for g in groups if g not in joined]
        groups.append([*(other for g in joined for other in g), line])
    pieces: list[Piece] = []
    loose: list[Line] = []
    for group in groups:
        if rules.lines == "whole" or _marks(group[0], rules, tags):
            pieces.append(_piece(group))
        else:
            loose += group
    return Wants(
        tuple(sorted(pieces, key=lambda piece: in_line_order(piece.lines[0]))),
        tuple(loose),
        quantity_by_sku((line.sku, line.quantity) for line in ordered),
    )


def _marks(line: Line, rules: SplitRules, tags: Mapping[str, tuple[str, ...]]) -> frozenset[tuple[str, str]]:
    own = {("line", line.keep_together)} if line.keep_together is not None else set()
    return frozenset(own | {("tag", tag) for tag in tags.get(line.sku, ()) if tag in rules.keep_together})


def _piece(lines: Sequence[Line]) -> Piece:
    ordered = tuple(sorted(lines, key=in_line_order))
    return Piece(ordered, quantity_by_sku((line.sku, line.quantity) for line in ordered))
