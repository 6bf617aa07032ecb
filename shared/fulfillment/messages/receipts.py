"""What the sending services say of messages they took, as SNS hands it over: text messages, e-mail, WhatsApp.

Said otherwise than below ("queued", "sent", "read by a link") it is no news. A text message whose end nobody knows
after three days is none either: a customer who was told is not told again then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fulfillment.application.notify_ports import Receipt
from fulfillment.domain.names import require_names

SMS_ARRIVED = frozenset({"TEXT_DELIVERED", "TEXT_SUCCESSFUL"})
SMS_NO_NEWS = frozenset({"TEXT_QUEUED", "TEXT_PENDING", "TEXT_SENT", "TEXT_UNKNOWN"})
EMAIL = {"Delivery": True, "Bounce": False, "Reject": False, "Rendering Failure": False}
WHATSAPP = {"delivered": True, "read": True, "failed": False}


def read(body: str) -> Sequence[Receipt]:
    """The receipts in the body of an SQS message. KeyError, TypeError or ValueError for what is none of the three;
    InvalidRequest when no message can have such a name.
    """
    told = json.loads(json.loads(body)["Message"])
    found = list(_said(told))
    for receipt in found:
        require_names({"message_id": receipt.message_id})
    return found


def _said(told: Mapping[str, Any]) -> Iterator[Receipt]:
    if "whatsAppWebhookEntry" in told:
        return _whatsapp(json.loads(told["whatsAppWebhookEntry"]))
    return _email(told) if "mail" in told else _sms(told)


def _sms(told: Mapping[str, Any]) -> Iterator[Receipt]:
    kind = str(told["eventType"])
    arrived = kind in SMS_ARRIVED
    if told["isFinal"] is True and kind not in SMS_NO_NEWS:
        yield from _ours(told.get("context", {}).get("reference", ""), arrived=arrived)


def _email(told: Mapping[str, Any]) -> Iterator[Receipt]:
    arrived = EMAIL.get(str(told["eventType"]))
    tags = told["mail"].get("tags", {}).get("message_id", [])
    if arrived is not None and tags:
        yield Receipt(str(tags[0]), "email", arrived)


def _whatsapp(entry: Mapping[str, Any]) -> Iterator[Receipt]:
    for change in entry["changes"]:
        for status in change["value"].get("statuses", ()):
            arrived = WHATSAPP.get(str(status["status"]))
            if arrived is None:
                continue
            if said := status.get("biz_opaque_callback_data"):
                yield from _ours(said, arrived=arrived)
            else:
                yield Receipt(str(status["id"]), "", arrived)


def _ours(reference: str, *, arrived: bool) -> Iterator[Receipt]:
    """Ours says message and channel; others of the same account may send by the same numbers."""
    message_id, mark, channel = reference.partition("|")
    if mark and message_id and channel:
        yield Receipt(message_id, channel, arrived)
