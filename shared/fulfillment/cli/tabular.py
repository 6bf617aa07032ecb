"""CSV files with a header, read strictly: what cannot be understood is a problem with its row and column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from fulfillment.cli.report import Report
from fulfillment.domain.basket import Point
from fulfillment.messages.csv_text import Columns, delimiter_of, header_faults

MAX_ROWS = 1_000_000  # more is a stock feed, not a file for a desk
MAX_CELL = 2_000  # characters; no column holds a text
_WHOLE = re.compile(r"-?\d+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass
class Row:
    """One row. A getter that cannot understand its cell notes the problem and gives a stand-in to go on with.

    ``sound`` tells in the end whether the row may be used.
    """

    file: str
    number: int
    cells: Mapping[str, str]
    report: Report
    sound: bool = True

    def fail(self, column: str | None, reason: str) -> None:
        """Note a problem with a cell of this row."""
        self.sound = False
        self.report.add(self.file, self.number, column, reason)

    def text(self, column: str, *, required: bool = False, most: int = 300) -> str:
        """The cell without surrounding blanks; "" when it is empty or the column is missing."""
        value = self.cells.get(column, "")
        if required and not value:
            self.fail(column, "is empty")
        if len(value) > most:
            self.fail(column, f"has {len(value)} characters, at most {most}")
        return value

    def identity(self, column: str, pattern: re.Pattern[str], rule: str) -> str:
        """A key: required, and of the given shape."""
        value = self.text(column, required=True, most=64)
        if value and not pattern.fullmatch(value):
            self.fail(column, f"{value!r} is not {rule}")
        return value

    def whole(self, column: str, *, low: int = 0, high: int = 10**9, required: bool = False) -> int | None:
        """A whole number; None when the cell is empty."""
        value = self.text(column, required=required)
        if not value:
            return None
        if not _WHOLE.fullmatch(value):
            self.fail(column, f"{value!r} is not a whole number")
            return None
        return int(self._within(column, Decimal(value), low, high))

    def decimal(self, column: str, *, low: float, high: float) -> float | None:
        """A number with a decimal point; None when the cell is empty."""
        value = self.text(column)
        if not value:
            return None
        if not _NUMBER.fullmatch(value):
            hint = f"; write {value.replace(',', '.')}" if value.count(",") == 1 else ""
            self.fail(column, f"{value!r} is not a number{hint}")
            return None
        return float(self._within(column, Decimal(value), low, high))

    def amount(self, column: str) -> Decimal | None:
        """Money without a currency: at most 2 decimals; None when the cell is empty."""
        value = self.text(column)
        if not value:
            return None
        if not _NUMBER.fullmatch(value):
            self.fail(
                column, f"{value!r} is not an amount; write 199000 or 19.90, without thousands separators"
            )
            return None
        if len(value.partition(".")[2]) > 2:  # 199.000 would be read as 199
            self.fail(
                column, f"{value!r} has more than 2 decimals; write 199000 without thousands separators"
            )
            return None
        return self._within(column, Decimal(value), 0, 10**12)

    def words(self, column: str) -> tuple[str, ...]:
        """Values separated by ``|``."""
        return tuple(filter(None, (word.strip() for word in self.text(column, most=MAX_CELL).split("|"))))

    def choice(self, column: str, allowed: Collection[str], default: str) -> str:
        """One of the allowed words."""
        value = self.text(column) or default
        if value not in allowed:
            self.fail(column, f"{value!r} is not one of {', '.join(allowed)}")
        return value

    def url(self, column: str) -> str:
        """An http or https address, or ""."""
        value = self.text(column, most=MAX_CELL)
        if value and not value.startswith(("https://", "http://")):
            self.fail(column, f"{value!r} does not begin with https://")
        return value

    def point(self, *, required: bool = False) -> Point | None:
        """``lat`` and ``lon``; None when both are empty."""
        lat = self.decimal("lat", low=-math.inf, high=math.inf)
        lon = self.decimal("lon", low=-math.inf, high=math.inf)
        if lat is None or lon is None:
            if self.text("lat") or self.text("lon"):
                if self.sound:
                    self.fail("lat" if lat is None else "lon", "is empty but the other of lat and lon is not")
            elif required:
                self.fail("lat", "is empty")
            return None
        if abs(lat) > 90:
            swapped = abs(lat) <= 180 and abs(lon) <= 90
            self.fail("lat", f"{lat:g} is beyond 90" + ("; are lat and lon swapped?" if swapped else ""))
        elif abs(lon) > 180:
            self.fail("lon", f"{lon:g} is beyond 180")
        elif lat == lon == 0:
            self.fail(
                "lat", "0, 0 lies in the Gulf of Guinea; leave lat and lon empty when they are not known"
            )
        return Point(lat, lon)

    def _within(self, column: str, value: Decimal, low: float, high: float) -> Decimal:
        if value < 0 <= low:
            self.fail(column, f"{value} is negative")
        elif not low <= value <= high:
            self.fail(column, f"{value} is not from {low:g} to {high:g}")
        return value


def read_table(path: Path, columns: Columns, report: Report) -> Sequence[Row]:
    """The rows of a CSV file; none when its header is wrong or it cannot be read at all."""
    text = read_text(path, report)
    if text is None:
        return []
    delimiter = delimiter_of(text.split("\n", 1)[0])
    try:
        table = list(_limited(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)))
    except csv.Error as error:
        report.add(path.name, None, None, f"is not a CSV file: {error} (is a quotation mark not closed?)")
        return []
    if not table or not any(table[0]):
        report.add(path.name, 1, None, "has no header")
        return []
    header = [name.strip() for name in table[0]]
    if not _check_header(path.name, header, columns, report):
        return []
    if len(table) > MAX_ROWS:
        report.add(path.name, MAX_ROWS, None, f"more than {MAX_ROWS:,} rows")
        return []
    rows = []
    for number, cells in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            report.add(path.name, number, None, f"has {len(cells)} cells, the header has {len(header)}")
            continue
        named = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        rows.append(Row(path.name, number, named, report))
    if not rows and not any(problem.file == path.name for problem in report.problems):
        report.add(path.name, None, None, "has no rows")
    return rows


def read_text(path: Path, report: Report) -> str | None:
    """The file's text (UTF-8 with or without a byte order mark), or None with the problem noted."""
    try:
        data = path.read_bytes()
    except OSError as error:
        report.add(path.name, None, None, f"cannot be read: {error.strerror}")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        report.add(path.name, row, None, "is not UTF-8; save the file as CSV UTF-8")
        return None


def _limited(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    for count, row in enumerate(rows):
        yield row
        if count > MAX_ROWS:
            return


def _check_header(file: str, header: Sequence[str], columns: Columns, report: Report) -> bool:
    wrong = list(header_faults(header, columns))
    for column, reason in wrong:
        report.add(file, 1, column, reason)
    return not wrong
