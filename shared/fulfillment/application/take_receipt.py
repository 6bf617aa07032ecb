"""A channel says what became of a message; when it failed, the next channel has its turn."""

from __future__ import annotations

from dataclasses import dataclass

from fulfillment.application.notify_ports import Again, Deliveries, Receipt


@dataclass(frozen=True)
class TakeReceipt:
    """Records what is said, and has the event told again when the message did not arrive.

    Told twice, the event comes twice, and finds that the next channel has the message already.
    """

    deliveries: Deliveries
    again: Again

    def __call__(self, receipt: Receipt) -> bool:
        """Whether it was about a message of ours."""
        about = (receipt.message_id, receipt.channel)
        if not receipt.channel:
            found = self.deliveries.named(receipt.message_id)
            if found is None:
                return False
            about = found
        if receipt.arrived:
            return self.deliveries.arrived(*about) is not None
        event = self.deliveries.failed(*about)
        if event is not None:
            self.again.tell(event)
        return event is not None
