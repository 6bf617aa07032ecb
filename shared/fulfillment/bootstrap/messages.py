"""The part of the composition root that is about messages to people and shops; ``bootstrap`` hands it on."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from fulfillment.adapters import aws
from fulfillment.adapters.clock import SystemClock
from fulfillment.adapters.dynamodb.catalog import (
    DynamoDBCatalogRepository,
    DynamoDBConfigRepository,
    DynamoDBLocationRepository,
)
from fulfillment.adapters.dynamodb.deliveries import DynamoDBBoards, DynamoDBDeliveries
from fulfillment.adapters.dynamodb.webhooks import DynamoDBEndpoints
from fulfillment.adapters.messaging import SnsMessenger, SqsAgain
from fulfillment.adapters.secrets import SecretKeys
from fulfillment.adapters.webhooks import PublicHttps, SqsWebhookQueue
from fulfillment.application.notify_ports import TOPIC
from fulfillment.bootstrap import parts

if TYPE_CHECKING:
    from fulfillment.application.notify import Notify
    from fulfillment.application.notify_ports import Messenger
    from fulfillment.application.set_webhook import SetWebhook
    from fulfillment.application.take_receipt import TakeReceipt
    from fulfillment.application.tell_shops import TellShops


def _senders() -> dict[str, Messenger]:
    """The channels that are set up, by name."""
    known = parts.known()
    found: dict[str, Messenger] = {}
    if origination := known.chosen("whatsapp_origination"):
        from fulfillment.adapters.whatsapp import WhatsAppMessenger

        found["whatsapp"] = WhatsAppMessenger(aws.sender("socialmessaging"), origination)
    sms_set = known.chosen("sms_configuration_set")
    if origination := known.chosen("sms_origination"):
        from fulfillment.adapters.sms import SmsMessenger

        found["sms"] = SmsMessenger(aws.sender("pinpoint-sms-voice-v2"), origination, sms_set)
    email_set = known.chosen("email_configuration_set")
    if address := known.chosen("email_from"):
        from fulfillment.adapters.mail import EmailMessenger

        found["email"] = EmailMessenger(aws.sender("sesv2"), address, email_set)
    return found


def _deliveries() -> DynamoDBDeliveries:
    return DynamoDBDeliveries(aws.dynamodb(), parts.known().need("tables.idempotency").tables.idempotency)


def _boards() -> DynamoDBBoards:
    return DynamoDBBoards(aws.dynamodb(), parts.known().need("tables.idempotency").tables.idempotency)


def _again() -> SqsAgain:
    return SqsAgain(aws.sqs(), parts.known().need("notify_queue_url").notify_queue_url)


@cache
def notify() -> Notify:
    """Messages to stores and customers."""
    from fulfillment.application.channels import ByChannel
    from fulfillment.application.notify import Notify
    from fulfillment.application.wake_store import WakeStore

    known = parts.known().need(
        "tables.products", "tables.locations", "tables.config", "store_topic_arn", "customer_topic_arn"
    )
    senders, deliveries, clock = _senders(), _deliveries(), SystemClock()
    config = DynamoDBConfigRepository(aws.dynamodb(), known.tables)
    customers = {**senders, TOPIC: SnsMessenger(aws.sns(), known.customer_topic_arn)}
    return Notify(
        parts.orders(),
        DynamoDBLocationRepository(aws.dynamodb(), known.tables),
        DynamoDBCatalogRepository(aws.dynamodb(), known.tables),
        parts.pickup_codes(),
        SnsMessenger(aws.sns(), known.store_topic_arn),
        ByChannel(customers, deliveries, clock),
        deliveries,
        WakeStore(ByChannel(senders, deliveries, clock), _boards(), config, clock),
        _again(),
        clock,
        known.chosen("public_url"),
    )


@cache
def see_board() -> Callable[[str], None]:
    """Somebody has a location's board open."""
    boards, clock = _boards(), SystemClock()
    return lambda location_id: boards.seen(location_id, clock.now())


@cache
def take_receipt() -> TakeReceipt:
    """What became of messages."""
    from fulfillment.application.take_receipt import TakeReceipt

    return TakeReceipt(_deliveries(), _again())


def _endpoints() -> DynamoDBEndpoints:
    return DynamoDBEndpoints(aws.dynamodb(), parts.known().need("tables.config").tables.config)


def _webhook_keys() -> SecretKeys:
    return SecretKeys(aws.secretsmanager(), parts.known().need("webhook_secret_id").webhook_secret_id)


@cache
def webhook_queue() -> SqsWebhookQueue:
    """Where webhooks wait."""
    return SqsWebhookQueue(aws.sqs(), parts.known().need("webhooks_queue_url").webhooks_queue_url)


@cache
def set_webhook() -> SetWebhook:
    """Where shops listen."""
    from fulfillment.application.set_webhook import SetWebhook

    return SetWebhook(_endpoints(), _webhook_keys(), SystemClock())


@cache
def tell_shops() -> TellShops:
    """Webhooks."""
    from fulfillment.application.tell_shops import TellShops

    return TellShops(_endpoints(), _webhook_keys(), webhook_queue(), PublicHttps(), SystemClock())
