"""The outbox: events written with their orders go from the table's stream to the bus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from fulfillment import bootstrap
from fulfillment.messages.incoming import event_from_stream
from fulfillment.observability import Metric, count, logger, metrics


def publish(record: DynamoDBRecord) -> None:
    """Publish one event; RuntimeError makes the stream deliver it again."""
    image = record.raw_event["dynamodb"].get("NewImage") or {}
    if not image.get("sk", {}).get("S", "").startswith("EVENT#"):
        return
    event = event_from_stream(image)
    if failed := bootstrap.event_bus().publish([event]):
        raise RuntimeError(f"the bus did not take {failed}")
    count(Metric.EVENT_PUBLISHED)


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Mapping[str, Any]:
    """The stream's entry; answers the records to deliver again."""
    count(Metric.MESSAGE_RECEIVED, len(event.get("Records", ())))
    processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
    return process_partial_response(event, publish, processor, context)
