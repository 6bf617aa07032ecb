"""By which ways a message may go, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from fulfillment.application.notify_ports import (
    TOPIC,
    Deliveries,
    Delivery,
    Message,
    Messenger,
    Undeliverable,
)
from fulfillment.application.ports import Clock
from fulfillment.domain.events import Event
from fulfillment.domain.location import Location
from fulfillment.domain.order import CustomerContact


def of_customer(contact: CustomerContact, set_up: Collection[str]) -> tuple[str, ...]:
    """The channels the customer chose, in that order, as far as they are set up and can reach this person; last the
    topic, so that whoever listens there hears of everybody whom no channel reached.

    WhatsApp asks for an opt-in, and never goes without one. Who chose nothing hears by text message, else by e-mail.
    """
    agreed = {opt_in.channel for opt_in in contact.opt_ins}
    possible = {
        "whatsapp": contact.phone is not None and "whatsapp" in agreed,
        "sms": contact.phone is not None,
        "email": contact.email is not None,
    }
    chosen = [c for c in wanted(contact) if possible[c] and c in set_up]
    return (*dict.fromkeys(chosen), TOPIC)


def wanted(contact: CustomerContact) -> tuple[str, ...]:
    """What the customer asked for, whether it is set up or not."""
    return contact.notify or (("sms",) if contact.phone else ("email",))


def of_store(location: Location, set_up: Collection[str]) -> tuple[str, ...]:
    """How the store's own phone is woken when nobody looks at the board."""
    if not location.contact.alert_phone:
        return ()
    return tuple(c for c in location.contact.alert_by if c in set_up)


@dataclass
class Told:
    """What came of it: messages that went out, channels that would not take one (message, channel, why), and in how
    many seconds the event is to be told again for those who cannot be told now; None: everybody was.
    """

    sent: int = 0
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    again_in: int | None = None

    def add(self, other: Told) -> None:
        """And what came of more."""
        self.sent += other.sent
        self.refused += other.refused
        self.again_in = min((one for one in (self.again_in, other.again_in) if one is not None), default=None)


@dataclass(frozen=True)
class ByChannel:
    """Sends a message by the first channel that has not given it up and takes it, then remembers that it did.

    A crash in between repeats the message under the same id.
    """

    messengers: Mapping[str, Messenger]
    deliveries: Deliveries
    clock: Clock

    def send(self, event: Event, message: Message, ways: Sequence[str], known: Delivery) -> Told:
        """Send it. ``known`` is what became of it so far."""
        told = Told()
        for channel in ways:
            if channel in known.taken | known.failed:
                continue
            if channel != TOPIC:  # whoever listens there sends no receipts
                self.deliveries.begin(message.message_id, event, self.clock.now())
            try:
                name = self.messengers[channel].send(message)
            except Undeliverable as refused:
                self.deliveries.failed(message.message_id, channel)
                told.refused.append((message.message_id, channel, str(refused)))
                continue
            self.deliveries.taken(message.message_id, channel, self.clock.now(), name)
            told.sent += 1
            break
        return told
