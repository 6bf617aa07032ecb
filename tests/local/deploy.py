"""The built template, as it is, on the emulator: artifacts to its S3, the stack through its CloudFormation.

`sam deploy` does the same against the emulator (tried) in 42 s instead of a few: it waits and polls for AWS.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import boto3

from tests.local.emulator import REGION, ROOT_CREDENTIALS

STACK_NAME = "fulfillment"
BUCKET = "artifacts"
# What SAM calls a folder that it built, in the template that it wrote.
ARTIFACT = re.compile(r"^(?P<key>\s+(?:CodeUri|ContentUri): )(?P<folder>\w+)$", re.MULTILINE)
# A stack that is thrown away.
PARAMETERS = {"DeletionProtection": "false"}


class DeployFailed(Exception):
    """The stack was not created; the message holds the resources that failed and why."""


def root_client(service: str, endpoint_url: str) -> Any:
    """A client with the emulator's root credentials, for setting up and looking behind the scenes."""
    return boto3.client(  # type: ignore[call-overload]
        service, endpoint_url=endpoint_url, region_name=REGION, **ROOT_CREDENTIALS
    )


def deploy(template: Path, endpoint_url: str) -> tuple[dict[str, str], dict[str, str]]:
    """Creates the stack. Returns its outputs, and its physical ids by logical id."""
    upload(template, endpoint_url)
    formation = root_client("cloudformation", endpoint_url)
    formation.create_stack(
        StackName=STACK_NAME,
        TemplateURL=f"{endpoint_url}/{BUCKET}/template.yaml",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()],
    )
    waiter = formation.get_waiter("stack_create_complete")
    try:
        waiter.wait(StackName=STACK_NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    except Exception as error:
        raise DeployFailed(failures(formation)) from error
    return made(endpoint_url)


def made(endpoint_url: str) -> tuple[dict[str, str], dict[str, str]]:
    """The outputs of the stack that is there, and its physical ids by logical id."""
    formation = root_client("cloudformation", endpoint_url)
    stack = formation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    resources = formation.get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
    ids = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in resources
        for resource in page["StackResourceSummaries"]
    }
    return outputs, ids


def upload(template: Path, endpoint_url: str) -> None:
    """Puts the zips and the template that names them into a bucket."""
    s3 = root_client("s3", endpoint_url)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    text = template.read_text()
    for folder in sorted({match["folder"] for match in ARTIFACT.finditer(text)}):
        s3.upload_file(str(template.parent / f"{folder}.zip"), BUCKET, f"{folder}.zip")
    packaged = ARTIFACT.sub(rf"\g<key>s3://{BUCKET}/\g<folder>.zip", text)
    s3.put_object(Bucket=BUCKET, Key="template.yaml", Body=packaged.encode())


def failures(formation: Any) -> str:
    events = formation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    lines = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    ]
    return "The stack was not created.\n" + "\n".join(lines)
