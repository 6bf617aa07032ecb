"""Text messages by AWS End User Messaging (pinpoint-sms-voice-v2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fulfillment.adapters.sending import reference, refusing
from fulfillment.application.notify_ports import Message

CHANNEL = "sms"
MAX_CHARACTERS = 1600  # the service's limit on one message, in all its parts
# No number, opted out, a country we may not write to; and a spent quota, which is no reason to leave a customer without
# a word: the next channel has its turn. Throttling is not among them.
REFUSED = frozenset({"ValidationException", "ConflictException", "ServiceQuotaExceededException"})


@dataclass(frozen=True)
class SmsMessenger:
    """See ``notify_ports.Messenger``. ``client``: pinpoint-sms-voice-v2, which the stubs at hand have no type for."""

    client: Any
    origination: str
    configuration_set: str

    def send(self, message: Message) -> str | None:
        """Send the text; receipts carry our reference in their context."""
        with refusing(REFUSED):
            self.client.send_text_message(
                DestinationPhoneNumber=message.address["phone"],
                OriginationIdentity=self.origination,
                ConfigurationSetName=self.configuration_set,
                MessageBody=message.text[:MAX_CHARACTERS],
                MessageType="TRANSACTIONAL",
                Context={"reference": reference(message.message_id, CHANNEL)},
            )
        return None
