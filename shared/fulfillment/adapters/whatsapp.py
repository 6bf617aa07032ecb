"""WhatsApp by AWS End User Messaging Social: approved templates only, since a notice begins the conversation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fulfillment.adapters.sending import reference, refusing
from fulfillment.application.notify_ports import Message, Undeliverable

CHANNEL = "whatsapp"
META_API_VERSION = "v20.0"
# Which template says what, in which language and with which facts in which order: edit it to the names that Meta
# approved for you.
TEMPLATES = Path(__file__).parents[1] / "whatsapp" / "templates.json"
MAX_PARAMETER = 1024  # characters of a template's body, all in all
REFUSED = frozenset({"ValidationException", "InvalidParametersException"})


@dataclass(frozen=True)
class WhatsAppMessenger:
    """See ``notify_ports.Messenger``. ``client``: socialmessaging, which the stubs at hand have no type for."""

    client: Any
    origination: str

    def send(self, message: Message) -> str | None:
        """Send by the template that says this; answers the service's name, since some receipts carry nothing else."""
        template = templates().get(message.words, {}).get(message.language)
        if template is None:
            raise Undeliverable(f"no template for {message.words} in {message.language}")
        body = {
            "messaging_product": "whatsapp",
            "to": message.address["phone"],
            "type": "template",
            "template": {
                "name": template["name"],
                "language": {"code": template["language"]},
                "components": [
                    {
                        "type": "body",
                        "parameters": [
                            {"type": "text", "text": _parameter(message.facts.get(name, ""))}
                            for name in template["parameters"]
                        ],
                    }
                ],
            },
            "biz_opaque_callback_data": reference(message.message_id, CHANNEL),
        }
        with refusing(REFUSED):
            answer = self.client.send_whatsapp_message(
                originationPhoneNumberId=self.origination,
                message=json.dumps(body, ensure_ascii=False).encode(),
                metaApiVersion=META_API_VERSION,
            )
        return str(answer["messageId"])


@cache
def templates() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """What is configured: words -> language -> name, language code, parameters."""
    read: Mapping[str, Mapping[str, Mapping[str, Any]]] = json.loads(TEMPLATES.read_text(encoding="utf-8"))
    return read


def _parameter(fact: str) -> str:
    """A parameter has no line breaks, tabs or long gaps, and is never empty."""
    return " ".join(fact.split())[:MAX_PARAMETER] or "-"
