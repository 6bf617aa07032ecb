"""Dead letters for a person, and for a program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from fulfillment.application.redrive_letters import Letter, Redriven


def lines(queue: str, there: int, letters: Sequence[Letter], now: datetime) -> Iterator[str]:
    """A queue: how many letters of which reason, and each of those that were looked at, oldest first."""
    if not letters:
        yield f"{queue}: none" if not there else f"{queue}: {there:,}, all in somebody's hands right now"
        return
    total = max(there, len(letters))
    shown = "" if total == len(letters) else f", of which {len(letters):,} are shown"
    yield f"{queue}: {total:,}, the oldest {age(now - letters[0].sent_at)} old{shown}"
    for code, count in _reasons(letters).items():
        yield f"  {count:,} x {code}"
    for letter in letters:
        yield f"  {line(letter, now)}"


def line(letter: Letter, now: datetime) -> str:
    """One letter."""
    about = " ".join(f"{name}={value}" for name, value in letter.about.items())
    return (
        f"{age(now - letter.sent_at)}  {letter.reason}  {about or '(says nothing of what it is about)'}"
        f"  (received {letter.received} x, id {letter.letter_id})"
    )


def document(queue: str, there: int, letters: Sequence[Letter]) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "queue": queue,
        "there": max(there, len(letters)),
        "oldest": letters[0].sent_at.isoformat() if letters else None,
        "reasons": _reasons(letters),
        "letters": [
            {
                "id": letter.letter_id,
                "reason": letter.reason,
                "code": letter.code,
                "sent_at": letter.sent_at.isoformat(),
                "received": letter.received,
                "about": dict(letter.about),
            }
            for letter in letters
        ],
    }


def outcome(queue: str, result: Redriven) -> str:
    """What came of redriving."""
    told = f"{queue}: {len(result.done):,} redriven"
    if result.faults:
        told += f", {len(result.faults):,} belong nowhere and stay"
    if result.came_later:
        told += f", {result.came_later:,} came meanwhile and stay: perhaps the cause is still there"
    return f"{told}."


def age(of: timedelta) -> str:
    """Two days, in two letters."""
    seconds = max(0, int(of.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _reasons(letters: Sequence[Letter]) -> dict[str, int]:
    return dict(Counter(letter.code for letter in letters).most_common())
