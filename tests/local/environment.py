"""The whole local system: emulator, deployed template, callers, listeners."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.local.deploy import deploy, made, root_client
from tests.local.emulator import REGION, Emulator
from tests.local.inbox import listen, listening
from tests.local.people import Hiring, add_caller
from tests.local.stack import Stack

TABLES = (
    "Orders",
    "Stock",
    "StockMovements",
    "Products",
    "Locations",
    "Capacity",
    "Config",
    "Idempotency",
    "Staff",
)
QUEUES = ("Intake", "Reroute", "StockFeed", "StockFiles", "Notify", "Receipts", "Webhooks")
FAILURES = ("PublishFailures", "EventsDeadLetters", "SweepFailures")


@contextlib.contextmanager
def local_stack(location_ids: Iterable[str], template: Path) -> Iterator[Stack]:
    """Starts, deploys the built template, and gives staff and a shared phone to each location.

    Everything is gone when the block is left.
    """
    with Emulator() as emulator:
        yield stack_on(emulator, template, location_ids)


def running_stack(port: int) -> Stack:
    """What another process has brought up on this port and described, with what does not stand in the file."""
    described = Stack.read()
    outputs, resources = made(described.endpoint_url)
    return described.model_copy(
        update={
            "outputs": outputs,
            "resources": resources,
            "listeners": listening(described.endpoint_url),
            "outbox": listening(described.endpoint_url, "outbox"),
            "authorizations": Emulator(port).authorizations_path,
        }
    )


def stack_on(emulator: Emulator, template: Path, location_ids: Iterable[str]) -> Stack:
    """Deploys on a running emulator and fills in who may call."""
    outputs, resources = deploy(template, emulator.endpoint_url)
    speak_plainly(outputs["StockFilesBucket"], emulator.endpoint_url)
    url = emulator.endpoint_url
    # The host names that AWS would give do not resolve here; this path of the emulator's is the same stage.
    api_url = f"{url}/restapis/{outputs['ApiId']}/v1/_user_request_"
    link_to(api_url, resources["NotifyFunction"], url)
    hiring = Hiring(url, outputs)
    places = list(enumerate(location_ids))
    return Stack(
        api_url=api_url,
        board_url=f"{api_url}/board",
        region=REGION,
        endpoint_url=url,
        checkout=add_caller("checkout", outputs["CheckoutAccessArn"], url),
        operations=add_caller("operations", outputs["OperationsAccessArn"], url),
        tills=add_caller("tills", outputs["StockFilesAccessArn"], url),
        staff={at: hiring.hire(f"{10001 + n}", [at]) for n, at in places},
        supervisors={at: hiring.hire(f"{20001 + n}", [at], "supervisor") for n, at in places},
        phones={at: hiring.hire(f"{at}-phone", [at], "device") for _, at in places},
        tables={table: outputs[f"{table}Table"] for table in TABLES},
        queues={f"{queue}Queue": outputs[f"{queue}QueueUrl"] for queue in QUEUES}
        | {f"{queue}DeadLetters": outputs[f"{queue}DeadLettersUrl"] for queue in QUEUES}
        | {queue: outputs[f"{queue}Url"] for queue in FAILURES},
        buckets={"StockFiles": outputs["StockFilesBucket"]},
        event_bus_name=outputs["EventBusName"],
        outputs=outputs,
        resources=resources,
        listeners=listen(outputs, url),
        outbox=listen(outputs, url, "outbox"),
        authorizations=emulator.authorizations_path,
        user_pool_id=outputs["StaffPoolId"],
        client_id=outputs["StaffClientId"],
    )


def link_to(api_url: str, function_name: str, endpoint_url: str) -> None:
    """Links in messages to customers lead to the address that resolves here."""
    functions = root_client("lambda", endpoint_url)
    variables = functions.get_function_configuration(FunctionName=function_name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=function_name, Environment={"Variables": {**variables, "PUBLIC_URL": api_url}}
    )


def speak_plainly(bucket: str, endpoint_url: str) -> None:
    """The emulator speaks no TLS, which the bucket's policy demands: it would refuse everybody, as AWS would."""
    root_client("s3", endpoint_url).delete_bucket_policy(Bucket=bucket)
