"""A file that a till dropped becomes messages of the stock feed; what is wrong with it is answered beside it.

Taking it again is harmless, whatever happened the first time: every message carries its own moment or id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from hashlib import sha256
from itertools import islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from fulfillment.application.feed_stock import FUTURE_TOLERANCE, OLDEST
from fulfillment.application.ports import (
    CatalogRepository,
    Clock,
    LocationRepository,
    StockFeedQueue,
    StockRepository,
)
from fulfillment.application.stock_files import (
    DroppedFile,
    Fault,
    FileAnswer,
    FileReport,
    FileRow,
    StockFileReader,
    StockFiles,
)

T = TypeVar("T")

INCOMING = "incoming/"
SNAPSHOTS = f"{INCOMING}snapshots/"
SUFFIX = ".csv"
COMPLETE = f".complete{SUFFIX}"  # the name of a snapshot that may empty any part of its store
MAX_ROWS = 150_000  # a location has some 100,000 SKUs; this many are sent well within the function's time
MAX_BYTES = 32 * 2**20  # so many rows of 200 characters
MAX_LOCATIONS = 2_000  # looked up one by one: ten seconds; more is a column of something else
# Of the SKUs that a location has units of, a night may sell out so many; a till that wrote half of its file and died
# leaves out more, and counting those as 0 would take units away from customers to whom they are promised.
MOST_GONE_PERCENT = 25
FEW = 20  # may always be gone: a small shop
BROKEN = (AssertionError, LookupError, TypeError, ValueError)  # raised by rows that are wrong
BLOCK = 500  # rows that are looked up and sent together
WHOLE_FILE = FileRow(0, "")


@dataclass(frozen=True)
class TakeStockFile:
    """Reads a file once, block by block, in bounded memory."""

    files: StockFiles
    reader: StockFileReader
    feed: StockFeedQueue
    catalog: CatalogRepository
    locations: LocationRepository
    stock: StockRepository
    clock: Clock

    def take(self, file: DroppedFile) -> FileReport:
        """Send what the rows say; answer with the rows that say nothing, and with a report.

        What a full snapshot does not name is counted as 0, unless anything at all is wrong with the file, or so much
        would be gone that it is rather a part of one; see ``COMPLETE``.
        """
        with self.files.answer(file) as answer:
            report = _Taking(self, file, answer).run()
            answer.finish(report)
        return report


def snapshot_of(key: str) -> str | None:
    """The location whose full snapshot the file is, named by its folder; None for a file of any counts and movements.

    A file in no location's folder is the snapshot of a location without a name, which there is not.
    """
    if not key.startswith(SNAPSHOTS):
        return None
    location_id, _, _ = key.removeprefix(SNAPSHOTS).rpartition("/")
    return location_id.strip()


@dataclass
class _Taking:
    """One file, and what is known of it so far. ``named``: the row in which a snapshot names a SKU."""

    by: TakeStockFile
    file: DroppedFile
    answer: FileAnswer
    there: dict[str, bool] = field(default_factory=dict)
    zones: dict[str, tzinfo | None] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)
    moment: datetime | None = None
    digest: Any = field(default_factory=sha256)
    rows: int = 0
    sent: int = 0
    refused: int = 0
    unknown: int = 0
    zeroed: int = 0

    def __post_init__(self) -> None:
        self.location_id = snapshot_of(self.file.key)

    def run(self) -> FileReport:
        """Everything that there is to do with the file but answering."""
        if reason := self._unfit():
            self._refuse(WHOLE_FILE, Fault(None, reason))
        else:
            self._send_rows()
            if self.location_id is not None:
                self._complete(self.location_id)
        told = (self.rows, self.sent, self.refused, self.unknown, self.zeroed)
        return FileReport(*told, self.digest.hexdigest())

    def _unfit(self) -> str | None:
        """Why the file is not even read."""
        if not self.file.key.lower().endswith(SUFFIX):
            return f"the name does not end in {SUFFIX}"
        if self.file.size > MAX_BYTES:
            return f"the file has {self.file.size:,} bytes, at most {MAX_BYTES:,}; split it"
        if self.location_id is not None and not self._is_there(self.location_id):
            return f"the folder names a location {self.location_id!r}, and there is none"
        return None

    def _send_rows(self) -> None:
        rows = self.by.reader.rows(self._chunks(), self._zone_of, self.location_id)
        for block in _blocks(rows):
            told = [row for row in block if row.message]
            known = self.by.catalog.skus_of({row.message["sku"] for row in told if row.message})
            self._send([message for row in block for message in self._messages(row, known)])
            if self.rows > MAX_ROWS:
                reason = f"what follows was not read: at most {MAX_ROWS:,} rows; split the file"
                self._refuse(block[-1], Fault(None, reason))
                return

    def _chunks(self) -> Iterator[bytes]:
        for chunk in self.by.files.chunks(self.file):
            self.digest.update(chunk)
            yield chunk

    def _messages(self, row: FileRow, known: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """What the row says to the feed. What the feed does not know yet is told too: it is put aside there with its
        reason, and can be sent again once it is known.
        """
        self.rows += row.number > 1  # the header speaks only when it is wrong
        if row.message is None or row.moment is None:
            self._refuse(row, *row.faults)
            return
        message, code = row.message, row.message["sku"]
        sku = known.get(code)
        if fault := self._out_of_place(row, message, row.moment, sku):
            self._refuse(row, fault)
            return
        strangers = []
        if sku is None:
            strangers.append(Fault(row.code_column, f"there is no product {code!r}"))
        if not self._is_there(message["location_id"]):
            strangers.append(Fault("location_id", f"there is no location {message['location_id']!r}"))
        self.unknown += bool(strangers)
        for fault in strangers:
            reason = f"{fault.reason}; sent, and put aside until there is"
            self.answer.refuse(row, Fault(fault.column, reason))
        yield {**message, "sku": sku or code}

    def _out_of_place(
        self, row: FileRow, message: Mapping[str, Any], moment: datetime, sku: str | None
    ) -> Fault | None:
        column = "observed_at" if "on_hand" in message else "at"
        if moment > self.by.clock.now() + FUTURE_TOLERANCE:
            return Fault(column, "is more than 5 minutes ahead")
        if moment < self.by.clock.now() - OLDEST:
            return Fault(column, f"is more than {OLDEST.days} days ago; count the shelf")
        if message["location_id"] not in self.there and len(self.there) >= MAX_LOCATIONS:
            return Fault("location_id", f"at most {MAX_LOCATIONS:,} locations in a file; split it")
        if self.location_id is None:
            return None
        if self.moment is None:
            self.moment = moment
        if moment != self.moment:
            return Fault(column, "is another moment than that of the rows before; a snapshot has one")
        if sku is not None and self.named.setdefault(sku, row.number) != row.number:
            return Fault(row.code_column, f"{sku} is also in row {self.named[sku]}")
        return None

    def _complete(self, location_id: str) -> None:
        """Count as 0 what the snapshot does not name."""
        if not self.rows and not self.refused:
            self._refuse(WHOLE_FILE, Fault(None, "has no rows"))
        if self.refused or self.unknown or self.moment is None:
            reason = (
                "nothing was counted as 0: what the file does not name is known only when all of it is right"
            )
            self.answer.refuse(WHOLE_FILE, Fault(None, reason))
            return
        missing = [sku for sku in self.by.stock.skus_at(location_id) if sku not in self.named]
        if too_much := self._too_much_gone(location_id, missing, self.moment):
            self.answer.refuse(WHOLE_FILE, Fault(None, too_much))
            return
        none_there = {"location_id": location_id, "on_hand": 0, "observed_at": self.moment.isoformat()}
        for block in _blocks(missing):
            self._send([{"type": "count", "sku": sku, **none_there} for sku in block])
            self.zeroed += len(block)

    def _too_much_gone(self, location_id: str, missing: Sequence[str], moment: datetime) -> str | None:
        if self.file.key.lower().endswith(COMPLETE):
            return None
        gone = sum(self._gone(location_id, block, moment) for block in _blocks(missing))
        if gone <= max(FEW, (len(self.named) + gone) * MOST_GONE_PERCENT // 100):
            return None
        name = self.file.key.rpartition("/")[2][: -len(SUFFIX)]
        return (
            f"nothing was counted as 0: {gone:,} SKUs with units there are not named beside {len(self.named):,} that "
            f"are, more than {MOST_GONE_PERCENT} % of all; if they are gone, drop the file once more as "
            f"{name}{COMPLETE}"
        )

    def _gone(self, location_id: str, skus: Sequence[str], moment: datetime) -> int:
        """Of how many of these units would be taken away: not where there are none, or were counted since."""
        try:
            rows = self.by.stock.rows([(sku, location_id) for sku in skus]).values()
        except BROKEN:  # a row that cannot be read has no units, and the feed will say so
            return 0
        return sum(row.on_hand > 0 and (row.observed_at is None or row.observed_at < moment) for row in rows)

    def _send(self, messages: Sequence[Mapping[str, Any]]) -> None:
        self.by.feed.send(messages)
        self.sent += len(messages)

    def _refuse(self, row: FileRow, *faults: Fault) -> None:
        self.refused += 1
        for fault in faults:
            self.answer.refuse(row, fault)

    def _is_there(self, location_id: str) -> bool:
        if location_id not in self.there and len(self.there) < MAX_LOCATIONS:
            self.there[location_id] = bool(location_id) and self.by.locations.exists(location_id)
        return self.there.get(location_id, False)

    def _zone_of(self, location_id: str) -> tzinfo | None:
        if location_id not in self.zones and self._is_there(location_id):
            try:
                found = self.by.locations.get(location_id)
                self.zones[location_id] = ZoneInfo(found[0].timezone) if found else None
            except BROKEN:  # its row is broken: that costs its own rows, not those of others
                self.zones[location_id] = None
        return self.zones.get(location_id)


def _blocks(items: Iterable[T]) -> Iterator[Sequence[T]]:
    remaining = iter(items)
    while block := list(islice(remaining, BLOCK)):
        yield block
