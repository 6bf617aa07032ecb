"""No queue of the template is a grave: `fulfillment letters` finds each by the outputs, and knows where it leads."""

from __future__ import annotations

import re

from fulfillment.cli.letter_queues import QUEUE_OUTPUT, Queue, Stack
from tests.support.template import resources, template

OUTPUTS = {name: output["Value"] for name, output in template()["Outputs"].items()}


def known() -> dict[str, Queue]:
    """The command's queues, when the stack's outputs are those of the template (with ids for urls)."""
    urls = {
        name.removesuffix("Url"): value["Ref"]
        for name, value in OUTPUTS.items()
        if QUEUE_OUTPUT.fullmatch(name)
    }
    return dict(Stack(urls, "Orders", "Bus", None, None).queues())


def test_every_queue_is_known_to_the_command() -> None:
    homes = {queue.home for queue in known().values() if queue.home}
    letters = {queue.url for queue in known().values()}

    assert letters | homes == set(resources("AWS::SQS::Queue"))
    assert not letters & homes


def test_dead_letters_lead_back_to_the_queue_they_come_from() -> None:
    template_says = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]: name
        for name, queue in resources("AWS::SQS::Queue").items()
        if "RedrivePolicy" in queue
    }

    assert {queue.url: queue.home for queue in known().values() if queue.home} == template_says


def test_what_is_no_functions_queue_is_the_buss_or_of_failed_runs() -> None:
    of_the_bus = {
        target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
        for rule in resources("AWS::Events::Rule").values()
        for target in rule["Targets"]
    }

    others = [queue for queue in known().values() if not queue.home]
    assert {queue.url for queue in others if queue.kind == "DeadLetters"} == of_the_bus
    assert all(queue.kind == "Failures" for queue in others if queue.url not in of_the_bus)


def test_the_command_has_a_word_for_each() -> None:
    assert {"intake", "reroute", "stock-feed", "notify", "events", "publish", "sweep"} <= known().keys()
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in known())


def test_the_outputs_name_the_table_and_the_bus_that_events_are_published_from() -> None:
    assert OUTPUTS["OrdersTable"] == {"Ref": "Orders"}
    assert OUTPUTS["EventBusName"] == {"Ref": "EventBus"}
