"""What a till's file is taken with, in memory: ports that hold nothing but what a test looks at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fulfillment.adapters.clock import SystemClock
from fulfillment.application.stock_files import DroppedFile, Fault, FileReport, FileRow
from fulfillment.application.take_stock_file import TakeStockFile
from fulfillment.domain.location import Location
from fulfillment.domain.stock import StockRow
from fulfillment.messages.stock_file import CsvStockRows
from tests.support.builders import a_location


@dataclass
class MemoryAnswer:
    """What was refused, and the report once it is finished."""

    wrong: list[tuple[FileRow, Fault]] = field(default_factory=list)
    report: FileReport | None = None

    def refuse(self, row: FileRow, fault: Fault) -> None:
        self.wrong.append((row, fault))

    def finish(self, report: FileReport) -> None:
        self.report = report


@dataclass
class MemoryFiles:
    """One file's bytes, a part at a time."""

    read: Callable[[], Iterator[bytes]]
    answered: MemoryAnswer = field(default_factory=MemoryAnswer)

    def chunks(self, file: DroppedFile) -> Iterator[bytes]:
        return self.read()

    @contextmanager
    def answer(self, file: DroppedFile) -> Iterator[MemoryAnswer]:
        yield self.answered


@dataclass
class MemoryFeed:
    """What was sent; ``kept`` False only counts it."""

    kept: bool = True
    messages: list[Mapping[str, Any]] = field(default_factory=list)
    count: int = 0

    def send(self, messages: Sequence[Mapping[str, Any]]) -> None:
        self.count += len(messages)
        if self.kept:
            self.messages += messages


class EveryCode:
    """A catalogue in which every code is a SKU, in capitals; none that begins with X."""

    def products(self, skus: Collection[str]) -> Mapping[str, Any]:
        raise AssertionError("a file asks for codes alone")

    def skus_of(self, codes: Collection[str]) -> Mapping[str, str]:
        return {code: code.upper() for code in codes if not code.upper().startswith("X")}


class OnePlace:
    """A chain of one location, ``senayan``."""

    def exists(self, location_id: str) -> bool:
        return location_id == "senayan"

    def get(self, location_id: str) -> tuple[Location, int] | None:
        return (a_location("senayan"), 1) if self.exists(location_id) else None


@dataclass(frozen=True)
class Shelves:
    """What the location has a row of."""

    skus: Collection[str] = ()

    def skus_at(self, location_id: str) -> Iterator[str]:
        return iter(self.skus)

    def rows(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], StockRow]:
        """A unit of each."""
        return {key: StockRow(*key, 1) for key in keys}


@dataclass(frozen=True)
class Noon(SystemClock):
    """A day in November, for ever."""

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 5, tzinfo=UTC)


def taking(
    read: Callable[[], Iterator[bytes]], *, shelves: Collection[str] = (), kept: bool = True
) -> tuple[TakeStockFile, MemoryFeed, MemoryAnswer]:
    """The use case with these bytes in its one file; what it sends; what it answers."""
    files, sent = MemoryFiles(read), MemoryFeed(kept)
    ports: Any = (files, CsvStockRows(), sent, EveryCode(), OnePlace(), Shelves(shelves), Noon())
    return TakeStockFile(*ports), sent, files.answered
