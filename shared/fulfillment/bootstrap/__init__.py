"""The composition root: use cases with their adapters, built once per execution environment.

Imports stand inside the functions on purpose: a function that never routes must not load shapely.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

from fulfillment.adapters import aws
from fulfillment.adapters.clock import SystemClock
from fulfillment.adapters.dynamodb.catalog import (
    DynamoDBCatalogRepository,
    DynamoDBConfigRepository,
    DynamoDBLocationRepository,
)
from fulfillment.adapters.dynamodb.stock import DynamoDBStockRepository
from fulfillment.adapters.messaging import (
    EventBridgeBus,
    ParkedMessages,
    SqsStockFeed,
)
from fulfillment.application.expire_reservations import ExpireReservations
from fulfillment.bootstrap import customer, messages, parts, people, store
from fulfillment.bootstrap.parts import known as _settings
from fulfillment.bootstrap.parts import option_signer as _option_signer
from fulfillment.bootstrap.parts import orders as _orders
from fulfillment.bootstrap.parts import pickup_codes as _pickup_codes
from fulfillment.bootstrap.parts import picture as _picture

if TYPE_CHECKING:
    from fulfillment.adapters.web_files import WebFiles
    from fulfillment.application.cancel_order import CancelOrder
    from fulfillment.application.confirm_order import ConfirmOrder
    from fulfillment.application.extend_reservation import ExtendReservation
    from fulfillment.application.feed_stock import FeedStock
    from fulfillment.application.find_options import FindOptions
    from fulfillment.application.get_decisions import GetDecisions
    from fulfillment.application.get_order import GetOrder
    from fulfillment.application.hold_order import HoldOrder
    from fulfillment.application.list_tasks import ListTasks
    from fulfillment.application.operate import Operate
    from fulfillment.application.place_order import PlaceOrder
    from fulfillment.application.reconcile import Reconcile
    from fulfillment.application.relieve_shortfall import RelieveShortfall
    from fulfillment.application.reroute_order import RerouteOrder
    from fulfillment.application.run_store import RunStore
    from fulfillment.application.service_ladder import EveryMinute
    from fulfillment.application.take_stock_file import TakeStockFile
    from fulfillment.application.timetable import Timetable
    from fulfillment.application.try_decision import TryDecision
    from fulfillment.application.work_tasks import WorkTasks

# Of modules of their own.
customer_links = customer.customer_links
customer_page = customer.customer_page
choose = customer.choose
notify = messages.notify
see_board = messages.see_board
set_webhook = messages.set_webhook
tell_shops = messages.tell_shops
webhook_queue = messages.webhook_queue
take_receipt = messages.take_receipt
employ_staff = people.employ_staff
sign_in = people.sign_in
staff_door = people.staff_door
count_shelf = store.count_shelf
look_up_stock = store.look_up_stock
sell_in_store = store.sell_in_store

# A full snapshot of 100,000 SKUs may be 20,000 calls, which mostly wait: one after the other they take longer than the
# function has, should SQS answer in 15 ms.
FILE_SENDERS = 4


def reset(*, clients: bool = True) -> None:
    """Forget everything that was built, as a new execution environment would (for tests); the ``clients``, which know
    nothing but their endpoint, may stay.
    """
    if clients:
        aws.forget_clients()
    for module in (sys.modules[__name__], customer, messages, parts, people, store):
        for built in vars(module).values():
            if hasattr(built, "cache_clear"):
                built.cache_clear()


@cache
def find_options() -> FindOptions:
    """Options: reads that may lag a little, since an option is advice and the reservation is the truth."""
    from fulfillment.application.find_options import FindOptions

    _settings().need("tables.products")
    return FindOptions(_picture(False), _orders(), _option_signer(), SystemClock())


@cache
def place_order() -> PlaceOrder:
    """Orders over HTTP, which may echo an option."""
    from fulfillment.application.place_order import PlaceOrder

    _settings().need("tables.products", "tables.idempotency")
    return PlaceOrder(_orders(), _picture(True), expire_reservations(), SystemClock(), _option_signer())


@cache
def place_order_from_queue() -> PlaceOrder:
    """Orders from a queue, which carry no option."""
    from fulfillment.application.place_order import PlaceOrder

    _settings().need("tables.products")
    return PlaceOrder(_orders(), _picture(True), expire_reservations(), SystemClock())


@cache
def confirm_order() -> ConfirmOrder:
    """The money is there."""
    from fulfillment.application.confirm_order import ConfirmOrder

    _settings().need("tables.products")
    return ConfirmOrder(_orders(), _picture(True), expire_reservations(), SystemClock())


@cache
def extend_reservation() -> ExtendReservation:
    """The customer is still at it."""
    from fulfillment.application.extend_reservation import ExtendReservation

    return ExtendReservation(_orders(), _picture(True).config, SystemClock())


@cache
def hold_order() -> HoldOrder:
    """A person stops an order, and lets it go on."""
    from fulfillment.application.hold_order import HoldOrder

    return HoldOrder(_orders(), _timetable(), SystemClock())


@cache
def cancel_order() -> CancelOrder:
    """Let go."""
    from fulfillment.application.cancel_order import CancelOrder

    _settings().need("tables.stock_movements")
    return CancelOrder(_orders(), expire_reservations(), SystemClock())


@cache
def get_order() -> GetOrder:
    """An order's state."""
    from fulfillment.application.get_order import GetOrder

    return GetOrder(_orders(), SystemClock())


@cache
def reroute_order() -> RerouteOrder:
    """Supply again what a store could not."""
    from fulfillment.application.reroute_order import RerouteOrder

    _settings().need("tables.products")
    return RerouteOrder(_orders(), _picture(True), expire_reservations(), SystemClock())


@cache
def every_minute() -> EveryMinute:
    """What ends or comes due by itself."""
    from fulfillment.application.service_ladder import EveryMinute, ServiceLadder

    _settings().need("tables.stock_movements")
    return EveryMinute(expire_reservations(), ServiceLadder(_orders(), _timetable(), SystemClock()))


@cache
def _timetable() -> Timetable:
    from fulfillment.application.timetable import Timetable

    client, tables = aws.dynamodb(), _settings().need("tables.locations", "tables.config").tables
    return Timetable(DynamoDBLocationRepository(client, tables), DynamoDBConfigRepository(client, tables))


@cache
def run_store() -> RunStore:
    """What a supervisor sets for the store."""
    from fulfillment.adapters.dynamodb.own_settings import DynamoDBOwnSettings
    from fulfillment.application.run_store import RunStore

    tables = (
        _settings().need("tables.locations", "tables.config", "tables.orders", "tables.idempotency").tables
    )
    return RunStore(DynamoDBOwnSettings(aws.dynamodb(), tables), SystemClock())


@cache
def relieve_shortfall() -> RelieveShortfall:
    """What was promised of a shelf that holds less."""
    from fulfillment.application.relieve_shortfall import RelieveShortfall

    tables = _settings().need("tables.stock", "tables.capacity").tables
    stock = DynamoDBStockRepository(aws.dynamodb(), tables)
    return RelieveShortfall(_orders(), stock, _timetable(), SystemClock())


@cache
def expire_reservations() -> ExpireReservations:
    """End what was not paid in time."""
    _settings().need("tables.stock", "tables.capacity")
    return ExpireReservations(_orders(), SystemClock())


@cache
def reconcile() -> Reconcile:
    """Compare what is counted with what is there, and only tell."""
    from fulfillment.adapters.comparison import open_comparison
    from fulfillment.adapters.dynamodb.audit import DynamoDBBooks, let_writes_land
    from fulfillment.application.reconcile import Reconcile

    tables = _settings().need("tables.stock", "tables.capacity").tables
    books = DynamoDBBooks(aws.dynamodb(), tables)
    return Reconcile(books, open_comparison, _orders(), SystemClock(), let_writes_land)


@cache
def board_files() -> WebFiles:
    """The page that staff work with."""
    from fulfillment.adapters.web_files import WebFiles

    return WebFiles("board")


@cache
def list_tasks() -> ListTasks:
    """The work list."""
    from fulfillment.application.list_tasks import ListTasks

    client, tables = aws.dynamodb(), _settings().need("tables.products", "tables.stock").tables
    catalog, stock = DynamoDBCatalogRepository(client, tables), DynamoDBStockRepository(client, tables)
    return ListTasks(_orders(), catalog, stock, _timetable(), SystemClock())


@cache
def work_tasks() -> WorkTasks:
    """The steps of staff."""
    from fulfillment.application.work_tasks import WorkTasks

    needed = ("tables.stock", "tables.stock_movements", "tables.capacity", "tables.idempotency")
    tables = _settings().need(*needed).tables
    stock = DynamoDBStockRepository(aws.dynamodb(), tables)
    return WorkTasks(_orders(), stock, _pickup_codes(), _timetable(), SystemClock())


@cache
def feed_stock() -> FeedStock:
    """Counts and movements."""
    from fulfillment.application.feed_stock import FeedStock

    needed = ("tables.stock", "tables.stock_movements", "tables.orders")
    tables = _settings().need(*needed, "tables.products", "tables.locations").tables
    client = aws.dynamodb()
    return FeedStock(
        DynamoDBStockRepository(client, tables),
        DynamoDBCatalogRepository(client, tables),
        DynamoDBLocationRepository(client, tables),
        SystemClock(),
    )


@cache
def take_stock_file() -> TakeStockFile:
    """Files of counts and movements."""
    from fulfillment.adapters.stock_files import S3StockFiles
    from fulfillment.application.take_stock_file import TakeStockFile
    from fulfillment.messages.stock_file import CsvStockRows

    needed = ("tables.stock", "tables.products", "tables.locations", "stock_feed_queue_url")
    known = _settings().need(*needed)
    client, tables = aws.dynamodb(), known.tables
    return TakeStockFile(
        S3StockFiles(aws.s3()),
        CsvStockRows(),
        SqsStockFeed(aws.sqs(), known.stock_feed_queue_url, FILE_SENDERS),
        DynamoDBCatalogRepository(client, tables),
        DynamoDBLocationRepository(client, tables),
        DynamoDBStockRepository(client, tables),
        SystemClock(),
    )


@cache
def event_bus() -> EventBridgeBus:
    """Where events are published."""
    return EventBridgeBus(aws.events(), _settings().need("event_bus_name").event_bus_name)


@cache
def parked() -> ParkedMessages:
    """Where messages go that no retry can help."""
    return ParkedMessages(aws.sqs(), _settings().need("parked_queue_url").parked_queue_url)


@cache
def try_decision() -> TryDecision:
    """Decide without effect: reads that may lag a little, as options do."""
    from fulfillment.application.try_decision import TryDecision

    _settings().need("tables.products")
    return TryDecision(_picture(False), SystemClock())


@cache
def get_decisions() -> GetDecisions:
    """An order's decisions."""
    from fulfillment.application.get_decisions import GetDecisions

    return GetDecisions(_orders())


@cache
def operate() -> Operate:
    """What operations see and set."""
    from fulfillment.adapters.geography import polygon_fault
    from fulfillment.application.operate import Operate

    needed = ("tables.locations", "tables.config", "tables.products", "tables.stock", "stock_feed_queue_url")
    known = _settings().need(*needed)
    client, tables = aws.dynamodb(), known.tables
    return Operate(
        DynamoDBLocationRepository(client, tables),
        DynamoDBConfigRepository(client, tables),
        DynamoDBCatalogRepository(client, tables),
        DynamoDBStockRepository(client, tables),
        SqsStockFeed(aws.sqs(), known.stock_feed_queue_url),
        polygon_fault,
    )
