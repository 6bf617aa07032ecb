"""A file that a till dropped: S3's notification of it, and its rows as messages of the stock feed."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any, Literal
from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from fulfillment.application.stock_files import DroppedFile, Fault, FileRow, ZoneOf
from fulfillment.messages import stock
from fulfillment.messages.csv_text import (
    MAX_LINE,
    Columns,
    delimiter_of,
    header_faults,
    is_text,
    lines,
    readable,
)

COUNT = ("on_hand", "observed_at")
MOVEMENT = ("movement_id", "change", "at", "kind", "order_id")
CODES = ("sku", "barcode")
UPDATES = Columns(("location_id",), (*CODES, *COUNT, *MOVEMENT))
SNAPSHOT = Columns(COUNT, CODES)
SHOWN = 200  # characters of a line that is too long to be a row

_WHOLE = re.compile(r"[+-]?[0-9]{1,10}")
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_ROUNDED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)


class _Told(BaseModel):
    """S3 tells more than we need, and may tell more tomorrow."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class _Object(_Told):
    key: str
    size: int
    version_id: Annotated[str | None, Field(alias="versionId")] = None  # by hand, of what is newest


class _Bucket(_Told):
    name: str


class _Where(_Told):
    bucket: _Bucket
    object: _Object


class _Record(_Told):
    s3: _Where


class _Notification(_Told):
    records: Annotated[tuple[_Record, ...], Field(alias="Records")]


class _TestEvent(_Told):
    """What S3 sends when notifications are switched on."""

    event: Annotated[Literal["s3:TestEvent"], Field(alias="Event")]


_NOTIFICATION: TypeAdapter[_Notification | _TestEvent] = TypeAdapter(_Notification | _TestEvent)


def read(body: str) -> Sequence[DroppedFile]:
    """The files in S3's notification; pydantic's ValidationError when it is none.

    None are in the test that S3 sends when notifications are switched on, nor are the empty objects that its console
    makes for folders.
    """
    told = _NOTIFICATION.validate_json(body)
    where = [record.s3 for record in told.records] if isinstance(told, _Notification) else []
    dropped = [
        DroppedFile(w.bucket.name, unquote_plus(w.object.key), w.object.version_id, w.object.size)
        for w in where
    ]
    return [file for file in dropped if not file.key.endswith("/")]


@dataclass(frozen=True)
class CsvStockRows:
    """See ``StockFileReader``. A row is a line, so that a quotation mark that is never closed spoils one row only."""

    def rows(self, chunks: Iterable[bytes], zone_of: ZoneOf, location_id: str | None) -> Iterator[FileRow]:
        """Rows that say something or are wrong; blank lines are counted and left out.

        When the header is wrong, that is all there is.
        """
        told = enumerate(lines(chunks), start=1)
        number, first = next(told, (1, ""))
        columns = UPDATES if location_id is None else SNAPSHOT
        delimiter = delimiter_of(first)
        header, faults = _header(first, delimiter, columns)
        if faults:
            yield FileRow(number, shown(first), faults=tuple(faults))
            return
        reading = _Reading(header, delimiter, zone_of, location_id)
        for number, line in told:
            if line.strip(" \t" + delimiter):
                yield reading.row(number, line)


@dataclass(frozen=True)
class _Reading:
    """What all rows of a file are read with."""

    header: Sequence[str]
    delimiter: str
    zone_of: ZoneOf
    location_id: str | None

    def row(self, number: int, line: str) -> FileRow:
        try:
            cells = _cells(line, self.delimiter)
            if len(cells) != len(self.header):
                raise _Wrong(None, f"has {len(cells)} cells, the header has {len(self.header)}")
            said = {name: cell for name, cell in zip(self.header, cells, strict=True) if cell}
            code = next((name for name in CODES if name in said), None)
            if code is None:
                raise _Wrong(CODES[0], "is empty, and so is barcode")
            message, moment = self._message(said, code)
        except _Wrong as wrong:
            return FileRow(number, shown(line), faults=wrong.faults)
        return FileRow(number, shown(line), message, moment, code_column=code)

    def _message(self, said: Mapping[str, str], code: str) -> tuple[Mapping[str, Any], datetime]:
        if _ROUNDED.fullmatch(said[code]):
            raise _Wrong(code, f"{said[code]} was rounded by a spreadsheet; format the column as text")
        location_id = self.location_id or _needed(said, "location_id")
        about = {"sku": said[code], "location_id": location_id}
        zone = self.zone_of
        if self.location_id or _is_count(said):
            moment = _moment(said, "observed_at", zone, location_id)
            counted = {"on_hand": _whole(said, "on_hand"), "observed_at": moment.isoformat()}
            message: dict[str, Any] = {"type": "count", **about, **counted}
        else:
            moment = _moment(said, "at", zone, location_id)
            moved = {"movement_id": _needed(said, "movement_id"), "change": _whole(said, "change")}
            more = {name: said[name] for name in ("kind", "order_id") if name in said}
            message = {"type": "movement", **about, **moved, "at": moment.isoformat(), **more}
        _check(message, code)
        return message, moment


class _Wrong(Exception):
    """A row cannot be understood."""

    def __init__(self, column: str | None, reason: str, *more: Fault) -> None:
        super().__init__(reason)
        self.faults = (Fault(column, reason), *more)


def shown(line: str) -> str:
    """The line as it came, as far as it is shown."""
    return readable(line if len(line) <= MAX_LINE else f"{line[:SHOWN]}...")


def _header(first: str, delimiter: str, columns: Columns) -> tuple[Sequence[str], Sequence[Fault]]:
    try:
        names = _cells(first, delimiter)
    except _Wrong as wrong:
        return (), wrong.faults
    if not any(names):
        return (), (Fault(None, "has no header"),)
    faults = [Fault(column, reason) for column, reason in header_faults(names, columns)]
    if not faults and not any(code in names for code in CODES):
        faults = [Fault(CODES[0], "is missing, and so is barcode")]
    return names, faults


def _cells(line: str, delimiter: str) -> Sequence[str]:
    if len(line) > MAX_LINE:
        raise _Wrong(None, f"has more than {MAX_LINE:,} characters")
    if not is_text(line):
        raise _Wrong(None, "is not UTF-8; save the file as CSV UTF-8")
    try:
        (cells,) = csv.reader([line], delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise _Wrong(None, f"is no row of CSV: {error} (is a quotation mark not closed?)") from error
    return [cell.strip() for cell in cells]


def _is_count(said: Mapping[str, str]) -> bool:
    """Which of the two a row is, is said by which columns are filled."""
    count, movement = ([name for name in names if name in said] for names in (COUNT, MOVEMENT))
    if count and movement:
        raise _Wrong(movement[0], f"is for a movement, but {count[0]}, which is for a count, is filled too")
    if not count and not movement:
        raise _Wrong(None, "is neither a count (on_hand) nor a movement (movement_id, change)")
    return bool(count)


def _needed(said: Mapping[str, str], column: str) -> str:
    if column not in said:
        raise _Wrong(column, "is empty")
    return said[column]


def _whole(said: Mapping[str, str], column: str) -> int:
    cell = _needed(said, column)
    if not _WHOLE.fullmatch(cell):
        raise _Wrong(column, f"{cell!r} is not a whole number")
    return int(cell)


def _moment(said: Mapping[str, str], column: str, zone_of: ZoneOf, location_id: str) -> datetime:
    """The moment with its offset; without one, the clock on the location's wall is meant."""
    cell = _needed(said, column)
    found = _MOMENT.fullmatch(cell)
    try:
        moment = datetime.fromisoformat(cell) if found else None
    except ValueError:  # the 31st of February
        moment = None
    if moment is None:
        raise _Wrong(column, f"{cell!r} is not a moment like 2026-11-22T09:00:00+07:00 or 2026-11-22 09:00")
    if moment.tzinfo is not None:
        return moment
    zone = zone_of(location_id)
    if zone is None:
        raise _Wrong(column, f"has no offset, and the time zone of {location_id!r} is not known")
    return _on_the_wall(moment, zone, column)


def _on_the_wall(moment: datetime, zone: tzinfo, column: str) -> datetime:
    first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        there = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment
        happens = "twice" if there else "never"
        raise _Wrong(
            column, f"{moment:%Y-%m-%d %H:%M} happens {happens} there, since clocks change; write the offset"
        )
    return first


def _check(message: Mapping[str, Any], code: str) -> None:
    """The queue's own contract."""
    try:
        stock.read(json.dumps(message))
    except ValidationError as error:
        faults = []
        for wrong in error.errors(include_url=False, include_input=False, include_context=False):
            field = str(wrong["loc"][-1])
            faults.append(Fault(code if field == "sku" else field, wrong["msg"]))
        raise _Wrong(faults[0].column, faults[0].reason, *faults[1:]) from error
