"""Every key of every table, written by this module alone.

| what is asked                                   | table          | how                                            |
|-------------------------------------------------|----------------|------------------------------------------------|
| an order with its tasks, story and decisions    | Orders         | Query ``order_id``                             |
| the decisions of an order                       | Orders         | Query ``order_id``, ``sk`` from ``DECISION#``  |
| the order row alone                             | Orders         | Get ``order_id``, ``ORDER``                    |
| the person behind an order                      | Orders         | BatchGet ``order_id``, ``CONTACT``             |
| who came for a task                             | Orders         | BatchGet ``order_id``, ``HANDOVER#<n>``        |
| codes tried at a task                           | Orders         | Update, BatchGet ``order_id``, ``TRIES#<n>``   |
| open tasks of a location, most urgent first     | Orders / work  | Query ``work_location``, ascending ``work_due`` |
| reservations that are over                      | Orders / due   | Query ``due_bucket`` (8), ``due_at`` up to now |
| orders with work that time has come for         | Orders / due   | Query ``due_bucket`` (8 others), as above      |
| events to publish                               | Orders stream  | ``sk`` begins with ``EVENT#``                  |
| all events, to publish some again by hand       | Orders         | Scan, ``sk`` begins with ``EVENT#``            |
| stock of some SKUs at some locations            | Stock          | BatchGet ``sku``, ``location_id``              |
| stock of a SKU everywhere, where there is any   | Stock          | Query ``sku``                                  |
| the SKUs that have a row at a location          | Stock / shelves | Query ``location_id``: keys alone             |
| what moved on a shelf since a moment            | StockMovements | Query ``stock_key``, ``movement_key`` from then, |
|                                                 |                | and the same of all shelves of the location    |
| everything that holds units or places           | Orders         | Scan in segments, tasks and some orders        |
| everything that is counted                      | Stock, Capacity | Scan in segments                              |
| whether a movement was told before              | StockMovements | Get ``stock_key``, ``ID#<movement_id>``        |
| a product                                       | Products       | BatchGet ``sku``                               |
| the product that a till means by a code         | Products       | BatchGet ``sku``: the code, and ``=`` folded   |
| all locations, when one has changed             | Locations      | Scan                                           |
| whether a location has changed                  | Config         | BatchGet ``LOCATIONS``, ``MARK``               |
| orders taken in a window                        | Capacity       | BatchGet ``location_method``, ``window``       |
| unpaid units of a customer                      | Capacity       | Update ``UNPAID#<hash>``, ``UNITS``            |
| the newest version of every policy, all zones   | Config         | Query ``pk``                                   |
| one version of a policy, which is the newest    | Config         | Query ``pk``, ``sk``; descending, the first    |
| the endpoints of webhooks; one of them          | Config         | Query ``pk``; and ``sk``                       |
| a postal or area code and its prefixes          | Config         | BatchGet ``pk``, ``sk``                        |
| whose PIN this is; wrong PINs tried             | Staff          | Update ``location_id``, ``employee``           |
| who works at a location                         | Staff          | Query ``location_id``                          |
| somebody who works there no more                | Staff          | Delete ``location_id``, ``employee``           |
| an answer given before                          | Idempotency    | Get ``idempotency_key``                        |
| what became of a message, by its id             | Idempotency    | Get ``message#<id>``                           |
| which message a service's own name means        | Idempotency    | Get ``receipt#<name>``                         |
| when a location's board was last open           | Idempotency    | Get ``board#<location_id>``                    |
"""

from __future__ import annotations

from datetime import UTC, datetime
from zlib import crc32

from fulfillment.domain.product import folded

ORDER = "ORDER"
CONTACT = "CONTACT"
SHIPMENT_PREFIX = "SHIPMENT#"
EVENT_PREFIX = "EVENT#"
DECISION_PREFIX = "DECISION#"
DUE_BUCKETS = 8  # one index partition takes 1,000 writes/s; eight keep a sale's reservations apart


def instant(at: datetime) -> str:
    """UTC with microseconds, so that text order is time order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def shipment(number: int) -> str:
    """Sort key of the ``number``-th shipment (from 1). Zero-padded, so text order is number order."""
    return f"{SHIPMENT_PREFIX}{number:04d}"


def handover(number: int) -> str:
    """Sort key of who came for a shipment. It stands before ``ORDER``, so that nobody who reads an order reads it."""
    return f"HANDOVER#{number:04d}"


def tries(number: int, unlocked: int = 0) -> str:
    """Sort key of the count of codes tried at a shipment since a supervisor forgave the wrong ones, so many times."""
    return f"TRIES#{number:04d}#{unlocked}" if unlocked else f"TRIES#{number:04d}"


def step(version: int, command_id: str) -> str:
    """Names what a command did to an order, which became this version by it. Text order is the order of the steps."""
    return f"{version:06d}.{command_id}"


def event(step: str, number: int) -> str:
    """Sort key of the ``number``-th event of a step."""
    return f"{EVENT_PREFIX}{step}#{number}"


def decision(step: str) -> str:
    """Sort key of the decision that was taken for a step."""
    return f"{DECISION_PREFIX}{step}"


def command_of(decision_key: str) -> str:
    """The command whose decision stands under this sort key."""
    return decision_key.removeprefix(DECISION_PREFIX).partition(".")[2]


def due_bucket(order_id: str) -> str:
    """Which of the deadline index's partitions the order's deadline stands in."""
    return f"DUE#{crc32(order_id.encode()) % DUE_BUCKETS}"


def all_due_buckets() -> list[str]:
    """Every partition of the deadline index."""
    return [f"DUE#{number}" for number in range(DUE_BUCKETS)]


def look_bucket(order_id: str) -> str:
    """Which of the same index's partitions an order with open work stands in. Those who look for what others hold
    unpaid never see these.
    """
    return f"LOOK#{crc32(order_id.encode()) % DUE_BUCKETS}"


def all_look_buckets() -> list[str]:
    """Every partition of orders with open work."""
    return [f"LOOK#{number}" for number in range(DUE_BUCKETS)]


def work_due(due_at: datetime, task_id: str) -> str:
    """Sort key of the work list: earliest due first, then task."""
    return f"{instant(due_at)}#{task_id}"


def stock_key(sku: str, location_id: str) -> str:
    """Partition of the movements of one shelf."""
    return f"{sku}#{location_id}"


def all_shelves(location_id: str) -> str:
    """Partition of what moved on many shelves of a location at once. No SKU begins with a star."""
    return stock_key("*", location_id)


def movement_key(at: datetime, movement_id: str) -> str:
    """Sort key of a movement in its shelf's partition, where they stand in order of time."""
    return f"{instant(at)}#{movement_id}"


ALIAS = "="  # no SKU begins so


def alias(code: str) -> str:
    """Key of the row that says whose barcode, or whose SKU in other letters, this is."""
    return f"{ALIAS}{folded(code)}"


MOVEMENTS_END = ":"  # moments begin with a digit; ids of movements, in the same partition, come after it


def movement_id(movement_id: str) -> str:
    """Sort key of the row that says what was told under this id."""
    return f"ID#{movement_id}"


def location_method(location_id: str, method: str) -> str:
    """Partition of a location's windows for one method."""
    return f"{location_id}#{method}"


UNPAID_UNITS = "UNITS"  # the only window of a customer


def unpaid(customer: str) -> str:
    """Partition of what a customer has not paid. Locations' partitions end in a method, so the two never meet."""
    return f"UNPAID#{customer}"


def place_mark(location_id: str) -> str:
    """Stands among what a reservation holds, beside its SKUs. No SKU begins with ``@`` or ``~``."""
    return f"@{location_id}"


def customer_mark(customer: str) -> str:
    """Stands among what a reservation holds: whose units are unpaid."""
    return f"~{customer}"


WEBHOOKS = "WEBHOOKS"  # partition of the endpoints of webhooks, by name
POLICIES = "POLICIES"  # partition of the newest version of each policy, by name


LOCATIONS, LOCATIONS_MARK = "LOCATIONS", "MARK"  # the row that every change of a location replaces


def policy(name: str) -> str:
    """Partition of a policy's versions."""
    return f"POLICY#{name}"


def policy_version(version: int) -> str:
    """Sort key of one version. Zero-padded, so the last is the newest."""
    return f"{version:08d}"


def places(kind: str, country: str) -> str:
    """Partition of a country's postal (``POSTAL#``) or area (``AREA#``) codes."""
    return f"{kind.upper()}#{country}"


def zones(country: str) -> str:
    """Partition of a country's zones."""
    return f"ZONE#{country}"


def idempotency(caller: str, key: str) -> str:
    """A key belongs to its sender: two honest callers may use the same word."""
    return f"{caller}#{key}"


def sent_message(message_id: str) -> str:
    """A message that went out. Callers' keys begin with their own name, so the two never meet."""
    return f"message#{message_id}"


def service_name(name: str) -> str:
    """What a sending service calls a message that it took."""
    return f"receipt#{name}"


def board(location_id: str) -> str:
    """The board of a location."""
    return f"board#{location_id}"
