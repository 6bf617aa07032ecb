"""Messages to stores and customers: the words of ``notice_words`` with what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from fulfillment.application.notice_words import CUSTOMER, STORE, Notice
from fulfillment.domain.events import Event
from fulfillment.domain.location import Location
from fulfillment.domain.order import CustomerContact, Order, Shipment
from fulfillment.domain.product import Product

_METHOD = {
    "id": {"pickup": "ambil di toko", "delivery": "kirim"},
    "en": {"pickup": "pickup", "delivery": "delivery"},
}
_CHOICE = {
    "id": {
        "part": "ambil yang ada",
        "pickup": "ambil di {name}",
        "delivery": "kirim ke alamat",
        "cancel": "batal",
    },
    "en": {
        "part": "take what is there",
        "pickup": "pick up at {name}",
        "delivery": "delivery to you",
        "cancel": "cancel",
    },
}
_CHOSEN = {
    "id": {"pickup": "ambil di toko lain", "delivery": "kirim ke alamat", "part": "ambil yang ada"},
    "en": {"pickup": "pick up at another store", "delivery": "delivery to you", "part": "take what is there"},
}
_CLOSING = {"id": "toko tutup", "en": "closing time"}
_LINK = {"id": "Lihat pesanan:", "en": "Your order:"}
ZONE_NAMES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}


def language(locale: str) -> str:
    """Indonesian for any Indonesian locale, English for everybody else."""
    return "id" if locale.lower().startswith("id") else "en"


def local_time(at: datetime, timezone: str, locale: str) -> str:
    """The store's own time, as people there write it: 23/11 14.30 WITA, or 23 Nov 14:30 WITA."""
    local = at.astimezone(ZoneInfo(timezone))
    zone = ZONE_NAMES.get(timezone, local.tzname() or timezone)
    return f"{local:%d/%m %H.%M} {zone}" if language(locale) == "id" else f"{local:%d %b %H:%M} {zone}"


def customer_words(event: Event, order: Order) -> tuple[str, str]:
    """Which words of ``notice_words.CUSTOMER`` say this: the more particular win."""
    if event.type == "OrderCancelled" and order.status != "cancelled":
        return event.type, "partly"  # some lines, or what was not handed over
    kinds = (event.detail.get("reason", ""), order.method, "any")
    return next((event.type, kind) for kind in kinds if (event.type, kind) in CUSTOMER)


def customer_facts(
    event: Event,
    order: Order,
    tasks: Sequence[Shipment],
    locations: Mapping[str, Location],
    contact: CustomerContact,
    code: str | None,
    link: str,
) -> Mapping[str, str]:
    """What stands in the words: texts in the reader's language and the store's time."""
    lang = language(contact.locale)
    places = [locations[t.location_id] for t in tasks if t.location_id in locations]
    until = tasks[0].collect_until if tasks else None
    return {
        "order": order.channel_order_id,
        "name": contact.name,
        "place": ", ".join(place.name for place in places),
        "address": ", ".join(place.contact.address for place in places),
        "when": local_time(max(t.promise.at for t in tasks), tasks[0].promise.timezone, lang)
        if tasks
        else "",
        "until": local_time(until, tasks[0].promise.timezone, lang) if until else _CLOSING[lang],
        "code": code or "",
        "carrier": (tasks[0].carrier or "") if tasks else "",
        "tracking": (tasks[0].tracking_number or "") if tasks else "",
        "choices": "; ".join(
            _CHOICE[lang][c["choice"]].format(name=c.get("name", "")) for c in order.choices
        ),
        "choose_until": _choose_until(order, lang),
        "choice": _CHOSEN[lang].get(event.detail.get("choice", ""), ""),
        "link": link,
    }


def _choose_until(order: Order, lang: str) -> str:
    """By the clock of the store that could not."""
    if order.question is None:
        return ""
    return local_time(order.question.until, order.shipments[-1].promise.timezone, lang)


def customer_notice(
    event: Event,
    order: Order,
    tasks: Sequence[Shipment],
    locations: Mapping[str, Location],
    contact: CustomerContact,
    code: str | None,
    link: str = "",
) -> Notice:
    """Subject and text for the customer, with the way to the customer's page where there is one. Every event that a
    customer hears of has words in both languages.
    """
    lang = language(contact.locale)
    subject, text = CUSTOMER[customer_words(event, order)][lang]
    facts = customer_facts(event, order, tasks, locations, contact, code, link)
    told = text.format_map(facts)
    return subject.format_map(facts), f"{told} {_LINK[lang]} {link}" if link else told


def store_words(event: Event, task: Shipment) -> str:
    """Which words of ``notice_words.STORE`` say this."""
    if event.type in STORE:
        return event.type
    return "called_off" if task.refusal_reason == "stock_short" else "task"


def store_language(location: Location) -> str:
    """What staff there read."""
    return "id" if location.country == "ID" else "en"


def store_facts(
    order: Order, task: Shipment, location: Location, products: Mapping[str, Product]
) -> Mapping[str, str]:
    """What stands in the words for staff. Nothing about the customer."""
    lang = store_language(location)
    lines = "; ".join(
        f"{a.quantity} x {products[a.sku].name(lang)} {products[a.sku].variant} ({a.sku})"
        if a.sku in products
        else f"{a.quantity} x {a.sku}"
        for a in task.allocations
    )
    return {
        "task": f"{order.order_id}~{task.number}",
        "method": _METHOD[lang][order.method],
        "when": local_time(task.promise.due_at, task.promise.timezone, lang),
        "staging": task.staging or "-",
        "lines": lines,
    }


def store_notice(words: str, facts: Mapping[str, str], lang: str) -> Notice:
    """Subject and text for the store's staff: what, how many, until when; or that a task was called off because its
    goods are not there, that nobody took it yet, that its customer is on the way.
    """
    subject, text = STORE[words][lang]
    return subject.format_map(facts), text.format_map(facts)
