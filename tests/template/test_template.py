"""template.yaml keeps its promises, seen without an emulator."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from typing import Any

import pytest

from fulfillment.adapters.stock_files import DONE, ERRORS
from fulfillment.api.routes import ROUTES, Route
from fulfillment.application.take_stock_file import INCOMING
from tests.support.template import ROOT, resources, template

FUNCTIONS = resources("AWS::Serverless::Function")
QUEUES = resources("AWS::SQS::Queue")
API_FUNCTIONS = {
    "OptionsFunction",
    "OrdersFunction",
    "TasksFunction",
    "BoardFunction",
    "CustomerFunction",
    "AdminFunction",
}
AUTHORIZERS = {"checkout": "AWS_IAM", "operations": "AWS_IAM", "staff": "Staff", "anyone": "NONE"}


def events(kind: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Event sources of a kind: name -> (function, properties)."""
    return {
        f"{function}.{name}": (function, event["Properties"])
        for function, properties in FUNCTIONS.items()
        for name, event in properties.get("Events", {}).items()
        if event["Type"] == kind
    }


def default(function: str, key: str) -> Any:
    return FUNCTIONS[function].get(key, template()["Globals"]["Function"].get(key))


def statements(role: str) -> list[dict[str, Any]]:
    policies = resources("AWS::IAM::Role")[role]["Policies"]
    return [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]


def test_every_method_is_written_out_with_its_callers() -> None:
    written = {
        (e["Method"], e["Path"], function, e.get("Auth", {}).get("Authorizer", "AWS_IAM"))
        for function, e in events("Api").values()
    }

    wanted = {
        (r.method, r.path, f"{r.function.title().replace('_', '')}Function", AUTHORIZERS[r.callers[0]])
        for r in ROUTES
    }
    assert written == wanted
    auth = template()["Resources"]["Api"]["Properties"]["Auth"]
    assert auth["DefaultAuthorizer"] == "AWS_IAM"
    assert auth["InvokeRole"] == "NONE"


@pytest.mark.parametrize(
    ("policy", "caller"), [("CheckoutAccess", "checkout"), ("OperationsAccess", "operations")]
)
def test_callers_may_call_exactly_their_methods(policy: str, caller: str) -> None:
    allow, *denials = resources("AWS::IAM::ManagedPolicy")[policy]["PolicyDocument"]["Statement"]

    assert {s["Action"] for s in (allow, *denials)} == {"execute-api:Invoke"}
    wanted = {_called(r) for r in ROUTES if caller in r.callers}
    assert _resources(allow) == wanted
    # A star of IAM reaches over slashes: what it would give beyond that is denied.
    others = {_called(r) for r in ROUTES if caller not in r.callers and r.callers != ("staff",)}
    given = {call for call in others for star in wanted if fnmatch(call, star)}
    assert (allow["Effect"], {s["Effect"] for s in denials} <= {"Deny"}) == ("Allow", True)
    assert {call for denial in denials for call in _resources(denial)} == given


def _called(route: Route) -> str:
    return f"{route.method}{re.sub(r'{[^}]*}', '*', route.path)}"


def _resources(statement: dict[str, Any]) -> set[str]:
    told = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    return {r["Fn::Sub"].partition("${StageName}/")[2] for r in told}


def test_every_queue_that_is_read_has_dead_letters_and_time_for_six_runs() -> None:
    for function, source in events("SQS").values():
        queue = QUEUES[source["Queue"]["Fn::GetAtt"][0]]
        target = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]

        assert target in QUEUES
        assert "RedrivePolicy" not in QUEUES[target]
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
        assert queue["VisibilityTimeout"] >= 6 * default(function, "Timeout")
        assert queue["MessageRetentionPeriod"] < QUEUES[target]["MessageRetentionPeriod"]


def test_every_asynchronous_path_ends_somewhere() -> None:
    for rule in resources("AWS::Events::Rule").values():
        for target in rule["Targets"]:
            assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in QUEUES
    for schedule in resources("AWS::Scheduler::Schedule").values():
        assert schedule["Target"]["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in QUEUES
        invoked = FUNCTIONS[schedule["Target"]["Arn"]["Fn::GetAtt"][0]]
        assert (
            invoked["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
            in QUEUES
        )
        assert invoked["EventInvokeConfig"]["MaximumRetryAttempts"] <= 2


def test_the_bus_may_send_to_its_queues_and_nobody_else() -> None:
    policies = {p["Queues"][0]["Ref"]: p for p in resources("AWS::SQS::QueuePolicy").values()}
    del policies["StockFilesQueue"]  # the bucket's, below
    del policies["ReceiptsQueue"]  # the topic's, below
    targets = {
        arn["Fn::GetAtt"][0]
        for rule in resources("AWS::Events::Rule").values()
        for target in rule["Targets"]
        for arn in (target["Arn"], target["DeadLetterConfig"]["Arn"])
    }

    assert policies.keys() == targets
    for policy in policies.values():
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
        assert "aws:SourceArn" in statement["Condition"]["ArnEquals"]


def test_the_bucket_may_send_to_its_queue_and_nobody_else() -> None:
    # Given the bucket, which is named because the queue's policy must name it before it is there
    bucket = resources("AWS::S3::Bucket")["StockFiles"]
    (statement,) = resources("AWS::SQS::QueuePolicy")["StockFilesQueuePolicy"]["PolicyDocument"]["Statement"]

    # Then it sends what is dropped to the queue that lets it, and to no other
    (told,) = bucket["NotificationConfiguration"]["QueueConfigurations"]
    assert told["Queue"]["Fn::GetAtt"][0] == "StockFilesQueue"
    assert told["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": INCOMING}]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    name, stack = bucket["BucketName"]["Fn::Sub"]
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": {"Fn::Sub": [f"arn:${{AWS::Partition}}:s3:::{name}", stack]}},
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
    }


def test_receipts_come_from_their_topic_and_that_is_written_to_by_the_services_of_this_account() -> None:
    # Given the topic of receipts, its queue and its key
    (subscription,) = resources("AWS::SNS::Subscription").values()
    (to_queue,) = resources("AWS::SQS::QueuePolicy")["ReceiptsQueuePolicy"]["PolicyDocument"]["Statement"]
    _ours, to_topic = resources("AWS::SNS::TopicPolicy")["ReceiptTopicPolicy"]["PolicyDocument"]["Statement"]
    (key,) = resources("AWS::KMS::Key").values()

    # Then the topic sends to the queue, and nobody else does
    assert subscription["TopicArn"] == {"Ref": "ReceiptTopic"}
    assert subscription["Endpoint"]["Fn::GetAtt"][0] == "ReceiptsQueue"
    assert to_queue["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": "ReceiptTopic"}}}

    # And only what the services do for this account reaches the topic, through a key that they may use
    here = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert to_topic["Condition"] == key["KeyPolicy"]["Statement"][1]["Condition"] == here
    assert to_topic["Principal"] == key["KeyPolicy"]["Statement"][1]["Principal"]
    assert resources("AWS::SNS::Topic")["ReceiptTopic"]["KmsMasterKeyId"] == {"Ref": "ReceiptKey"}


def test_a_channel_that_is_not_set_up_leaves_nothing_in_the_stack() -> None:
    conditions = {
        name: resource.get("Condition")
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::IAM::Policy" or name.startswith(("Receipt", "Email"))
    }
    always = {name for name, condition in conditions.items() if condition is None}

    assert all(name.startswith("Receipts") for name in always)  # the queue and its function
    assert {name: conditions[name] for name in ("SendWhatsApp", "SendSms", "SendEmail", "WakeStores")} == {
        "SendWhatsApp": "SendsWhatsApp",
        "SendSms": "SendsSms",
        "SendEmail": "SendsEmail",
        "WakeStores": "SendsByItself",
    }


def test_nobody_outside_sees_a_tills_files_and_they_outlive_their_notification() -> None:
    # Given the bucket and its policy
    bucket = resources("AWS::S3::Bucket")["StockFiles"]
    (denied,) = resources("AWS::S3::BucketPolicy")["StockFilesPolicy"]["PolicyDocument"]["Statement"]

    # Then nothing of it is public, in the clear, or on the way in the clear
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert (denied["Effect"], denied["Principal"], denied["Action"]) == ("Deny", "*", "s3:*")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}

    # And each version is there for longer than its notification can wait
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    kept, waiting = template()["Parameters"]["StockFileDays"], QUEUES["StockFilesQueue"]
    assert kept["MinValue"] * 86_400 > (
        waiting["MessageRetentionPeriod"] + QUEUES["StockFilesDeadLetters"]["MessageRetentionPeriod"]
    )


def test_a_till_drops_files_and_reads_answers_and_nothing_else() -> None:
    drop, see, find = resources("AWS::IAM::ManagedPolicy")["StockFilesAccess"]["PolicyDocument"]["Statement"]

    assert (drop["Action"], drop["Resource"]) == ("s3:PutObject", {"Fn::Sub": "${StockFiles.Arn}/incoming/*"})
    answers = [{"Fn::Sub": f"${{StockFiles.Arn}}/{prefix}*"} for prefix in (ERRORS, DONE)]
    assert (see["Action"], see["Resource"]) == ("s3:GetObject", answers)
    assert (find["Action"], find["Condition"]) == (
        "s3:ListBucket",
        {"StringLike": {"s3:prefix": [f"{ERRORS}*", f"{DONE}*"]}},
    )


def test_streams_are_retried_for_a_while_and_not_for_a_day() -> None:
    for _function, source in events("DynamoDB").values():
        assert 1 <= source["MaximumRetryAttempts"] <= 20
        assert source["MaximumRecordAgeInSeconds"] <= 3600
        assert source["BisectBatchOnFunctionError"] is True
        assert source["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0] in QUEUES
        (pattern,) = source["FilterCriteria"]["Filters"]
        assert json.loads(pattern["Pattern"]) == {
            "eventName": ["INSERT"],
            "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EVENT#"}]}}},
        }


def test_one_bad_message_fails_alone() -> None:
    for _function, source in {**events("SQS"), **events("DynamoDB")}.values():
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_logs_are_kept_for_a_while_and_not_for_ever() -> None:
    groups = resources("AWS::Logs::LogGroup")

    assert all(group["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups.values())
    for name, function in FUNCTIONS.items():
        assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups, name


def test_data_is_encrypted_and_can_be_brought_back() -> None:
    for name, table in resources("AWS::DynamoDB::Table").items():
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["SSESpecification"] == {"SSEEnabled": True}
        assert table["DeletionProtectionEnabled"] == {"Fn::If": ["Protected", True, False]}
        assert template()["Resources"][name]["DeletionPolicy"] == "Retain"
    assert all(queue["SqsManagedSseEnabled"] is True for queue in QUEUES.values())
    assert all(topic["KmsMasterKeyId"] for topic in resources("AWS::SNS::Topic").values())


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [function["Role"]["Fn::GetAtt"][0] for function in FUNCTIONS.values()]

    assert len(set(roles)) == len(FUNCTIONS)
    assert all("Policies" not in function for function in FUNCTIONS.values())
    for name, role in resources("AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in role, name


def narrowed(resource: Any) -> str:
    """A resource without the star of one folder of the bucket: files are named by those who drop them."""
    return re.sub(r"\$\{StockFiles\.Arn\}/\w+/\*", "", json.dumps(resource))


def test_no_statement_reaches_further_than_its_resource() -> None:
    # X-Ray has no resources; API Gateway tests its log role on groups of its own.
    demanded_by_aws = {"Trace", "WriteAccessLogs"}
    for role in resources("AWS::IAM::Role"):
        sids = [s["Sid"] for s in statements(role)]
        assert len(set(sids)) == len(sids), role
        for statement in statements(role):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not any("*" in action for action in actions), (role, statement["Sid"])
            if statement["Sid"] not in demanded_by_aws:
                assert "*" not in narrowed(statement["Resource"]), (role, statement["Sid"])


def test_only_those_who_tell_show_and_check_codes_can_compute_them() -> None:
    readers = {
        role
        for role in resources("AWS::IAM::Role")
        for statement in statements(role)
        if "PickupCodeKey" in json.dumps(statement["Resource"])
    }

    assert readers == {"NotifyRole", "TasksRole", "CustomerRole"}


def test_functions_that_never_route_get_the_lean_layer() -> None:
    lean = {name for name, function in FUNCTIONS.items() if function["Layers"] == [{"Ref": "LeanLayer"}]}

    assert lean == {
        "StockFeedFunction",
        "StockFilesFunction",
        "TasksFunction",
        "SignInFunction",
        "StaffFunction",
        "BoardFunction",
        "PublishFunction",
        "NotifyFunction",
        "ReceiptsFunction",
        "WebhooksFunction",
        "SweepFunction",
        "ReconcileFunction",
    }


def test_segments_come_from_the_platform_and_nothing_imports_the_xray_sdk() -> None:
    sources = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]

    assert template()["Globals"]["Function"]["Tracing"] == "Active"
    assert [p for p in sources if re.search(r"aws_xray_sdk|import Tracer|, Tracer", p.read_text())] == []


def test_an_api_function_outlives_three_attempts_and_not_the_gateway() -> None:
    for function in API_FUNCTIONS:
        assert 15 <= default(function, "Timeout") <= 29


def test_every_dead_letter_rings() -> None:
    alarms = resources("AWS::CloudWatch::Alarm").values()
    watched = {
        a["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for a in alarms
        if a["MetricName"] == "ApproximateNumberOfMessagesVisible"
    }

    read = {source["Queue"]["Fn::GetAtt"][0] for _function, source in events("SQS").values()}
    assert watched == QUEUES.keys() - read
    assert [a for a in alarms if a["MetricName"] == "IteratorAge"]
    noisy = {a["Dimensions"][0]["Value"]["Ref"] for a in alarms if a["MetricName"] == "Errors"}
    assert noisy == FUNCTIONS.keys()


def test_the_api_says_who_called_and_nothing_that_a_customer_typed() -> None:
    api = template()["Resources"]["Api"]["Properties"]

    (setting,) = api["MethodSettings"]
    assert {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= setting.keys()
    assert api["TracingEnabled"] is True
    logged = set(re.findall(r"\$context\.([\w.]+)", api["AccessLogSetting"]["Format"])) - {"resourcePath"}
    assert not any(re.search(r"path$|querystring|header|body", name, re.IGNORECASE) for name in logged)
    assert json.loads(api["AccessLogSetting"]["Format"])


def test_staff_cannot_give_themselves_another_store() -> None:
    client = template()["Resources"]["StaffClient"]["Properties"]

    assert "custom:locations" not in client["WriteAttributes"]
    assert client["IdTokenValidity"] >= 12
    assert client["TokenValidityUnits"]["IdToken"] == "hours"


def test_the_layers_are_built_for_the_runtime() -> None:
    runtime = template()["Globals"]["Function"]["Runtime"]
    script = (ROOT / "shared" / "build.sh").read_text()

    assert runtime == f"python{re.search(r'LAMBDA_PYTHON=(.*)', script)[1]}"  # type: ignore[index]
    for layer in resources("AWS::Serverless::LayerVersion").values():
        assert layer["CompatibleRuntimes"] == [runtime]
        assert layer["CompatibleArchitectures"] == template()["Globals"]["Function"]["Architectures"]
