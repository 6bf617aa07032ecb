"""Those who call: a checkout and operations with IAM keys, and staff who sign in."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping

from fulfillment.adapters.dynamodb.people import DynamoDBStaffRepository
from fulfillment.adapters.secrets import SecretKeys
from fulfillment.domain.people import Employee, Role, mark_pin
from tests.local.deploy import root_client
from tests.local.stack import Credentials, StaffMember

NAMES: Mapping[Role, str] = {
    "picker": "Budi {}",
    "supervisor": "Siti {}",
    "operations": "Wati {}",
    "device": "Phone {}",
}


def add_caller(name: str, policy_arn: str, endpoint_url: str) -> Credentials:
    """An IAM user with an access key and one of the template's managed policies."""
    iam = root_client("iam", endpoint_url)
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=policy_arn)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])


class Hiring:
    """Sets people and shared phones in the user pool and the table of staff, as a supervisor would."""

    def __init__(self, endpoint_url: str, outputs: Mapping[str, str]) -> None:
        self._cognito = root_client("cognito-idp", endpoint_url)
        self._staff = DynamoDBStaffRepository(root_client("dynamodb", endpoint_url), outputs["StaffTable"])
        keys = SecretKeys(root_client("secretsmanager", endpoint_url), outputs["StaffPinKeySecretArn"])
        self._kid, self._key = keys.newest()
        self._pool, self._client = outputs["StaffPoolId"], outputs["StaffClientId"]

    def hire(self, number: str, location_ids: Collection[str], role: Role = "picker") -> StaffMember:
        """Somebody who may touch the tasks of these locations, with a PIN there, signed in."""
        password, pin = f"Aa1-{secrets.token_urlsafe(12)}", f"{secrets.randbelow(10_000):04}"
        self._cognito.admin_create_user(
            UserPoolId=self._pool,
            Username=number,
            UserAttributes=[
                {"Name": "custom:locations", "Value": ",".join(location_ids)},
                {"Name": "name", "Value": NAMES[role].format(number)},
            ],
            MessageAction="SUPPRESS",
        )
        self._cognito.admin_set_user_password(
            UserPoolId=self._pool, Username=number, Password=password, Permanent=True
        )
        self._cognito.admin_add_user_to_group(UserPoolId=self._pool, Username=number, GroupName=role)
        who = Employee(number, NAMES[role].format(number), role)
        has_pin = role != "device"
        for at in location_ids:
            mark = mark_pin(self._key, self._kid, at, number, pin) if has_pin else None
            self._staff.put(who, [(at, mark)])
        token = self.sign_in(number, password)
        return StaffMember(username=number, password=password, id_token=token, pin=pin if has_pin else None)

    def sign_in(self, number: str, password: str) -> str:
        """The id token that the board page gets."""
        answer = self._cognito.initiate_auth(
            ClientId=self._client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": number, "PASSWORD": password},
        )
        token: str = answer["AuthenticationResult"]["IdToken"]
        return token
