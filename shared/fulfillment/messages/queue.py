"""How every queue function works through a batch: each message alone, "no" is an answer, the unexpected is retried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import ValidationError

from fulfillment.domain.errors import Busy, InvalidRequest, Refusal, Unavailable
from fulfillment.observability import Metric, count, logger

Told = TypeVar("Told")


class Parking(Protocol):
    """Where messages are put that no retry can help."""

    def park(self, body: str, reason: str) -> None: ...


def work_through(
    event: Mapping[str, Any],
    context: Any,
    read: Callable[[str], Told],
    handle: Callable[[Told], None],
    parking: Parking,
    put_off: Callable[[str, int], None] | None = None,
) -> Mapping[str, Any]:
    """``read`` each body and ``handle`` what it tells; answers the ids of the messages to deliver again.

    A message that cannot be read, or that is refused for good, is parked at once with the reason: trying it five times
    more would only delay that somebody looks at it. ``Busy`` and everything unexpected go back to the queue, where
    ``put_off`` (receipt, times received) may say how long it stays.
    """
    count(Metric.MESSAGE_RECEIVED, len(event.get("Records", ())))

    def park(record: SQSRecord, reason: str) -> None:
        logger.warning("parked a message", extra={"message_id": record.message_id, "reason": reason})
        count(Metric.MESSAGE_PARKED)
        parking.park(record.body, reason)

    def one(record: SQSRecord) -> None:
        try:
            told = read(record.body)
        except (ValidationError, ValueError, TypeError, KeyError) as error:
            park(record, f"not_understood: {_fault(error)}")
            return
        except InvalidRequest as refusal:
            park(record, f"{refusal.code}: {refusal.detail}")
            return
        try:
            handle(told)
        except Refusal as refusal:
            if isinstance(refusal, Busy):
                raise
            park(record, f"{refusal.code}: {refusal.detail}")
        except Exception as error:
            if isinstance(error, Unavailable):
                logger.error(str(error))
            if put_off:
                put_off(record.receipt_handle, int(record.attributes.approximate_receive_count))
            raise

    return process_partial_response(
        event=dict(event),
        record_handler=one,
        processor=BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False),
        context=context,
    )


def _fault(error: Exception) -> str:
    """What is wrong, without the values: a message may hold a person's name."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))} {first['msg']}"
    return type(error).__name__
