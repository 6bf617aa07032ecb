"""The router's AWS world on an engine: tables, queues, topics, bus and secrets made from the template.

The same world stands on moto (plain ``pytest``) and, for its tables, on DynamoDB Local (the ``engine`` tests).
"""

from __future__ import annotations

import copy
import json
from typing import Any

import boto3
from moto.cognitoidp.models import cognitoidp_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb import dynamodb_backends
from moto.s3.models import s3_backends
from moto.sqs import sqs_backends

from tests.support.functions import STAFF_CLIENT
from tests.support.template import resources, table_requests

REGION = "ap-southeast-3"
BUCKET = "stock-files"
TABLE_VARIABLES = {
    "ORDERS_TABLE": "Orders",
    "STOCK_TABLE": "Stock",
    "STOCK_MOVEMENTS_TABLE": "StockMovements",
    "PRODUCTS_TABLE": "Products",
    "LOCATIONS_TABLE": "Locations",
    "CAPACITY_TABLE": "Capacity",
    "CONFIG_TABLE": "Config",
    "IDEMPOTENCY_TABLE": "Idempotency",
    "STAFF_TABLE": "Staff",
}
# No channel is set up but the topic, and no page: as the template has it where nothing is said.
NO_SENDERS = {
    "NOTIFY_QUEUE_URL": "NotifyQueue",
    "WHATSAPP_ORIGINATION": "none",
    "SMS_ORIGINATION": "none",
    "SMS_CONFIGURATION_SET": "none",
    "EMAIL_FROM": "none",
    "EMAIL_CONFIGURATION_SET": "none",
    "PUBLIC_URL": "none",
}
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}


def make_tables(client: Any) -> dict[str, str]:
    """Create every table of the template; answers the variables that name them."""
    for request in table_requests():
        client.create_table(**request)
    return dict(TABLE_VARIABLES)


def drop_tables(client: Any) -> None:
    """Delete every table of the template."""
    for name in TABLE_VARIABLES.values():
        client.delete_table(TableName=name)


def empty_tables() -> None:
    """Take everything out of moto's tables."""
    for table in dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables.values():
        table.items.clear()


def empty() -> None:
    """Take everything out of moto's tables, queues, bucket and user pool; they themselves stay."""
    empty_tables()
    backend = sqs_backends[DEFAULT_ACCOUNT_ID][REGION]
    for name, queue in backend.queues.items():
        queue.last_purged_at = None  # moto allows one purge a minute, as SQS does
        backend.purge_queue(name)
    for bucket in s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.values():
        bucket.keys.clear()
    for pool in cognitoidp_backends[DEFAULT_ACCOUNT_ID][REGION].user_pools.values():
        pool.users.clear()


def snapshot() -> dict[str, Any]:
    """What is in moto's tables, to be put back as often as needed."""
    tables = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables
    return {name: copy.deepcopy(table.items) for name, table in tables.items()}


def restore(kept: dict[str, Any]) -> None:
    """Fill moto's tables with a snapshot."""
    tables = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables
    for name, items in kept.items():
        tables[name].items = copy.deepcopy(items)


def make_queues() -> dict[str, str]:
    """Create every queue of the template, each with its dead letters; answers url by logical id."""
    sqs = boto3.client("sqs")
    known = resources("AWS::SQS::Queue")
    attributes = {"VisibilityTimeout": "0"}
    urls = {name: sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"] for name in known}
    for name, properties in known.items():
        if policy := properties.get("RedrivePolicy"):
            target = urls[policy["deadLetterTargetArn"]["Fn::GetAtt"][0]]
            arn = sqs.get_queue_attributes(QueueUrl=target, AttributeNames=["QueueArn"])["Attributes"][
                "QueueArn"
            ]
            told = {"deadLetterTargetArn": arn, "maxReceiveCount": policy["maxReceiveCount"]}
            sqs.set_queue_attributes(QueueUrl=urls[name], Attributes={"RedrivePolicy": json.dumps(told)})
    return urls


def make_bucket() -> None:
    """Create the bucket of the tills' files, which keeps every version."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})


def make_topics() -> dict[str, str]:
    """Create both topics, with an inbox queue that hears what each of them says; answers arn by logical id."""
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    arns = {}
    for name in ("StoreTopic", "CustomerTopic"):
        arns[name] = sns.create_topic(Name=name)["TopicArn"]
        url = sqs.create_queue(QueueName=f"{name}Inbox")["QueueUrl"]
        queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=arns[name], Protocol="sqs", Endpoint=queue)
    return arns


def make_bus(queues: dict[str, str]) -> str:
    """Create the bus with the template's rules to the queues; answers its name."""
    events, sqs = boto3.client("events"), boto3.client("sqs")
    events.create_event_bus(Name="Bus")
    for name, rule in resources("AWS::Events::Rule").items():
        events.put_rule(Name=name, EventBusName="Bus", EventPattern=json.dumps(rule["EventPattern"]))
        for target in rule["Targets"]:
            queue = queues[target["Arn"]["Fn::GetAtt"][0]]
            arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
                "QueueArn"
            ]
            events.put_targets(Rule=name, EventBusName="Bus", Targets=[{"Id": target["Id"], "Arn": arn}])
    return "Bus"


def make_secrets() -> dict[str, str]:
    """Create both keys; answers the variables that name them."""
    secrets = boto3.client("secretsmanager")
    value = json.dumps(
        {"kid": "k1", "k1": "a key of the tests, sixty-four characters of it, more or less...."}
    )
    for name in ("option-key", "pickup-code-key", "staff-pin-key", "webhook-key"):
        secrets.create_secret(Name=name, SecretString=value)
    return {
        "OPTION_KEY_SECRET_ID": "option-key",
        "PICKUP_CODE_SECRET_ID": "pickup-code-key",
        "WEBHOOK_SECRET_ID": "webhook-key",
        "STAFF_PIN_SECRET_ID": "staff-pin-key",
    }


def make_pool() -> dict[str, str]:
    """Create the user pool with its client and groups; answers the variables that name them."""
    cognito, ((pool, properties),) = boto3.client("cognito-idp"), resources("AWS::Cognito::UserPool").items()
    made = cognito.create_user_pool(
        PoolName=pool,
        Policies=properties["Policies"],
        UsernameConfiguration=properties["UsernameConfiguration"],
        Schema=properties["Schema"],
    )["UserPool"]["Id"]
    (client,) = resources("AWS::Cognito::UserPoolClient").values()
    flows = {name: client[name] for name in ("ClientName", "ExplicitAuthFlows", "ReadAttributes")}
    created = cognito.create_user_pool_client(UserPoolId=made, **flows)["UserPoolClient"]["ClientId"]
    for group in resources("AWS::Cognito::UserPoolGroup").values():
        cognito.create_group(UserPoolId=made, GroupName=group["GroupName"])
    # The claims of the tests and of events/*.json name the client as events/env.json does.
    clients = cognitoidp_backends[DEFAULT_ACCOUNT_ID][REGION].user_pools[made].clients
    clients[STAFF_CLIENT] = clients.pop(created)
    clients[STAFF_CLIENT].id = STAFF_CLIENT
    return {"STAFF_POOL_ID": made, "STAFF_CLIENT_ID": STAFF_CLIENT}
