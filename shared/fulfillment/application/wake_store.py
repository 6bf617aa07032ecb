"""The store's own phone is written to when nobody looks at the board: while the store is open, else when it opens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fulfillment.application import channels
from fulfillment.application.channels import ByChannel, Told
from fulfillment.application.choosing import policy_again
from fulfillment.application.notify_ports import Boards, Delivery, Message
from fulfillment.application.ports import Clock, ConfigRepository
from fulfillment.domain.events import Event
from fulfillment.domain.hours import opening_at_or_after
from fulfillment.domain.location import Location
from fulfillment.domain.order import Order, Shipment
from fulfillment.domain.promise import hours_of

LOOKED_AT = timedelta(minutes=3)  # a board asks every few seconds, and the minute is noted
LONGEST_WAIT_SECONDS = 900  # the most that SQS keeps a message back; then it is looked at once more
STILL_NEWS = frozenset({"open", "refused", "ready"})  # not what somebody took meanwhile


@dataclass(frozen=True)
class WakeStore:
    """The same message as on the board's own way, under the same id, by another channel."""

    by: ByChannel
    boards: Boards
    config: ConfigRepository
    clock: Clock

    def __call__(
        self,
        event: Event,
        message: Message,
        location: Location,
        order: Order,
        task: Shipment,
        known: Delivery,
    ) -> Told:
        """What went out, or when to look again, where it must wait for the store to open."""
        ways = channels.of_store(location, self.by.messengers)
        under_way = bool(known.arrived or (known.taken - known.failed) & set(ways))
        # What was found is picked when its customer takes it: that the store may go on is news all the same.
        news = STILL_NEWS | {"picked"} if event.type == "ChoiceMade" else STILL_NEWS
        if not ways or under_way or task.status not in news:
            return Told()
        now = self.clock.now()
        hours = hours_of(location, policy_again(self.config, order))
        opening = opening_at_or_after(hours, location.timezone, now)
        if opening is None or self._somebody_looks(location.location_id, now):
            return Told()
        if opening[0] > now:
            wait = (opening[0] - now).total_seconds()
            return Told(again_in=min(int(wait) + 1, LONGEST_WAIT_SECONDS))
        addressed = replace(message, address={"phone": location.contact.alert_phone})
        return self.by.send(event, addressed, ways, known)

    def _somebody_looks(self, location_id: str, now: datetime) -> bool:
        seen = self.boards.last_seen(location_id)
        return seen is not None and now - seen < LOOKED_AT
