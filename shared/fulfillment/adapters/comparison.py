"""Rows and claims in a file of SQLite's, so that a million of each take little memory."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fulfillment.application.reconcile_ports import Claim
from fulfillment.domain.reconciliation import Compared, Kept, Key

CACHE_KB = 16 * 1024  # SQLite's own memory; the rest of the file is the operating system's to keep or to drop
FETCHED = 2_000  # rows handed over at a time

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -{cache};
CREATE TABLE seen (a TEXT, b TEXT, version INTEGER, numbers TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE later (a TEXT, b TEXT, version INTEGER, numbers TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE claims (a TEXT, b TEXT, task TEXT, units INTEGER, PRIMARY KEY (a, b, task)) WITHOUT ROWID;
"""
_KNOWN = "EXISTS (SELECT 1 FROM seen WHERE a = ?1 AND b = ?2)"
# A row that is not there has no version; one that was not there before and is not there after did not change.
_UNCHANGED = "seen.version IS later.version"
_BOTH = "seen LEFT JOIN later USING (a, b)"


class SqliteComparison:
    """See ``ports.Comparison``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.executescript(_TABLES.format(cache=CACHE_KB))
        self._file.execute(
            "BEGIN"
        )  # one, never ended: nobody else reads the file, and it does not outlive us

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def before(self, rows: Iterable[Kept]) -> None:
        """The rows as they are before claims are read."""
        self._file.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", map(_columns, rows))

    def claim(self, claims: Iterable[Claim], *, unknown_too: bool) -> None:
        """What tasks hold. A claim on a row that is not there stands for that row, without a version."""
        where = "" if unknown_too else f" WHERE {_KNOWN}"
        told = sorted((*claim.key, claim.task, claim.units) for claim in claims)  # neighbours share a page
        if unknown_too:
            self._file.executemany(
                "INSERT OR IGNORE INTO seen VALUES (?1, ?2, NULL, NULL)", {(a, b) for a, b, *_ in told}
            )
        self._file.executemany(f"INSERT OR REPLACE INTO claims SELECT ?1, ?2, ?3, ?4{where}", told)

    def after(self, rows: Iterable[Kept]) -> None:
        """The rows as they are after all claims were read, as far as they are compared."""
        self._file.executemany(
            f"INSERT OR REPLACE INTO later SELECT ?1, ?2, ?3, ?4 WHERE {_KNOWN}",
            map(_columns, rows),
        )

    def settled(self) -> Iterator[Compared]:
        """The rows that did not change between, in the order of their keys."""
        held = "(SELECT SUM(units) FROM claims WHERE claims.a = seen.a AND claims.b = seen.b)"
        found = self._file.execute(
            f"SELECT a, b, seen.version, seen.numbers, {held} FROM {_BOTH} WHERE {_UNCHANGED}"  # noqa: S608
        )
        while rows := found.fetchmany(FETCHED):
            for a, b, version, numbers, units in rows:
                row = None if version is None else Kept((a, b), version, _numbers(numbers))
                yield Compared((a, b), row, units or 0)

    def holders(self, key: Key, most: int) -> Sequence[str]:
        """Some of the tasks that hold units of the row."""
        found = self._file.execute("SELECT task FROM claims WHERE a = ? AND b = ? LIMIT ?", (*key, most))
        return [task for (task,) in found]

    def again(self) -> int:
        """Begin another round, of the rows that changed; how many these are."""
        moved = f"SELECT a, b, later.version, later.numbers FROM {_BOTH} WHERE NOT {_UNCHANGED}"  # noqa: S608
        self._file.execute(f"CREATE TEMP TABLE moved AS {moved}")
        for table in ("seen", "later", "claims"):
            self._file.execute(f"DELETE FROM {table}")  # noqa: S608
        self._file.execute("INSERT INTO seen SELECT * FROM moved")
        self._file.execute("DROP TABLE moved")
        (count,) = self._file.execute("SELECT COUNT(*) FROM seen").fetchone()
        return int(count)

    def moving(self) -> Iterator[Key]:
        """The keys of this round's rows."""
        last: Key = ("", "")
        while rows := self._file.execute(
            "SELECT a, b FROM seen WHERE (a, b) > (?, ?) ORDER BY a, b LIMIT ?", (*last, FETCHED)
        ).fetchall():
            yield from rows
            last = rows[-1]


@contextmanager
def open_comparison() -> Iterator[SqliteComparison]:
    """An empty comparison in a temporary folder (``TMPDIR``; 512 MB in Lambda)."""
    with tempfile.TemporaryDirectory(prefix="reconcile-") as folder:
        comparison = SqliteComparison(Path(folder) / "rows.sqlite")
        try:
            yield comparison
        finally:
            comparison.close()


def _columns(row: Kept) -> tuple[str, str, int, str | None]:
    numbers = None if row.numbers is None else " ".join(map(str, row.numbers))
    return (*row.key, row.version, numbers)


def _numbers(kept: str | None) -> tuple[int, ...] | None:
    return None if kept is None else tuple(map(int, kept.split(" ")))
