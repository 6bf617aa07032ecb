"""The words of messages to stores and customers, in Indonesian and English.

"Received" must never read like "ready": the first says that we will write again and gives no code, the second says
ready, where, until what the code is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from fulfillment.domain.events import Event
from fulfillment.domain.location import Location
from fulfillment.domain.order import CustomerContact, Order, Shipment
from fulfillment.domain.product import Product

Notice = tuple[str, str]  # subject, text

_CUSTOMER: Mapping[tuple[str, str], Mapping[str, Notice]] = {
    ("OrderConfirmed", "pickup"): {
        "id": (
            "Pesanan {order} kami terima",
            "Halo {name}, pesanan {order} sudah kami terima dan sedang diteruskan ke {place}. "
            "Mohon JANGAN datang dulu: kami kabari lagi saat barang siap diambil, perkiraan {when}.",
        ),
        "en": (
            "We received order {order}",
            "Hello {name}, we received order {order} and passed it to {place}. "
            "Please do NOT come yet: we will write again when it can be picked up, expected by {when}.",
        ),
    },
    ("OrderConfirmed", "delivery"): {
        "id": (
            "Pesanan {order} kami terima",
            "Halo {name}, pesanan {order} sudah kami terima dan akan dikirim. Perkiraan tiba paling lambat {when}.",
        ),
        "en": (
            "We received order {order}",
            "Hello {name}, we received order {order} and will send it. Expected no later than {when}.",
        ),
    },
    ("TaskReady", "pickup"): {
        "id": (
            "Pesanan {order} SIAP diambil",
            "Halo {name}, pesanan {order} SIAP diambil di {place}, {address}. "
            "Tunjukkan kode ini kepada petugas: {code}",
        ),
        "en": (
            "Order {order} is READY",
            "Hello {name}, order {order} is READY for you at {place}, {address}. Show the staff this code: {code}",
        ),
    },
    ("TaskShipped", "delivery"): {
        "id": (
            "Pesanan {order} dikirim",
            "Halo {name}, paket pesanan {order} berangkat dengan {carrier}, nomor resi {tracking}.",
        ),
        "en": (
            "Order {order} is on its way",
            "Hello {name}, a parcel of order {order} left with {carrier}, tracking number {tracking}.",
        ),
    },
    ("ChoiceRequired", "pickup"): {
        "id": (
            "Pesanan {order}: mohon pilih",
            "Halo {name}, mohon maaf, toko tidak dapat menyiapkan pesanan {order}. Pilihan Anda: {choices}. "
            "Tidak ada yang kami ubah tanpa jawaban Anda.",
        ),
        "en": (
            "Order {order}: please choose",
            "Hello {name}, we are sorry: the store cannot prepare order {order}. You may choose: {choices}. "
            "We change nothing without your answer.",
        ),
    },
    ("OrderCancelled", "any"): {
        "id": ("Pesanan {order} dibatalkan", "Halo {name}, pesanan {order} dibatalkan sesuai permintaan."),
        "en": ("Order {order} was cancelled", "Hello {name}, order {order} was cancelled as asked."),
    },
    ("OrderExpired", "any"): {
        "id": (
            "Waktu bayar pesanan {order} habis",
            "Halo {name}, pembayaran pesanan {order} belum kami terima, jadi barang kami lepas kembali.",
        ),
        "en": (
            "The time to pay for order {order} is over",
            "Hello {name}, no payment for order {order} reached us in time, so we let the goods go.",
        ),
    },
    ("OrderExpired", "stock_short"): {
        "id": (
            "Pesanan {order} tidak dapat kami penuhi",
            "Halo {name}, mohon maaf: barang pesanan {order} ternyata sudah tidak ada di toko, jadi pesanan kami "
            "akhiri. Anda belum membayar; mohon jangan bayar lagi. Bila pembayaran tetap masuk, kami carikan barangnya "
            "di tempat lain atau uang Anda kembali.",
        ),
        "en": (
            "We cannot supply order {order}",
            "Hello {name}, we are sorry: the goods of order {order} turned out not to be in the store, so we ended the "
            "order. You have not paid; please do not pay any more. Should a payment reach us all the same, we look for "
            "the goods elsewhere or you get your money back.",
        ),
    },
    ("OrderUnfillable", "any"): {
        "id": (
            "Pesanan {order} belum dapat dipenuhi",
            "Halo {name}, mohon maaf, pesanan {order} belum dapat kami penuhi. Petugas kami akan menghubungi Anda.",
        ),
        "en": (
            "We cannot supply order {order} yet",
            "Hello {name}, we are sorry: we cannot supply order {order} as it is. A person will contact you.",
        ),
    },
}
_STORE: Mapping[str, Notice] = {
    "id": ("Tugas baru {task}: {method}", "Siapkan sebelum {when}: {lines}"),
    "en": ("New task {task}: {method}", "To be done by {when}: {lines}"),
}
_STORE_CALLED_OFF: Mapping[str, Notice] = {
    "id": (
        "Tugas {task} DIBATALKAN: {method}",
        "Jangan disiapkan lagi: menurut hitungan terakhir, stok kurang dari yang dijanjikan. {lines}",
    ),
    "en": (
        "Task {task} is CALLED OFF: {method}",
        "Do not prepare it: by the last count there is less in stock than was promised. {lines}",
    ),
}
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


def customer_notice(
    event: Event,
    order: Order,
    tasks: Sequence[Shipment],
    locations: Mapping[str, Location],
    contact: CustomerContact,
    code: str | None,
) -> Notice:
    """Subject and text for the customer. Every event that a customer hears of has words in both languages."""
    lang = language(contact.locale)
    kinds = (event.detail.get("reason", ""), order.method, "any")
    words = next(_CUSTOMER[event.type, kind] for kind in kinds if (event.type, kind) in _CUSTOMER)
    subject, text = words[lang]
    facts = {
        "order": order.channel_order_id,
        "name": contact.name,
        "place": ", ".join(locations[t.location_id].name for t in tasks if t.location_id in locations),
        "address": ", ".join(
            locations[t.location_id].contact.address for t in tasks if t.location_id in locations
        ),
        "when": local_time(max(t.promise.at for t in tasks), tasks[0].promise.timezone, lang)
        if tasks
        else "",
        "code": code or "",
        "carrier": tasks[0].carrier if tasks else "",
        "tracking": tasks[0].tracking_number if tasks else "",
        "choices": "; ".join(
            _CHOICE[lang][c["choice"]].format(name=c.get("name", "")) for c in order.choices
        ),
    }
    return subject.format_map(facts), text.format_map(facts)


def store_notice(order: Order, task: Shipment, location: Location, products: Mapping[str, Product]) -> Notice:
    """Subject and text for the store's staff: what, how many, until when; or that a task was called off because its
    goods are not there. Nothing about the customer.
    """
    lang = "id" if location.country == "ID" else "en"
    lines = "; ".join(
        f"{a.quantity} x {products[a.sku].name(lang)} {products[a.sku].variant} ({a.sku})"
        if a.sku in products
        else f"{a.quantity} x {a.sku}"
        for a in task.allocations
    )
    facts = {
        "task": f"{order.order_id}~{task.number}",
        "method": _METHOD[lang][order.method],
        "when": local_time(task.promise.due_at, task.promise.timezone, lang),
        "lines": lines,
    }
    subject, text = (_STORE_CALLED_OFF if task.refusal_reason == "stock_short" else _STORE)[lang]
    return subject.format_map(facts), text.format_map(facts)
