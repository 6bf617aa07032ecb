"""``fulfillment letters`` on a world's queues, and letters as the platform writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fulfillment.adapters import aws
from fulfillment.cli.main import main
from tests.support.world import World

ACCOUNT = "ap-southeast-3:123456789012"


@dataclass(frozen=True)
class Said:
    """What the command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def queues(self) -> dict[str, Any]:
        """The listing as JSON, by queue."""
        return {queue["queue"]: queue for queue in json.loads(self.out)["queues"]}


@dataclass(frozen=True)
class LettersCommand:
    """The command, on the queues that a file names."""

    file: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Said:
        self.capsys.readouterr()  # what was printed until now
        code = main(["letters", *words, "--queues", str(self.file)])
        return Said(code, *self.capsys.readouterr())

    def name(self, queues: Mapping[str, str], **more: Any) -> None:
        """Let the file name these."""
        self.file.write_text(json.dumps({"queues": dict(queues), **more}))


def put(world: World, queue: str, body: Any, **attributes: str) -> None:
    """A message in a queue, as whoever sends there would put it."""
    aws.sqs().send_message(
        QueueUrl=world.queues[queue],
        MessageBody=body if isinstance(body, str) else json.dumps(body),
        MessageAttributes={n: {"DataType": "String", "StringValue": v} for n, v in attributes.items()},
    )


def put_undelivered(world: World, queue: str, body: Any, target: str) -> None:
    """What the bus could not deliver, as it tells of it."""
    told = {
        "RULE_ARN": f"arn:aws:events:{ACCOUNT}:rule/Bus/NotifyRule",
        "TARGET_ARN": target,
        "ERROR_CODE": "NO_PERMISSIONS",
        "ERROR_MESSAGE": "The bus may not send there.",
    }
    put(world, queue, body, **told)


def put_lost_records(world: World, first: datetime, last: datetime) -> None:
    """What Lambda says when it gives up a batch of the stream: when its records were written, and not what they say."""
    put(
        world,
        "PublishFailures",
        {
            "requestContext": {
                "requestId": "c7b8",
                "functionArn": f"arn:aws:lambda:{ACCOUNT}:function:publish",
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 9,
            },
            "version": "1.0",
            "timestamp": last.isoformat(),
            "DDBStreamBatchInfo": {
                "shardId": "shardId-00000001573689847184-864758bb",
                "startSequenceNumber": "800000000003126276362",
                "endSequenceNumber": "800000000003126276372",
                "approximateArrivalOfFirstRecord": first.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "approximateArrivalOfLastRecord": last.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "batchSize": 2,
                "streamArn": f"arn:aws:dynamodb:{ACCOUNT}:table/Orders/stream/2026-11-01T00:00:00.000",
            },
        },
    )


def put_failed_run(world: World) -> None:
    """What Lambda says of a scheduled run that failed."""
    put(
        world,
        "SweepFailures",
        {
            "version": "1.0",
            "requestContext": {
                "functionArn": f"arn:aws:lambda:{ACCOUNT}:function:sweep:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 1,
            },
            "requestPayload": {},
            "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
            "responsePayload": {"errorMessage": "could not end O-1"},
        },
    )
