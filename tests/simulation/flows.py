"""Every command and message of the system as a flow: how it begins, the command, and what happens afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fulfillment.domain import pickup_code
from tests.simulation.calls import SUPERVISOR, Call, of_store, on_order, on_task, place, tasks_of
from tests.simulation.customers import DELIVERED, chooses, looks_at, sets_out
from tests.simulation.services import KEY
from tests.support.builders import (
    SENAYAN,
    a_location,
    a_product,
    asked,
    delivery_body,
    north_of,
    order_body,
    order_lines,
    stock,
)

if TYPE_CHECKING:
    from tests.simulation.crashes import Play

Act = Callable[["Play"], Any]
FLOWS: dict[str, Flow] = {}
PENDING = {"state": "pending", "kind": "card"}
CODE = pickup_code.derive(KEY["k1"].encode(), "A-1", 1, 1)


def _nothing(_play: Play) -> None:
    return


@dataclass(frozen=True)
class Flow:
    """``before`` and ``after`` run undisturbed; faults come in ``command``."""

    before: Act
    command: Act
    after: Act = _nothing


def _a_chain(play: Play) -> None:
    play.given(a_product("tee"), a_product("cap", barcodes=("2000000000022",)))
    for n, name in enumerate(("senayan", "kota")):
        play.given(a_location(name, point=north_of(SENAYAN, n), capacity={"pickup": 2, "delivery": 2}))
    play.told.limited |= {"senayan": True, "kota": True}
    play.given(stock("senayan", tee=2, cap=0), stock("kota", tee=1, cap=1))


def _ordered(*, delivery: bool = False, **more: Any) -> Act:
    """An order is there: a pickup of a tee at senayan, or a delivery of a tee and a cap, from one place or two."""

    def begin(play: Play) -> None:
        _a_chain(play)
        body = delivery_body("A-1", **more) if delivery else order_body("A-1", **more)
        _asks(place("A-1", body, "first"), 201)(play)
        play.settle()

    return begin


def _worked(*steps: str, begin: Act | None = None, at: str = "senayan") -> Act:
    """Its first task was taken so far."""

    def work(play: Play) -> None:
        (begin or _ordered())(play)
        for step in steps:
            _asks(on_task(at, "A-1~1", step, {}, f"{step}-before"))(play)
        play.settle()

    return work


def _asks(call: Call, *statuses: int) -> Act:
    def ask(play: Play) -> None:
        reply = play.call(call)
        assert reply.status in (statuses or (200,)), reply

    return ask


def _over(begin: Act, **by: float) -> Act:
    def later(play: Play) -> None:
        begin(play)
        play.forward(**by)

    return later


def _sweeps(play: Play) -> None:
    play.sweep()


def _swept(begin: Act, **by: float) -> Act:
    def sweep(play: Play) -> None:
        _over(begin, **by)(play)
        play.sweep()
        play.settle()

    return sweep


def _says(queue: str, *messages: Any) -> Act:
    def say(play: Play) -> None:
        for message in messages:
            play.say(queue, message)
        play.deliver(queue)

    return say


def _refused(**more: Any) -> Act:
    """A task was refused, and its event waits."""

    def refuse(play: Play) -> None:
        _ordered(delivery=True, **more)(play)
        _asks(REFUSE)(play)
        play.deliver("stream")

    return refuse


def _asked(**more: Any) -> Act:
    """A pickup at senayan was refused, and its customer was asked."""

    def ask(play: Play) -> None:
        _ordered(**more)(play)
        _asks(REFUSE)(play)
        play.settle()

    return ask


def _found_short(play: Play) -> None:
    """Of two tees one was there, and the customer was asked."""
    _worked("accept", begin=_ordered(lines=TWO_TEES))(play)
    _asks(on_task("senayan", "A-1~1", "pick", {"lines": [{"line_id": "1", "picked": 1}]}, "short"))(play)
    play.given(stock("kota", tee=3))
    play.settle()


BOTH = order_lines(tee=1, cap=1)
TWO_TEES = order_lines(tee=2)
MARKET = {**delivery_body("M-1", lines=BOTH), "channel": "market"}
TOO_MUCH = {**order_body("M-2", lines=order_lines(tee=9)), "channel": "market"}
COUNT = {"type": "count", "sku": "tee", "location_id": "senayan", "on_hand": 5}
SALE = {"type": "movement", "movement_id": "till-1", "sku": "tee", "location_id": "senayan", "change": -1}
MOMENT = "2026-11-23T04:59:00+00:00"
COLLECT = {"code": CODE, "amount_received": {"amount": "199000", "currency": "IDR"}}
REFUSE = on_task("senayan", "A-1~1", "refuse", {"reason": "no_time"}, "no")
AT_KOTA = {"choice": "pickup", "location_id": "kota"}
SHIP = {"carrier": "JNE", "tracking_number": "JX-1"}


def found(line_id: str, units: int) -> dict[str, Any]:
    """A pick of one line."""
    return {"lines": [{"line_id": line_id, "picked": units}]}


def back(line_id: str, units: int) -> dict[str, Any]:
    """A put-back of one line."""
    return {"lines": [{"line_id": line_id, "quantity": units}]}


PICK_SHORT = on_task("senayan", "A-1~1", "pick", found("1", 1), "less")
PROOF = {"collector_name": "Sari", "document": "ktp", "reason": "HP mati"}
GUESSES = [
    on_task("senayan", "A-1~1", "collect", {"code": "0000-0000"}, f"guess {n}".replace(" ", "-"))
    for n in range(5)
]
EMPTY = on_task("senayan", "A-1~1", "refuse", {"reason": "not_found", "everything": True}, "none")


def _put_aside(play: Play) -> None:
    _worked("accept", "ready")(play)
    _asks(on_order("A-1", "cancel", "off"))(play)


PAUSE = of_store("senayan", "pause", {"reason": "busy"}, "stop")

FLOWS |= {
    "options": Flow(_a_chain, _asks(Call("options", "POST", "/v1/options", {}, asked(lines=BOTH)))),
    "place a pickup": Flow(_a_chain, _asks(place("A-1", order_body(), "first"), 201)),
    "place a delivery from two stores": Flow(
        _a_chain, _asks(place("A-1", delivery_body(lines=order_lines(tee=3)), "first"), 201)
    ),
    "place an unpaid order": Flow(_a_chain, _asks(place("A-1", order_body(payment=PENDING), "first"), 201)),
    "refuse what is not there": Flow(
        _a_chain, _asks(place("A-1", order_body(lines=order_lines(tee=3)), "first"), 409)
    ),
    "find short and end what is over": Flow(
        _over(_ordered(payment=PENDING, lines=TWO_TEES), minutes=10),
        _asks(place("A-2", order_body(lines=TWO_TEES), "second"), 201),
    ),
    "place an order from a queue": Flow(_a_chain, _says("IntakeQueue", MARKET)),
    "keep an order nobody can supply": Flow(_a_chain, _says("IntakeQueue", TOO_MUCH)),
    "confirm": Flow(_ordered(payment=PENDING), _asks(on_order("A-1", "confirm", "paid"))),
    "confirm late": Flow(
        _over(_ordered(payment=PENDING), minutes=11), _asks(on_order("A-1", "confirm", "paid"))
    ),
    "replace": Flow(
        _ordered(payment=PENDING, lines=TWO_TEES),
        _asks(place("A-2", order_body(payment=PENDING, lines=TWO_TEES, replaces="A-1"), "second"), 201),
    ),
    "extend": Flow(_over(_ordered(payment=PENDING), minutes=5), _asks(on_order("A-1", "extend", "wait"))),
    "hold": Flow(
        _ordered(payment=PENDING), _asks(on_order("A-1", "hold", "stop", {"reason": "fraud_check"}))
    ),
    "release": Flow(
        lambda play: (
            _ordered()(play),
            play.call(on_order("A-1", "hold", "stop", {"reason": "fraud_check"})),
        ),
        _asks(on_order("A-1", "release", "go")),
    ),
    "cancel": Flow(_ordered(), _asks(on_order("A-1", "cancel", "off"))),
    "cancel what was picked": Flow(_worked("accept", "ready"), _asks(on_order("A-1", "cancel", "off"))),
    "cancel a line": Flow(
        _ordered(delivery=True, lines=BOTH), _asks(on_order("A-1", "cancel", "off", {"lines": ["1"]}))
    ),
    "pause a store": Flow(_a_chain, _asks(PAUSE)),
    "resume a store": Flow(
        lambda play: (_a_chain(play), play.call(PAUSE)), _asks(of_store("senayan", "resume", {}, "go"))
    ),
    "take fewer orders": Flow(
        _a_chain, _asks(of_store("senayan", "capacity", {"method": "pickup", "per_hour": 1}, "few"))
    ),
    "remind a store": Flow(_over(_ordered(), minutes=10), _sweeps),
    "offer elsewhere what nobody accepts": Flow(
        _over(_swept(_ordered(delivery=True), minutes=10), minutes=10), _sweeps
    ),
    "tell of a pickup that nobody accepts": Flow(_over(_swept(_ordered(), minutes=10), minutes=10), _sweeps),
    "tell of what is not ready": Flow(_over(_worked("accept"), hours=3), _sweeps),
    "look at work before its time": Flow(_over(_worked("accept"), minutes=1), _sweeps),
    "remind a customer": Flow(_over(_worked("accept", "ready"), hours=60), _sweeps),
    "end what nobody comes for": Flow(_over(_worked("accept", "ready"), days=4), _sweeps),
    "come too late": Flow(
        _over(_worked("accept", "ready"), days=4),
        _asks(on_task("senayan", "A-1~1", "collect", COLLECT, "late"), 409),
        lambda play: play.sweep(),
    ),
    "sweep": Flow(_over(_ordered(payment=PENDING), minutes=10), lambda play: play.sweep()),
    "list tasks": Flow(_ordered(), _asks(tasks_of("senayan"))),
    "accept": Flow(_ordered(), _asks(on_task("senayan", "A-1~1", "accept", {}, "mine"))),
    "ready": Flow(_worked("accept"), _asks(on_task("senayan", "A-1~1", "ready", {}, "done"))),
    "collect": Flow(
        _worked("accept", "ready"), _asks(on_task("senayan", "A-1~1", "collect", COLLECT, "here"))
    ),
    "ship": Flow(
        _worked("accept", begin=_ordered(delivery=True)),
        _asks(on_task("senayan", "A-1~1", "ship", SHIP, "gone")),
    ),
    "refuse, not found": Flow(
        _ordered(), _asks(on_task("senayan", "A-1~1", "refuse", {"reason": "not_found"}, "no"))
    ),
    "refuse, damaged": Flow(
        _ordered(delivery=True), _asks(on_task("senayan", "A-1~1", "refuse", {"reason": "damaged"}, "no"))
    ),
    "reroute": Flow(_refused(), lambda play: play.deliver("RerouteQueue")),
    "ask the customer": Flow(
        lambda play: (
            _ordered()(play),
            play.call(REFUSE),
            play.deliver("stream"),
        ),
        lambda play: play.deliver("RerouteQueue"),
    ),
    "take over": Flow(
        _worked("accept"),
        _asks(on_task("senayan", "A-1~1", "accept", {"take_over": True}, "mine", SUPERVISOR)),
    ),
    "pick": Flow(_worked("accept"), _asks(on_task("senayan", "A-1~1", "pick", found("1", 1), "got"))),
    "pick short, a parcel": Flow(
        _worked("accept", begin=_ordered(delivery=True, lines=TWO_TEES)), _asks(PICK_SHORT)
    ),
    "pick short, a pickup": Flow(_worked("accept", begin=_ordered(lines=TWO_TEES)), _asks(PICK_SHORT)),
    "reroute what was picked short": Flow(
        lambda play: (
            _worked("accept", begin=_ordered(delivery=True, lines=TWO_TEES))(play),
            play.call(PICK_SHORT),
            play.deliver("stream"),
        ),
        lambda play: play.deliver("RerouteQueue"),
    ),
    "ask the customer what was picked short": Flow(
        lambda play: (
            _worked("accept", begin=_ordered(lines=TWO_TEES))(play),
            play.call(PICK_SHORT),
            play.deliver("stream"),
        ),
        lambda play: play.deliver("RerouteQueue"),
    ),
    "refuse what was picked short": Flow(
        lambda play: (
            _worked("accept", begin=_ordered(lines=TWO_TEES))(play),
            play.call(PICK_SHORT),
            play.settle(),
        ),
        _asks(REFUSE),
    ),
    "not ready after all": Flow(
        _worked("accept", "ready"), _asks(on_task("senayan", "A-1~1", "undo-ready", {}, "oh"))
    ),
    "hand over without the code": Flow(
        _worked("accept", "ready"), _asks(on_task("senayan", "A-1~1", "hand-over", PROOF, "ok", SUPERVISOR))
    ),
    "collect for somebody": Flow(
        _worked("accept", "ready"),
        _asks(on_task("senayan", "A-1~1", "collect", {**COLLECT, "collector": "Joko"}, "here")),
    ),
    "unlock": Flow(
        lambda play: (_worked("accept", "ready")(play), *(play.call(guess) for guess in GUESSES)),
        _asks(on_task("senayan", "A-1~1", "unlock", {}, "sorry", SUPERVISOR)),
    ),
    "put back": Flow(_put_aside, _asks(on_task("senayan", "A-1~1", "put-back", back("1", 1), "back"))),
    "write off": Flow(
        _put_aside,
        _asks(on_task("senayan", "A-1~1", "put-back", {**back("1", 1), "written_off": True}, "off")),
    ),
    "refuse everything": Flow(
        lambda play: (_ordered()(play), play.call(place("A-2", order_body("A-2"), "second"))),
        _asks(EMPTY),
    ),
    "let work give way to an empty shelf": Flow(
        lambda play: (
            _ordered()(play),
            play.call(place("A-2", order_body("A-2"), "second")),
            play.call(EMPTY),
            play.deliver("stream"),
        ),
        lambda play: play.deliver("RerouteQueue"),
    ),
    "look at the page": Flow(_asked(), _asks(looks_at("A-1"))),
    "set out": Flow(_worked("accept", "ready"), _asks(sets_out("A-1", "off-we-go"))),
    "choose another store": Flow(_asked(), _asks(chooses("A-1", AT_KOTA, "there"))),
    "choose delivery": Flow(_asked(), _asks(chooses("A-1", DELIVERED, "bring"))),
    "choose to cancel": Flow(_asked(), _asks(chooses("A-1", {"choice": "cancel"}, "no-more"))),
    "choose what is gone": Flow(_asked(lines=TWO_TEES), _asks(chooses("A-1", AT_KOTA, "there"), 409)),
    "choose what nobody paid for": Flow(
        _over(
            lambda play: (
                _asked()(play),
                _asks(place("A-2", order_body(payment=PENDING, location_id="kota"), "second"), 201)(play),
            ),
            minutes=10,
        ),
        _asks(chooses("A-1", AT_KOTA, "there")),
    ),
    "remind a customer who was asked": Flow(_over(_asked(), hours=24), _sweeps),
    "end what nobody chooses for": Flow(_over(_found_short, hours=48), _sweeps),
    "choose too late": Flow(
        _over(_asked(), hours=48),
        _asks(chooses("A-1", AT_KOTA, "there"), 409),
        lambda play: play.sweep(),
    ),
    "choose what was found": Flow(_found_short, _asks(chooses("A-1", {"choice": "part"}, "some"))),
    "choose another store for all of it": Flow(_found_short, _asks(chooses("A-1", AT_KOTA, "there"))),
    "publish": Flow(
        lambda play: (_a_chain(play), play.call(place("A-1", order_body(), "first"))),
        lambda play: play.deliver("stream"),
    ),
    "notify": Flow(
        lambda play: (_a_chain(play), play.call(place("A-1", order_body(), "first")), play.deliver("stream")),
        lambda play: play.deliver("NotifyQueue"),
    ),
    "count": Flow(_ordered(), _says("StockFeedQueue", {**COUNT, "observed_at": MOMENT})),
    "let work give way to a shortfall": Flow(
        lambda play: (
            _ordered(delivery=True)(play),
            _says("StockFeedQueue", {**COUNT, "on_hand": 0, "observed_at": MOMENT})(play),
            play.deliver("stream"),
        ),
        lambda play: play.deliver("RerouteQueue"),
    ),
    "end an unpaid order for a shortfall": Flow(
        lambda play: (
            _ordered(payment=PENDING)(play),
            _says("StockFeedQueue", {**COUNT, "on_hand": 0, "observed_at": MOMENT})(play),
            play.deliver("stream"),
        ),
        lambda play: play.deliver("RerouteQueue"),
    ),
    "move": Flow(_ordered(), _says("StockFeedQueue", {**SALE, "at": MOMENT})),
}
