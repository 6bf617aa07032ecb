"""What telling people needs of the world: channels, what became of each message, and the queue to tell again by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from fulfillment.domain.events import Event

# Whoever the retailer subscribed hears what no channel of ours carries: everything, where none is set up.
TOPIC = "topic"


class Undeliverable(Exception):
    """A channel will never carry this message: the number is none, the person opted out. ``str`` says why."""


@dataclass(frozen=True)
class Message:
    """Something to tell one receiver, under an id that never changes however often and by which channel it is sent.

    ``words`` names what it says (``TaskReady.pickup``) and ``facts`` what stands in it, for channels that send by
    approved templates.
    """

    message_id: str
    to: str  # "store" or "customer"
    subject: str
    text: str
    attributes: Mapping[str, str]
    address: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    language: str = "id"


@dataclass(frozen=True)
class Delivery:
    """What became of a message: the channels that took it, those that gave it up and those that brought it there."""

    taken: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    arrived: frozenset[str] = frozenset()

    @property
    def under_way(self) -> bool:
        """Whether it arrived, or a channel has it and has not given it up."""
        return bool(self.arrived or self.taken - self.failed)


class Messenger(Protocol):
    """One channel. ``send`` answers the service's own name for the message, where receipts may know no other.

    Undeliverable when it can never work; whatever else goes wrong is tried again later.
    """

    def send(self, message: Message) -> str | None: ...


class Deliveries(Protocol):
    """What became of each message. Said twice, each of these is true once.

    ``begin`` is said before a channel is tried, so that its receipts find the event; ``failed`` and ``arrived`` answer
    that event, or None where the message is not known (any more). ``named`` finds a message by a service's own name.
    """

    def of(self, message_id: str) -> Delivery: ...
    def begin(self, message_id: str, event: Event, at: datetime) -> None: ...
    def taken(self, message_id: str, channel: str, at: datetime, name: str | None = None) -> None: ...
    def failed(self, message_id: str, channel: str) -> Event | None: ...
    def arrived(self, message_id: str, channel: str) -> Event | None: ...
    def named(self, name: str) -> tuple[str, str] | None: ...


class Again(Protocol):
    """Puts an event back, to be told again (at most 15 minutes later)."""

    def tell(self, event: Event, delay_seconds: int = 0) -> None: ...


class Boards(Protocol):
    """When somebody last had a location's board open, to the minute."""

    def seen(self, location_id: str, at: datetime) -> None: ...
    def last_seen(self, location_id: str) -> datetime | None: ...


@dataclass(frozen=True)
class Receipt:
    """What a service says of a message that it took. ``channel`` is empty where only its own name is known."""

    message_id: str
    channel: str
    arrived: bool
