"""Files of stock as use cases see them: what was dropped, what its rows say, and what is answered beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Protocol

ZoneOf = Callable[[str], tzinfo | None]  # a location's time zone; None where there is no such location


@dataclass(frozen=True)
class DroppedFile:
    """A file as it was dropped. ``version_id`` names these very bytes, whatever is dropped under the name later; None
    is what is newest.
    """

    bucket: str
    key: str
    version_id: str | None
    size: int


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell; without a ``column``, with the row or the file."""

    column: str | None
    reason: str


@dataclass(frozen=True)
class FileRow:
    """One line, numbered as a spreadsheet does: the header is 1.

    ``message`` is what it says to the stock feed, of ``moment``, in the words of the feed's contract; None when it
    cannot be understood, and then ``faults`` say why. ``code_column``: the column that named the product.
    """

    number: int
    line: str
    message: Mapping[str, Any] | None = None
    moment: datetime | None = None
    faults: tuple[Fault, ...] = ()
    code_column: str = "sku"


@dataclass(frozen=True)
class FileReport:
    """What became of a file: rows that were there; messages sent, ``zeroed`` of them for what a full snapshot did not
    name and ``unknown`` of them about products or locations that there are not; rows that were refused.
    ``sha256`` is of what was read.
    """

    rows: int
    sent: int
    refused: int
    unknown: int
    zeroed: int
    sha256: str


class StockFileReader(Protocol):
    """Turns bytes into rows, in their order. ``location_id``: of whom the file is a full snapshot."""

    def rows(
        self, chunks: Iterable[bytes], zone_of: ZoneOf, location_id: str | None
    ) -> Iterator[FileRow]: ...


class FileAnswer(Protocol):
    """What is answered beside a file. Nothing is there before ``finish``, which replaces what an earlier try left."""

    def refuse(self, row: FileRow, fault: Fault) -> None: ...
    def finish(self, report: FileReport) -> None: ...


class StockFiles(Protocol):
    """Where tills drop files."""

    def chunks(self, file: DroppedFile) -> Iterator[bytes]: ...
    def answer(self, file: DroppedFile) -> AbstractContextManager[FileAnswer]: ...
