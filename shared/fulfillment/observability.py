"""The logger, and the names of all metrics."""

from __future__ import annotations

from enum import StrEnum

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()  # service and level come from the environment; events are never logged: they hold people
metrics = Metrics()


class Metric(StrEnum):
    """Every metric there is."""

    OPTIONS_FOUND = "OptionsFound"
    ORDER_ACCEPTED = "OrderAccepted"
    ORDER_UNFILLABLE = "OrderUnfillable"
    REQUEST_ANSWERED = "RequestAnswered"
    REQUEST_REFUSED = "RequestRefused"
    REROUTED = "Rerouted"
    SHORTFALL_RELIEVED = "ShortfallRelieved"  # work that gave way
    UNITS_STILL_SHORT = "UnitsStillShort"  # promised, not there, and nothing left to give way
    STOCK_APPLIED = "StockMessageApplied"
    STOCK_IGNORED = "StockMessageIgnored"
    STOCK_FILE_TAKEN = "StockFileTaken"
    STOCK_ROWS_SENT = "StockFileRowsSent"
    STOCK_ROWS_REFUSED = "StockFileRowsRefused"
    MESSAGE_RECEIVED = "MessageReceived"
    MESSAGE_PARKED = "MessageParked"
    EVENT_PUBLISHED = "EventPublished"
    MESSAGE_SENT = "MessageSent"
    MESSAGE_REFUSED = "MessageRefused"  # by a channel, which made room for the next
    WEBHOOK_TAKEN = "WebhookTaken"
    MESSAGE_ARRIVED = "MessageArrived"
    MESSAGE_FAILED = "MessageFailed"  # after a channel had taken it
    RESERVATIONS_SWEPT = "ReservationsSwept"
    LADDER_STEPS = "LadderSteps"  # of tasks that nobody accepted, readied or came for in time
    STOCK_DIFFERENCES = "StockDifferences"
    ROWS_UNSETTLED = "RowsUnsettled"


def count(metric: Metric, value: int = 1) -> None:
    """Add to a metric."""
    metrics.add_metric(name=metric.value, unit=MetricUnit.Count, value=value)
