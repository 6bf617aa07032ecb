"""The customer's page, written out from what ``application.customer_page`` says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fulfillment.web.customer.words import WORDS, Words, clock, day_name, headline, money, when
from fulfillment.web.markup import Child, Html, safe_link, tag

View = Mapping[str, Any]

FOLDER = Path(__file__).parent
FILES = {
    "customer.css": "text/css; charset=utf-8",
    "customer.js": "text/javascript; charset=utf-8",
    "customer.svg": "image/svg+xml",
}
# Before and at the status that an order has; the others stand beside the way.
WAY = {
    "pickup": ("received", "preparing", "ready", "collected"),
    "delivery": ("received", "preparing", "on_the_way"),
}
ADDRESS = (  # field, whether it must be filled, what a browser may fill in, most characters
    ("recipient", True, "name", 200),
    ("phone", True, "tel", 16),
    ("street", True, "street-address", 200),
    ("kelurahan", False, "address-level4", 200),
    ("kecamatan", False, "address-level3", 200),
    ("city", True, "address-level2", 200),
    ("province", False, "address-level1", 200),
    ("postal_code", False, "postal-code", 12),
    ("landmark", False, "off", 200),
)
PHONE = r"(\+[1-9][0-9]{7,14}|08[0-9]{7,12})"
SAID_BY_SCRIPT = (
    "sending",
    "failed",
    "gone",
    "check_field",
    "copied",
    "copy_this",
    "changed",
)
_AROUND_THE_CLOCK = [["00:00", "00:00"]]


@cache
def file(name: str) -> str | None:
    """A file of the page; None when there is none of this name."""
    return (FOLDER / name).read_text(encoding="utf-8") if name in FILES else None


@cache
def address_of(name: str) -> str:
    """Where the page finds a file of its own: seen from ``…/c/{token}``, and new whenever the file is."""
    content = file(name)
    assert content is not None, name
    return f"assets/{name}?v={sha256(content.encode()).hexdigest()[:12]}"


def page(view: View) -> str:
    """The whole page."""
    now = datetime.fromisoformat(view["at"])
    words = WORDS[view["language"]]
    order = view["order_id"]
    said = {key: words[key] for key in SAID_BY_SCRIPT}
    body = tag(
        "body",
        tag("a", words["skip"], href="#main", class_="skip"),
        tag("header", tag("p", words["title"].format(order=order), id_="order"), _other_language(view)),
        tag("p", id_="news", role="status", class_="hidden"),
        tag("p", words["offline"], id_="offline", hidden=True),
        _main(view, words, now),
        tag("noscript", tag("p", words["no_script"])),
        data_words=json.dumps(said, ensure_ascii=False),
    )
    return _document(view["language"], words["title"].format(order=order), body, reload=not view["over"])


def lost() -> str:
    """For a link that is not one of ours; we do not know whose language to speak."""
    said = [
        tag(
            "section",
            tag("h1" if lang == "id" else "h2", words["lost"]),
            tag("p", words["lost_note"]),
            lang=lang,
        )
        for lang, words in WORDS.items()
    ]
    return _document(
        "id", WORDS["id"]["lost"], tag("body", tag("main", *said, id_="main")), scripted=False, reload=False
    )


def _document(language: str, title: str, body: Html, *, scripted: bool = True, reload: bool) -> str:
    again = tag("noscript", tag("meta", http_equiv="refresh", content="30")) if reload else None
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="robots", content="noindex"),
        tag("title", title),
        tag("link", rel="stylesheet", href=address_of("customer.css")),
        tag("link", rel="icon", href=address_of("customer.svg"), type_="image/svg+xml"),
        tag("script", src=address_of("customer.js"), defer=True) if scripted else None,
        again,
    )
    return f"<!doctype html>\n{tag('html', head, body, lang=language)}\n"


def _other_language(view: View) -> Html:
    other = "en" if view["language"] == "id" else "id"
    name = WORDS[view["language"]]["other_language"]
    return tag("a", name, href=f"?lang={other}", lang=other, hreflang=other, id_="language")


def _main(view: View, words: Words, now: datetime) -> Html:
    title, explanation = headline(view["language"], view["status"], view["method"])
    if view["found"]:
        explanation = words["some_found"]
    return tag(
        "main",
        tag("h1", title, id_="status"),
        tag("p", explanation.format(**_moments(view, now)), id_="explanation"),
        _way(view),
        _code(view, words),
        _on_my_way(view, words),
        _choices(view, words, now),
        _place(view, words, now),
        _parcels(view, words),
        _goods(view, words),
        id_="main",
        tabindex=-1,
        data_status=view["status"],
        data_mark=view["mark"],
        data_over=bool(view["over"]),
    )


def _moments(view: View, now: datetime) -> dict[str, str]:
    timezone, language = view["timezone"] or "UTC", view["language"]
    promised = next(iter((view["promise"] or {}).values()), None)
    return {
        "promise": when(promised, timezone, language, now) if promised else "",
        **{
            key: when(view[key], timezone, language, now) if view[key] else ""
            for key in ("pay_until", "choose_until")
        },
    }


def _way(view: View) -> Html | None:
    """How far it has come, for who sees at a glance; said in words by the headline."""
    way = WAY[view["method"]]
    if view["status"] not in way:
        return None
    here = way.index(view["status"])
    steps = [
        tag(
            "li",
            headline(view["language"], status, view["method"])[0],
            class_="done" if n < here else None,
            aria_current="step" if n == here else None,
        )
        for n, status in enumerate(way)
    ]
    return tag("ol", *steps, id_="way")


def _code(view: View, words: Words) -> Html | None:
    code = view["code"]
    if code is None or view["place"] is None:
        return None
    from fulfillment.web.customer import qr  # here: its library is loaded when there is a code to draw

    shared = words["share_text"].format(order=view["order_id"], place=view["place"]["name"], code=code)
    spoken = words["code_spoken"].format(letters=" ".join(code.replace("-", "")))
    return tag(
        "section",
        tag("h2", words["code"], id_="code-title"),
        tag("p", tag("span", code, aria_hidden="true"), tag("span", spoken, class_="hidden"), id_="code"),
        tag("div", qr.drawn(code), role="img", aria_label=words["qr"], id_="qr"),
        tag("button", words["share"], type_="button", id_="share", data_share=shared, class_="second"),
        tag("p", words["share_note"], class_="note"),
        tag("p", id_="shared", class_="note", hidden=True),
        class_="card",
        aria_labelledby="code-title",
    )


def _on_my_way(view: View, words: Words) -> Html | None:
    if view["on_my_way_at"] and view["status"] == "ready":
        return tag("p", words["is_on_my_way"], id_="is-on-my-way", class_="good")
    if view["code"] is None:
        return None
    return tag(
        "div", tag("button", words["on_my_way"], type_="button", id_="on-my-way", data_post="on-my-way")
    )


def _choices(view: View, words: Words, now: datetime) -> Html | None:
    if not view["choices"]:
        return None
    made = {"part": _part, "pickup": _store, "delivery": _delivery, "cancel": _cancel}
    items = [
        tag("li", made[c["choice"]](c, view, words, now)) for c in view["choices"] if c["choice"] in made
    ]
    return tag(
        "section",
        tag("h2", words["your_choices"], id_="choices-title"),
        tag("p", words["choose_until"].format(**_moments(view, now)), id_="choose-until")
        if view["choose_until"]
        else None,
        tag("ul", *items, id_="choices"),
        aria_labelledby="choices-title",
    )


def _part(_choice: View, view: View, words: Words, _now: datetime) -> Html:
    found = ", ".join(
        f"{line['quantity']} x {line['name']} {line['variant']}".rstrip() for line in view["found"]
    )
    return tag(
        "button",
        tag("strong", words["part"]),
        tag("span", found),
        type_="button",
        **_posts(choice="part"),
    )


def _store(choice: View, view: View, words: Words, now: datetime) -> Html:
    ready_by = when(choice["ready_by"], choice["timezone"], view["language"], now)
    facts = [words["pickup_when"].format(when=ready_by)]
    if choice["distance_km"] is not None:
        km = f"{choice['distance_km']:.1f}"
        facts.insert(0, words["distance"].format(km=km.replace(".", ",") if view["language"] == "id" else km))
    return tag(
        "button",
        tag("strong", words["pickup_at"].format(name=choice["name"])),
        tag("span", ", ".join(facts)),
        type_="button",
        **_posts(choice="pickup", location_id=choice["location_id"]),
    )


def _delivery(_choice: View, view: View, words: Words, _now: datetime) -> Child:
    known = None
    if view["address_known"]:
        known = tag("button", words["deliver_known"], type_="button", **_posts(choice="delivery"))
    form = tag(
        "form",
        *(_field(words, *field) for field in ADDRESS),
        tag("button", words["deliver_now"]),
        id_="address",
        data_post="choice",
    )
    return [known, tag("details", tag("summary", words["deliver"]), form)]


def _field(words: Words, name: str, required: bool, autocomplete: str, most: int) -> Html:
    label = words[name] if required else words["optional"].format(label=words[name])
    return tag(
        "p",
        tag("label", label, for_=f"ship-{name}"),
        tag(
            "input",
            id_=f"ship-{name}",
            name_=name,
            required=required,
            autocomplete=autocomplete,
            maxlength=most,
            type_="tel" if name == "phone" else "text",
            pattern=PHONE if name == "phone" else None,
            aria_describedby=f"ship-{name}-fault",
        ),
        tag("span", id_=f"ship-{name}-fault", class_="fault"),
    )


def _cancel(_choice: View, _view: View, words: Words, _now: datetime) -> Html:
    sure = tag("button", words["cancel_sure"], type_="button", class_="danger", **_posts(choice="cancel"))
    return tag("details", tag("summary", words["cancel"]), sure)


def _posts(**body: str) -> dict[str, str]:
    return {"data_post": "choice", "data_body": json.dumps(body)}


def _place(view: View, words: Words, now: datetime) -> Html | None:
    place = view["place"]
    if place is None or view["status"] in ("choose", "expired", "cancelled", "unfillable", "collected"):
        return None
    until = view["collect_until"]
    phone = "".join(c for c in place["phone"] if c in "+0123456789")
    return tag(
        "section",
        tag("h2", words["where"], id_="place-title"),
        tag("p", tag("strong", place["name"])),
        tag("p", place["address"]) if place["address"] else None,
        tag(
            "p",
            words["until"].format(when=when(until, view["timezone"], view["language"], now)),
            id_="until",
            class_="good",
        )
        if until
        else None,
        _to_pay(view, words),
        tag(
            "p",
            _elsewhere(words["directions"], _directions(place), "directions"),
            tag("a", words["call"].format(number=place["phone"]), href=f"tel:{phone}", class_="link")
            if phone
            else None,
            class_="links",
        ),
        _hours(place["hours"], words, view["language"]),
        class_="card",
        aria_labelledby="place-title",
    )


def _to_pay(view: View, words: Words) -> Html | None:
    """To the store or, of a parcel, to the courier: while there is something to come."""
    due = view["amount_due"]
    if due is None or view["status"] not in WAY[view["method"]]:
        return None
    return tag("p", words["pay"].format(amount=money(due, view["language"])), id_="pay")


def _directions(place: View) -> str | None:
    if given := safe_link(place["maps_url"]):
        return given
    point = place["point"]
    if point is None:
        return None
    return f"https://www.google.com/maps/dir/?api=1&destination={point['lat']},{point['lon']}"


def _elsewhere(text: str, url: str | None, id_: str) -> Html | None:
    if url is None:
        return None
    return tag("a", text, href=url, id_=id_, class_="link", target="_blank", rel="noopener noreferrer")


def _hours(days: Sequence[View], words: Words, language: str) -> Html:
    rows = []
    for day in days:
        spans = [f"{clock(opens, language)}-{clock(closes, language)}" for opens, closes in day["open"]]
        told = words["all_day"] if day["open"] == _AROUND_THE_CLOCK else ", ".join(spans) or words["closed"]
        name = day_name(date.fromisoformat(day["date"]), language)
        rows.append(tag("div", tag("dt", name), tag("dd", told)))
    return tag("details", tag("summary", words["hours"]), tag("dl", *rows, id_="hours"))


def _parcels(view: View, words: Words) -> Html | None:
    if not view["parcels"]:
        return None
    items = [
        tag("li", words["parcel"].format(carrier=p["carrier"], number=p["tracking_number"]))
        for p in view["parcels"]
    ]
    return tag(
        "section",
        tag("h2", words["parcels"], id_="parcels-title"),
        tag("ul", *items, id_="parcels"),
        tag("p", words["to_come"]) if view["parcels_to_come"] else None,
        class_="card",
        aria_labelledby="parcels-title",
    )


def _goods(view: View, words: Words) -> Html:
    return tag(
        "section",
        tag("h2", words["goods"], id_="goods-title"),
        _lines(view["lines"], "goods"),
        [tag("h3", words["missing"]), _lines(view["missing"], "missing")] if view["missing"] else None,
        _to_pay(view, words) if view["method"] == "delivery" else None,
        tag("p", words["refund"], id_="refund") if view["refund"] else None,
        class_="card",
        aria_labelledby="goods-title",
    )


def _lines(lines: Sequence[View], id_: str) -> Html:
    items = [
        tag("li", f"{line['quantity']} x ", tag("span", line["name"]), f" {line['variant']}".rstrip())
        for line in lines
    ]
    return tag("ul", *items, id_=id_)
