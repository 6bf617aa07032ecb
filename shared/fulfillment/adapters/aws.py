"""AWS clients, made once per execution environment, with time-outs that fit inside a Lambda invocation.

boto3's defaults (60 s to connect, 60 s to read, 10 attempts for DynamoDB) let one hung call eat a whole invocation.
"""

from __future__ import annotations

import random
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp.client import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_secretsmanager.client import SecretsManagerClient
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sqs.client import SQSClient

CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,  # halves boto3's own CPU per call; the service checks again anyway
)
# Writing to a person is not known by a key of ours: what was sent and not answered is not sent again at once.
SENDING = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})
THROTTLES = frozenset(
    {
        "ThrottlingException",
        "ThrottlingError",
        "ProvisionedThroughputExceededException",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "TransactionInProgressException",
        "TransactionConflictException",
        "TransactionConflict",
    }
)


@cache
def _client(service: str) -> Any:
    return boto3.client(service, config=CONFIG)  # type: ignore[call-overload]


def dynamodb() -> DynamoDBClient:
    """The tables."""
    client: DynamoDBClient = _client("dynamodb")
    return client


def sqs() -> SQSClient:
    """The queues."""
    client: SQSClient = _client("sqs")
    return client


def s3() -> S3Client:
    """The files."""
    client: S3Client = _client("s3")
    return client


def sns() -> SNSClient:
    """The topics."""
    client: SNSClient = _client("sns")
    return client


def events() -> EventBridgeClient:
    """The event bus."""
    client: EventBridgeClient = _client("events")
    return client


def secretsmanager() -> SecretsManagerClient:
    """The keys."""
    client: SecretsManagerClient = _client("secretsmanager")
    return client


@cache
def sender(service: str) -> Any:
    """A service that writes to people: socialmessaging, pinpoint-sms-voice-v2 or sesv2."""
    return boto3.client(service, config=SENDING)  # type: ignore[call-overload]


def cognito() -> CognitoIdentityProviderClient:
    """The user pool."""
    client: CognitoIdentityProviderClient = _client("cognito-idp")
    return client


def forget_clients() -> None:
    """Make new clients the next time (for tests that change the endpoint)."""
    _client.cache_clear()
    sender.cache_clear()


def pause(attempt: int, base_seconds: float = 0.02, longest_seconds: float = 0.5) -> None:
    """Wait before another attempt: full jitter, doubling, capped (AWS Builders' Library)."""
    time.sleep(random.uniform(0, min(longest_seconds, base_seconds * 2**attempt)))  # noqa: S311 - not a secret
