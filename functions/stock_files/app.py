"""Files of counts and movements that tills drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fulfillment import bootstrap
from fulfillment.application.stock_files import DroppedFile
from fulfillment.messages.queue import work_through
from fulfillment.messages.stock_file import read
from fulfillment.observability import Metric, count, logger, metrics


def take(dropped: Sequence[DroppedFile]) -> None:
    """Take the files of one notification: in practice one."""
    for file in dropped:
        report = bootstrap.take_stock_file().take(file)
        logger.info("took a file", extra={"file": file.key, "rows": report.rows, "refused": report.refused})
        count(Metric.STOCK_FILE_TAKEN)
        count(Metric.STOCK_ROWS_SENT, report.sent)
        count(Metric.STOCK_ROWS_REFUSED, report.refused)


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> Mapping[str, Any]:
    """SQS's entry; answers the messages to deliver again."""
    return work_through(event, context, read, take, bootstrap.parked())
