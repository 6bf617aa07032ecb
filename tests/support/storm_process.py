"""A storm in a process of its own, against tables that others use, too. Prints what came of it as JSON.

python -m tests.support.storm_process URL DATABASE NAME OTHERS SEED BEGUN COUNT SECONDS THREADS
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

os.environ |= {"POWERTOOLS_SERVICE_NAME": "test", "POWERTOOLS_METRICS_NAMESPACE": "Fulfillment"}

import boto3

from fulfillment import bootstrap
from fulfillment.adapters import aws
from fulfillment.adapters import clock as clock_module
from tests.support import aws_world
from tests.support.functions import STAFF_CLIENT
from tests.support.races import race, warm
from tests.support.secret_store import SecretStore
from tests.support.storm import FastClock, Storm


def main(arguments: list[str]) -> None:
    """One storm, for so many seconds at most."""
    url, database, name, others, seed, begun, count, seconds, threads = arguments
    client = boto3.client(
        "dynamodb",
        endpoint_url=url,
        aws_access_key_id=database,
        aws_secret_access_key="any",
        region_name=aws_world.REGION,
        config=aws.CONFIG,
    )
    secrets = SecretStore(kid="k1", k1="a key of the tests")
    clock = FastClock(float(begun))
    aws.dynamodb = lambda: client
    aws.secretsmanager = lambda: secrets  # type: ignore[assignment, return-value]
    clock_module.SystemClock.now = lambda self: clock.now()  # type: ignore[method-assign]
    os.environ |= aws_world.TABLE_VARIABLES
    os.environ |= {"OPTION_KEY_SECRET_ID": "key", "PICKUP_CODE_SECRET_ID": "key"}
    os.environ |= {"STAFF_PIN_SECRET_ID": "key", "STAFF_CLIENT_ID": STAFF_CLIENT}
    bootstrap.reset(clients=False)
    warm()

    until = time.monotonic() + float(seconds)
    storm = Storm(name, int(seed), clock, others.split(","))
    done = race([partial(_in_time, job, until) for job in storm.jobs(int(count))], int(threads))
    outcomes = done.count()
    late = outcomes.pop("late", 0)
    told = {str(outcome): times for outcome, times in outcomes.items()}
    print(json.dumps({"done": int(count) - late, "outcomes": told, "p99_ms": done.percentile(0.99)}))


def _in_time(job: Callable[[], Any], until: float) -> Any:
    return job() if time.monotonic() < until else "late"


if __name__ == "__main__":
    main(sys.argv[1:])
