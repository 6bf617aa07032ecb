"""The environment as a value; the only reader of ``os.environ``.

Each function is given the variables it needs and no others. Asking for one that is not set is an error at start-up,
not at the first order.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

from fulfillment.adapters.dynamodb.tables import Tables

NONE = "none"  # said on purpose, where a variable may be without a value


class MissingSetting(Exception):
    """An environment variable that this function needs is not set."""


@dataclass(frozen=True)
class Settings:
    """What a function is configured with. Empty means "not given to this function"."""

    tables: Tables
    event_bus_name: str = ""
    store_topic_arn: str = ""
    customer_topic_arn: str = ""
    option_key_secret_id: str = ""
    pickup_code_secret_id: str = ""
    staff_pin_secret_id: str = ""
    staff_client_id: str = ""
    staff_pool_id: str = ""
    stock_feed_queue_url: str = ""
    parked_queue_url: str = ""
    notify_queue_url: str = ""
    webhooks_queue_url: str = ""
    webhook_secret_id: str = ""
    whatsapp_origination: str = ""
    sms_origination: str = ""
    sms_configuration_set: str = ""
    email_from: str = ""
    email_configuration_set: str = ""
    public_url: str = ""

    def need(self, *names: str) -> Settings:
        """The same settings, after checking that these (table names as ``tables.orders``) are there."""
        for name in names:
            owner, _, table = name.rpartition(".")
            value = getattr(self.tables, table) if owner else getattr(self, name)
            if not value:
                variable = f"{table}_TABLE" if owner else name
                raise MissingSetting(f"The environment variable {variable.upper()} is not set.")
        return self

    def chosen(self, name: str) -> str:
        """What may be left unset on purpose: empty when it says ``none``."""
        value: str = getattr(self.need(name), name)
        return "" if value == NONE else value


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process: table ``orders`` from ``ORDERS_TABLE``, the others from their names in capitals."""
    source = os.environ if environ is None else environ
    tables = Tables(**{f.name: source.get(f"{f.name.upper()}_TABLE", "") for f in fields(Tables)})
    others = {f.name: source.get(f.name.upper(), "") for f in fields(Settings) if f.name != "tables"}
    return Settings(tables=tables, **others)
