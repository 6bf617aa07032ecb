"""A till that cannot call anything: it drops files, and finds the answers beside them."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tests.local.calls import operations
from tests.local.stack import Stack

HALL = "counted-hall"


class Till:
    """What carries a till's files to the bucket, with the permissions of StockFilesAccess."""

    def __init__(self, stack: Stack) -> None:
        self._s3: Any = boto3.client(
            "s3",
            endpoint_url=stack.endpoint_url,
            region_name=stack.region,
            aws_access_key_id=stack.tills.access_key_id,
            aws_secret_access_key=stack.tills.secret_access_key,
        )
        self._bucket = stack.buckets["StockFiles"]

    def drop(self, name: str, content: str) -> None:
        self._s3.put_object(Bucket=self._bucket, Key=f"incoming/{name}.csv", Body=content.encode())

    def report(self, name: str) -> Any:
        """The report on a file, or None while there is none."""
        found = self._found(f"done/{name}.json")
        return json.loads(found) if found is not None else None

    def errors(self, name: str) -> str | None:
        """The errors of a file, or None where there are none."""
        return self._found(f"errors/{name}.csv")

    def _found(self, key: str) -> str | None:
        try:
            found: str = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read().decode()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "NoSuchKey":
                return None
            raise
        return found


def open_hall(stack: Stack) -> None:
    """A location that gets no orders, so that its shelves are nobody else's."""
    caller = operations(stack)
    hall = caller.get("/v1/locations/senayan").expect(200)
    if caller.get(f"/v1/locations/{HALL}").status == 404:
        hall |= {"location_id": HALL, "name": "Counted hall", "status": "paused"}
        del hall["version"]
        caller.put(f"/v1/locations/{HALL}", hall).expect(200)
