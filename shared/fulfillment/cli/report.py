"""What is wrong with the files: every problem with its file, row, column and reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_SHOWN = 100  # a person fixes the first page and runs again; a wrong column has a problem in every row


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. ``row`` counts as a spreadsheet does (the header is row 1); ``unit`` is its word."""

    file: str
    row: int | None
    column: str | None
    reason: str
    unit: str = "row"

    def __str__(self) -> str:
        parts = [self.file]
        if self.row is not None:
            parts.append(f"{self.unit} {self.row}")
        if self.column is not None:
            parts.append(f"column {self.column}" if self.unit == "row" else self.column)
        return f"{', '.join(parts)}: {self.reason}"


@dataclass
class Report:
    """Collects problems; nothing is loaded while there is one.

    ``spoiled`` are (column, key) pairs of rows that are there but wrong: what refers to them is not wrong too.
    """

    problems: list[Problem] = field(default_factory=list)
    spoiled: set[tuple[str, str]] = field(default_factory=set)

    def add(self, file: str, row: int | None, column: str | None, reason: str, *, unit: str = "row") -> None:
        """Note one problem."""
        self.problems.append(Problem(file, row, column, reason, unit))

    def keys_spoiled(self, column: str) -> set[str]:
        """The keys of spoiled rows."""
        return {key for its_column, key in self.spoiled if its_column == column}

    def lines(self) -> Iterator[str]:
        """The report for a person, at most ``MAX_SHOWN`` problems long."""
        for problem in self.problems[:MAX_SHOWN]:
            yield str(problem)
        if len(self.problems) > MAX_SHOWN:
            yield f"... and {len(self.problems) - MAX_SHOWN} more"
