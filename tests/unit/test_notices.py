"""The words that stores and customers read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fulfillment.application.notice_words import STORE, Notice
from fulfillment.application.notices import (
    customer_notice,
    language,
    local_time,
    store_facts,
    store_language,
    store_notice,
    store_words,
)
from fulfillment.application.notify import ABOUT_ONE_TASK, TO_CUSTOMER, WITH_CODE
from fulfillment.domain.decision import Allocation
from fulfillment.domain.events import Event
from fulfillment.domain.location import Location
from fulfillment.domain.order import Order, Shipment
from fulfillment.domain.product import Product
from tests.support.builders import MONDAY_NOON, a_location, a_product
from tests.support.values import a_contact, a_promise, a_shipment, an_order

CODE = "7K3M-9QXA"
LOCALES = ("id", "en")
HEARD = [
    ("OrderConfirmed", "pickup"),
    ("OrderConfirmed", "delivery"),
    ("TaskReady", "pickup"),
    ("TaskShipped", "delivery"),
    ("ChoiceRequired", "pickup"),
    ("ChoiceReminded", "pickup"),
    *((event, "pickup") for event in ("TaskNotReady", "TaskOverdue", "TaskUncollected")),
    *((event, "pickup") for event in ("CodeRenewed", "CollectReminded")),
    ("ChoiceMade", "pickup"),
    *(
        (event, method)
        for event in ("OrderCancelled", "OrderExpired", "OrderUnfillable")
        for method in ("pickup", "delivery")
    ),
]
CHOICES = ({"choice": "pickup", "name": "Kota"}, {"choice": "delivery"}, {"choice": "cancel"})
READY_WORDS = {"id": ("siap diambil di", "kode", "tunjukkan"), "en": ("is ready", "code", "show")}


def told(
    event: str,
    method: str,
    locale: str,
    *tasks: Shipment,
    code: str | None = CODE,
    link: str = "",
    **more: Any,
) -> Notice:
    shipped = tasks or (a_shipment(carrier="JNE", tracking_number="JNE001"),)
    order = an_order(*shipped, method=method, choices=CHOICES, channel_order_id="A-1001", **more)
    happened = Event("e1", event, MONDAY_NOON, order.order_id, {})  # type: ignore[arg-type]
    locations = {name: a_location(name) for name in ("senayan", "kota")}
    return customer_notice(happened, order, shipped, locations, a_contact(locale=locale), code, link)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("event", "method"), HEARD)
def test_every_event_a_customer_hears_of_has_words(event: str, method: str, locale: str) -> None:
    subject, text = told(event, method, locale)

    assert "A-1001" in subject
    assert "A-1001" in text
    assert "Dewi" in text
    assert "{" not in subject + text


def test_no_event_that_customers_hear_of_is_without_words() -> None:
    assert {event for event, _ in HEARD} == TO_CUSTOMER


@pytest.mark.parametrize(("event", "method"), HEARD)
def test_both_languages_say_it_in_words_of_their_own(event: str, method: str) -> None:
    indonesian, english = told(event, method, "id"), told(event, method, "en")

    assert indonesian[0] != english[0]
    assert indonesian[1].startswith("Halo ")
    assert english[1].startswith("Hello ")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("event", "method"), [heard for heard in HEARD if heard[0] not in WITH_CODE])
def test_only_ready_reads_like_ready_or_gives_the_code(event: str, method: str, locale: str) -> None:
    # Even if somebody hands a code to the words of another event
    subject, text = told(event, method, locale)

    said = f"{subject} {text}".lower()
    assert CODE.lower() not in said
    assert [word for word in READY_WORDS[locale] if word in said] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_ready_says_where_and_the_code(locale: str) -> None:
    subject, text = told("TaskReady", "pickup", locale)

    said = f"{subject} {text}".lower()
    assert CODE in text
    assert "Senayan, Jalan Senayan 1, Jakarta" in text
    assert [word for word in READY_WORDS[locale] if word not in said] == []


@pytest.mark.parametrize(("locale", "words"), [("id", "JANGAN datang dulu"), ("en", "do NOT come yet")])
def test_received_says_to_wait_and_until_when(locale: str, words: str) -> None:
    _, text = told("OrderConfirmed", "pickup", locale)

    assert words in text
    assert "WIB" in text
    assert "Senayan" in text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_parcel_names_its_carrier_and_number(locale: str) -> None:
    _, text = told("TaskShipped", "delivery", locale)

    assert "JNE" in text
    assert "JNE001" in text


def test_choices_are_read_out() -> None:
    assert "ambil di Kota; kirim ke alamat; batal" in told("ChoiceRequired", "pickup", "id")[1]
    assert "pick up at Kota; delivery to you; cancel" in told("ChoiceRequired", "pickup", "en")[1]


def test_several_parcels_are_expected_by_the_last_of_them() -> None:
    late = a_promise("delivery", datetime(2026, 11, 30, 14, tzinfo=UTC))
    tasks = (a_shipment("senayan", number=1), a_shipment("kota", number=2, promise=late))

    assert "30 Nov 21:00 WIB" in told("OrderConfirmed", "delivery", "en", *tasks)[1]


def test_a_code_that_is_worth_nothing_any_more_is_left_out() -> None:
    assert told("TaskReady", "pickup", "en", code=None)[1].endswith("Show the staff this code: ")


def test_an_event_without_tasks_has_words_all_the_same() -> None:
    order = an_order(method="delivery")
    happened = Event("e1", "OrderUnfillable", MONDAY_NOON, "A-1", {})

    subject, text = customer_notice(happened, order, (), {}, a_contact(locale="en"), None)

    assert subject == "We cannot supply order A-1 yet"
    assert "A person will contact you" in text


def test_a_location_that_is_not_known_any_more_is_left_out() -> None:
    order = an_order()
    happened = Event("e1", "OrderConfirmed", MONDAY_NOON, "A-1", {})

    assert (
        "passed it to ."
        in customer_notice(happened, order, order.shipments, {}, a_contact(locale="en"), None)[1]
    )


def test_braces_in_a_name_are_just_a_name() -> None:
    order = an_order()
    happened = Event("e1", "OrderCancelled", MONDAY_NOON, "A-1", {})
    contact = replace(a_contact(locale="en"), name="{code}")

    assert "Hello {code}," in customer_notice(happened, order, order.shipments, {}, contact, CODE)[1]


@pytest.mark.parametrize(
    ("locale", "spoken"),
    [("id", "id"), ("id-ID", "id"), ("ID", "id"), ("en", "en"), ("en-GB", "en"), ("nl", "en")],
)
def test_indonesian_for_indonesians_and_english_for_everybody_else(locale: str, spoken: str) -> None:
    assert language(locale) == spoken


@pytest.mark.parametrize(
    ("timezone", "indonesian", "english"),
    [
        ("Asia/Jakarta", "23/11 12.00 WIB", "23 Nov 12:00 WIB"),
        ("Asia/Pontianak", "23/11 12.00 WIB", "23 Nov 12:00 WIB"),
        ("Asia/Makassar", "23/11 13.00 WITA", "23 Nov 13:00 WITA"),
        ("Asia/Jayapura", "23/11 14.00 WIT", "23 Nov 14:00 WIT"),
        ("Europe/London", "23/11 05.00 GMT", "23 Nov 05:00 GMT"),
    ],
)
def test_times_are_the_stores_own(timezone: str, indonesian: str, english: str) -> None:
    assert local_time(MONDAY_NOON, timezone, "id") == indonesian
    assert local_time(MONDAY_NOON, timezone, "en") == english


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("event", "method"), HEARD)
def test_with_a_page_every_message_ends_with_the_way_to_it(event: str, method: str, locale: str) -> None:
    _, text = told(event, method, locale, link="https://toko.example/c/word")

    assert text.endswith(" https://toko.example/c/word")


@pytest.mark.parametrize(
    ("locale", "until"), [("id", "sampai 26/11 21.00 WIB"), ("en", "until 26 Nov 21:00 WIB")]
)
def test_a_reminder_says_until_when_in_the_stores_time(locale: str, until: str) -> None:
    task = a_shipment(collect_until=datetime(2026, 11, 26, 14, tzinfo=UTC))

    assert until in told("CollectReminded", "pickup", locale, task)[1]


@pytest.mark.parametrize(("locale", "choice"), [("id", "ambil yang ada"), ("en", "take what is there")])
def test_a_choice_is_read_back(locale: str, choice: str) -> None:
    order = an_order()
    happened = Event("e1", "ChoiceMade", MONDAY_NOON, "A-1", {"choice": "part"})

    _, text = customer_notice(happened, order, order.shipments, {}, a_contact(locale=locale), None)

    assert choice in text


# --- to the store


def staff_read(
    order: Order, store: Location, products: Mapping[str, Product], event: str = "OrderConfirmed"
) -> Notice:
    """What staff are told of the order's first task."""
    (task, *_) = order.shipments
    happened = Event("e1", event, MONDAY_NOON, order.order_id, {})  # type: ignore[arg-type]
    facts = store_facts(order, task, store, products)
    return store_notice(store_words(happened, task), facts, store_language(store))


@pytest.mark.parametrize("country", ["ID", "GB"])
@pytest.mark.parametrize("event", sorted(ABOUT_ONE_TASK))
def test_whatever_else_a_store_hears_of_a_task_has_words(event: str, country: str) -> None:
    order = an_order()

    subject, text = staff_read(order, a_location("senayan", country=country), {}, event)

    assert "A-1~1" in subject
    assert "1 x tee" in text
    assert (subject, text) != staff_read(order, a_location("senayan", country=country), {})
    assert event in STORE


@pytest.mark.parametrize(
    ("country", "method", "subject", "by"),
    [
        ("ID", "pickup", "Tugas baru A-1~1: ambil di toko", "Siapkan sebelum 23/11 14.00 WIB: "),
        ("ID", "delivery", "Tugas baru A-1~1: kirim", "Siapkan sebelum 23/11 14.00 WIB: "),
        ("GB", "pickup", "New task A-1~1: pickup", "To be done by 23 Nov 14:00 WIB: "),
        ("GB", "delivery", "New task A-1~1: delivery", "To be done by 23 Nov 14:00 WIB: "),
    ],
)
def test_a_store_reads_what_to_do_and_until_when(country: str, method: str, subject: str, by: str) -> None:
    order = an_order(method=method)

    told = staff_read(order, a_location("senayan", country=country), {})

    assert told == (subject, f"{by}1 x tee")


def test_a_store_reads_names_it_finds_on_the_shelf_and_nothing_of_the_customer() -> None:
    order = an_order(a_shipment("senayan", Allocation("1", "tee", 2), Allocation("2", "cap", 1)))

    _, text = staff_read(order, a_location("senayan"), {"tee": a_product("tee")})

    assert text.endswith("2 x Kaus tee M (tee); 1 x cap")
    assert "Dewi" not in text
