"""E-mail by SES (sesv2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fulfillment.adapters.sending import refusing
from fulfillment.application.notify_ports import Message

REFUSED = frozenset(
    {"MessageRejected", "BadRequestException", "AccountSuspendedException", "SendingPausedException"}
)


@dataclass(frozen=True)
class EmailMessenger:
    """See ``notify_ports.Messenger``. ``client``: sesv2, which the stubs at hand have no type for."""

    client: Any
    sender: str
    configuration_set: str

    def send(self, message: Message) -> str | None:
        """Send it as plain text; receipts carry our id as a tag."""
        with refusing(REFUSED):
            self.client.send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": [message.address["email"]]},
                Content={
                    "Simple": {
                        "Subject": {"Data": message.subject, "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": message.text, "Charset": "UTF-8"}},
                    }
                },
                EmailTags=[{"Name": "message_id", "Value": message.message_id}],
                ConfigurationSetName=self.configuration_set,
            )
        return None
