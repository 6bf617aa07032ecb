"""Files of stock in a bucket: what tills drop under ``incoming/``, what is answered under ``errors/`` and ``done/``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from fulfillment.application.stock_files import DroppedFile, Fault, FileReport, FileRow
from fulfillment.application.take_stock_file import INCOMING, SUFFIX

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

ERRORS, DONE = "errors/", "done/"
PART_BYTES = 2**20  # read at a time: a connection that waits while messages are sent is cut
SPOOL_BYTES = 8 * 2**20  # of errors kept in memory; beyond, on disk
ERROR_COLUMNS = ("row", "as_it_came", "column", "reason")


@dataclass(frozen=True)
class S3StockFiles:
    """See ``StockFiles``."""

    client: S3Client

    def chunks(self, file: DroppedFile) -> Iterator[bytes]:
        """The bytes of this very version."""
        version: Any = {"VersionId": file.version_id} if file.version_id else {}
        for start in range(0, file.size, PART_BYTES):
            answer = self.client.get_object(
                Bucket=file.bucket,
                Key=file.key,
                Range=f"bytes={start}-{min(start + PART_BYTES, file.size) - 1}",
                **version,
            )
            yield answer["Body"].read()

    @contextmanager
    def answer(self, file: DroppedFile) -> Iterator[S3FileAnswer]:
        """An answer that is in the bucket once it is finished."""
        with SpooledTemporaryFile(SPOOL_BYTES) as spool:
            yield S3FileAnswer(self.client, file, spool)


@dataclass
class S3FileAnswer:
    """See ``FileAnswer``: a CSV of what is wrong, where anything is, and a JSON report."""

    client: S3Client
    file: DroppedFile
    spool: IO[bytes]
    _text: io.TextIOWrapper = field(init=False)
    _wrong: bool = False

    def __post_init__(self) -> None:
        self._text = io.TextIOWrapper(self.spool, encoding="utf-8", newline="")
        self._rows = csv.writer(self._text, lineterminator="\n")
        self._rows.writerow(ERROR_COLUMNS)

    def refuse(self, row: FileRow, fault: Fault) -> None:
        """Note what is wrong with a row, or (without a number) with the file."""
        self._wrong = True
        self._rows.writerow((row.number or "", row.line, fault.column, fault.reason))

    def finish(self, report: FileReport) -> None:
        """Put the errors beside the file, or take those away that an earlier try left; then, last, the report."""
        errors, done = answer_keys(self.file.key)
        if self._wrong:
            self._text.flush()
            self.spool.seek(0)
            self._put(errors, self.spool, "text/csv; charset=utf-8")
        else:
            self.client.delete_object(Bucket=self.file.bucket, Key=errors)
        told = {"file": self.file.key, **asdict(report), "errors": errors if self._wrong else None}
        self._put(done, json.dumps(told, indent=1).encode(), "application/json")

    def _put(self, key: str, body: Any, content_type: str) -> None:
        self.client.put_object(Bucket=self.file.bucket, Key=key, Body=body, ContentType=content_type)


def answer_keys(key: str) -> tuple[str, str]:
    """Where a file's errors and its report are put: the same name under other prefixes."""
    name = key.removeprefix(INCOMING)
    stem = name[: -len(SUFFIX)] if name.lower().endswith(SUFFIX) else name
    return f"{ERRORS}{stem}{SUFFIX}", f"{DONE}{stem}.json"
