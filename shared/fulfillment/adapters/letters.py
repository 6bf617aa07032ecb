"""Dead-letter queues, and the ways back from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from fulfillment.adapters.dynamodb.rows import chunks
from fulfillment.application.redrive_letters import Letter

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

TAKEN = 10  # the most that one ReceiveMessage gives, and one batch call takes
HIDDEN_SECONDS = 60  # while we hold them; should we be killed, they are back by then
WAIT_SECONDS = 1  # more than none: then all of the queue's servers are asked


@dataclass(frozen=True)
class SqsLetterBox:
    """See ``redrive_letters.LetterBox``. ``read`` makes a letter of a message."""

    client: SQSClient
    queue_url: str
    read: Callable[[Mapping[str, Any]], Letter]

    def there_now(self) -> tuple[int, datetime]:
        """About how many letters there are, hidden ones too; and the end of this second by the queue's own clock, with
        which the times of letters are compared: a laptop's may be minutes off.
        """
        answer = self.client.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=["All"])
        dated = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        now = parsedate_to_datetime(dated) if dated else datetime.now(UTC)
        told: Mapping[str, str] = answer["Attributes"]  # type: ignore[assignment]
        visible, hidden = (told[f"ApproximateNumberOfMessages{which}"] for which in ("", "NotVisible"))
        return int(visible) + int(hidden), now + timedelta(seconds=1)

    def take(self) -> Sequence[Letter]:
        """Up to ten letters, hidden from others for a minute."""
        answer = self.client.receive_message(
            QueueUrl=self.queue_url,
            MaxNumberOfMessages=TAKEN,
            VisibilityTimeout=HIDDEN_SECONDS,
            WaitTimeSeconds=WAIT_SECONDS,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return [self.read(message) for message in answer.get("Messages", [])]

    def give_back(self, letters: Collection[Letter]) -> None:
        """Let others see them at once. One that cannot be given back is visible again within the minute."""
        for batch in chunks(list(letters), TAKEN):
            self.client.change_message_visibility_batch(
                QueueUrl=self.queue_url,
                Entries=[
                    {"Id": str(n), "ReceiptHandle": letter.receipt, "VisibilityTimeout": 0}
                    for n, letter in enumerate(batch)
                ],
            )

    def remove(self, letter: Letter) -> None:
        """It was done."""
        self.client.delete_message(QueueUrl=self.queue_url, ReceiptHandle=letter.receipt)


@dataclass(frozen=True)
class ToQueue:
    """See ``redrive_letters.Way``: back to a queue, as the message was before it was given up.

    ``url_of`` says which queue, or None; ``added`` are names of attributes that giving it up has added.
    """

    client: SQSClient
    url_of: Callable[[Letter], str | None]
    added: Collection[str]
    at_once: int = 1

    def fault(self, letter: Letter) -> str | None:
        """Why it cannot be sent."""
        return None if self.url_of(letter) else "no queue of this stack is where it was to go"

    def send(self, letters: Sequence[Letter]) -> None:
        """Send each."""
        for letter in letters:
            url = self.url_of(letter)
            assert url is not None  # see `fault`
            kept: Any = {
                name: {part: value for part, value in attribute.items() if not part.endswith("ListValues")}
                for name, attribute in letter.attributes.items()
                if name not in self.added
            }
            self.client.send_message(QueueUrl=url, MessageBody=letter.body, MessageAttributes=kept)


def most_receives(client: SQSClient, queue_url: str) -> int | None:
    """How often this queue delivers a message before it gives it up; None when it never does."""
    answer = client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["RedrivePolicy"])
    policy = answer.get("Attributes", {}).get("RedrivePolicy")
    return int(json.loads(policy)["maxReceiveCount"]) if policy else None
