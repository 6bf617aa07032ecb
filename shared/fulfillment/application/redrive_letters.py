"""Dead letters are work: what could not be done is done again, once its cause is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Protocol

from fulfillment.application.ports import EventBus
from fulfillment.domain.events import Event

IDLE_ROUNDS = 3  # takes with nothing new: a queue may answer empty, or what was seen, while it has more
PUBLISHED_AT_ONCE = 10  # events of one call to the bus
# An event says when its command began; its record reaches the stream once it is written. No command takes a minute.
WRITTEN_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Letter:
    """A message that was given up: why, since when, and what it is about (ids only, never a person).

    ``span``: when the first and the last of the stream's records were written that it stands for; it holds none.
    """

    letter_id: str
    receipt: str
    body: str
    attributes: Mapping[str, Any]
    sent_at: datetime
    received: int
    reason: str
    about: Mapping[str, str]
    span: tuple[datetime, datetime] | None = None

    @property
    def code(self) -> str:
        """The reason in a word: ``unknown_sku``."""
        return self.reason.partition(":")[0]


@dataclass(frozen=True)
class Wanted:
    """Which letters are meant; what is None says nothing."""

    code: str | None = None
    order_id: str | None = None
    letter_id: str | None = None

    def takes(self, letter: Letter) -> bool:
        """Whether it is one of them."""
        return (
            self.code in (None, letter.code)
            and self.order_id in (None, letter.about.get("order_id"))
            and self.letter_id in (None, letter.letter_id)
        )


class LetterBox(Protocol):
    """A queue of dead letters. Who takes some hides them from others for a while, and does nothing else to them."""

    def take(self) -> Sequence[Letter]: ...
    def give_back(self, letters: Collection[Letter]) -> None: ...
    def remove(self, letter: Letter) -> None: ...


class Way(Protocol):
    """Where letters go to be done again. Doing it twice must do no more than once."""

    @property
    def at_once(self) -> int:
        """How many it takes before the first of them is removed: one, unless one by one would be much more work."""

    def fault(self, letter: Letter) -> str | None:
        """Why this one cannot go anywhere; None when it can."""

    def send(self, letters: Sequence[Letter]) -> None: ...


class Outbox(Protocol):
    """The events as they are kept with what they tell of. After all others, UnreadableEvents names what is none."""

    def events(self) -> Iterator[Event]: ...


class NotPublished(Exception):
    """The bus did not take everything. The letters stay; doing it again is safe."""


class UnreadableEvents(NotPublished):
    """Rows of the outbox are no events: a person must look at them."""


@dataclass
class Redriven:
    """What came of it. ``came_later`` counts letters that came while we worked: what is still wrong is back so."""

    done: list[Letter] = field(default_factory=list)
    faults: list[tuple[Letter, str]] = field(default_factory=list)
    came_later: int = 0


def look_at(box: LetterBox, wanted: Wanted, most: int) -> list[Letter]:
    """At most ``most`` letters, oldest first, without their bodies. They are given back, also when it is broken off."""
    held: dict[str, Letter] = {}
    try:
        found = (_without_body(letter) for letter in _each_once(box, held) if wanted.takes(letter))
        return sorted(islice(found, most), key=lambda letter: letter.sent_at)
    finally:
        box.give_back(held.values())


def redrive(box: LetterBox, way: Way, wanted: Wanted, most: int, before: datetime, result: Redriven) -> None:
    """Send each wanted letter on its way, and only then remove it: whoever is killed between the two leaves a letter
    that is done twice, which does no more than once, and none that is lost.

    Letters that came at ``before`` or later stay: what is still wrong is parked again at once, and would go in circles.
    """
    held: dict[str, Letter] = {}
    group: list[Letter] = []
    try:
        for letter in _each_once(box, held):
            if letter.sent_at >= before:
                result.came_later += 1
            elif wanted.takes(letter):
                if fault := way.fault(letter):
                    result.faults.append((_without_body(letter), fault))
                else:
                    group.append(letter)
            if len(group) >= min(way.at_once, most - len(result.done)):
                _finish(box, way, group, held, result)
            if len(result.done) >= most:
                return
        _finish(box, way, group, held, result)
    finally:
        box.give_back(held.values())


def _finish(box: LetterBox, way: Way, group: list[Letter], held: dict[str, Letter], result: Redriven) -> None:
    if group:
        way.send(group)
    for letter in group:
        box.remove(held[letter.letter_id])
        del held[letter.letter_id]
        result.done.append(_without_body(letter))
    group.clear()


@dataclass(frozen=True)
class FailedRuns:
    """The way of what the platform could not hand to a function.

    A letter about the stream names records and does not hold them, but their events are still in the outbox: one
    reading finds those of many letters, and they are put on the bus again, with a few neighbours that had arrived;
    ids are the same, so whoever listens knows them. Of a scheduled run there is nothing to send: the next one did its
    work, and the letter goes once somebody has seen it.
    """

    outbox: Outbox | None
    bus: EventBus | None
    at_once: int = 1_000

    def fault(self, letter: Letter) -> str | None:
        """Why it cannot be done again here."""
        if letter.span and not (self.outbox and self.bus):
            return "which bus and table? give --stack, or EVENT_BUS_NAME and ORDERS_TABLE"
        if not letter.span and "shard" in letter.about:
            return "it does not say when the stream's records were written"
        if not letter.span and "function" not in letter.about:
            return "it tells of neither a run nor of a stream's records"
        return None

    def send(self, letters: Sequence[Letter]) -> None:
        """Publish what the letters stand for; NotPublished when the bus does not take all of it."""
        spans = _merged(letter.span for letter in letters if letter.span)
        if not spans:
            return
        assert self.outbox is not None  # see `fault`
        waiting: list[Event] = []
        try:
            for event in self.outbox.events():
                if any(first <= event.at <= last for first, last in spans):
                    waiting.append(event)
                if len(waiting) == PUBLISHED_AT_ONCE:
                    self._publish(waiting)
        except UnreadableEvents:
            self._publish(waiting)
            raise
        self._publish(waiting)

    def _publish(self, waiting: list[Event]) -> None:
        assert self.bus is not None  # see `fault`
        if failed := self.bus.publish(waiting):
            raise NotPublished(f"the bus did not take {', '.join(sorted(failed))}")
        waiting.clear()


def _merged(told: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """When the commands may have begun, in as few spans as can be."""
    found: list[tuple[datetime, datetime]] = []
    for first, last in sorted((first - WRITTEN_WITHIN, last + WRITTEN_WITHIN) for first, last in told):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _each_once(box: LetterBox, held: dict[str, Letter]) -> Iterator[Letter]:
    """Every letter, once; ``held`` are those that are hidden from others meanwhile."""
    seen: set[str] = set()
    idle = 0
    while idle < IDLE_ROUNDS:
        taken = box.take()
        held.update({letter.letter_id: _without_body(letter) for letter in taken})
        fresh = [letter for letter in taken if letter.letter_id not in seen]
        seen.update(letter.letter_id for letter in fresh)
        idle = 0 if fresh else idle + 1
        yield from fresh


def _without_body(letter: Letter) -> Letter:
    """A thousand letters may be held at once, of up to 256 KB each."""
    return replace(letter, body="", attributes={})
