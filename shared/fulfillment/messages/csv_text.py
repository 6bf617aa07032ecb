"""What all CSV files have in common, however they come: separator, header, and lines of any bytes.

The loader's files are read as a whole and refused as a whole; those of tills line by line, each on its own.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MAX_LINE = 4_000  # characters; the longest row of a till has some three hundred


@dataclass(frozen=True)
class Columns:
    """The columns a file must have and those it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


def delimiter_of(header_line: str) -> str:
    """Semicolon or comma, whichever the header has more of: spreadsheets write what their country does."""
    return ";" if header_line.count(";") > header_line.count(",") else ","


def header_faults(header: Sequence[str], columns: Columns) -> Iterator[tuple[str, str]]:
    """Columns that are missing, unknown or there twice, each with what is wrong with it."""
    known = columns.required + columns.optional
    for name in columns.required:
        if name not in header:
            yield name, "is missing"
    for place, name in enumerate(header):
        if name not in known:
            yield name or f"number {place + 1}", f"is not known; known are {', '.join(known)}"
        elif name in header[:place]:
            yield name, "is there twice"


def lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """The lines of UTF-8 text, without a byte order mark and without their ends: LF, CRLF or CR.

    Bytes that are not UTF-8 come as surrogates (``is_text`` tells), so that they spoil their own line only. Of a line
    longer than ``MAX_LINE`` one character more than that is kept, whatever its length: memory stays bounded.
    """
    text = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder("utf-8-sig")("surrogateescape"), translate=True
    )
    rest = ""
    for chunk in chunks:
        *whole, rest = (rest + text.decode(chunk)).split("\n")
        yield from (line[: MAX_LINE + 1] for line in whole)
        rest = rest[: MAX_LINE + 1]
    *whole, rest = (rest + text.decode(b"", final=True)).split("\n")
    yield from (line[: MAX_LINE + 1] for line in whole)
    if rest:
        yield rest[: MAX_LINE + 1]


def is_text(line: str) -> bool:
    """Whether all bytes of the line were UTF-8."""
    return line.isascii() or not any("\ud800" <= character <= "\udfff" for character in line)


def readable(line: str) -> str:
    """The line as text that can be written: bytes that were none of it are spelled out."""
    return (
        line if is_text(line) else line.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    )
