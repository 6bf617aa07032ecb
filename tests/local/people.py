"""Those who call: a checkout and operations with IAM keys, and staff who sign in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from tests.local.deploy import root_client
from tests.local.stack import Credentials, StaffMember


def add_caller(name: str, policy_arn: str, endpoint_url: str) -> Credentials:
    """An IAM user with an access key and one of the template's managed policies."""
    iam = root_client("iam", endpoint_url)
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=policy_arn)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])


def add_staff(
    username: str,
    location_ids: Iterable[str],
    *,
    user_pool_id: str,
    client_id: str,
    endpoint_url: str,
    group: str = "picker",
) -> StaffMember:
    """A member of staff who may touch the tasks of these locations, signed in."""
    cognito = root_client("cognito-idp", endpoint_url)
    password = f"Aa1-{secrets.token_urlsafe(12)}"
    cognito.admin_create_user(
        UserPoolId=user_pool_id,
        Username=username,
        UserAttributes=[{"Name": "custom:locations", "Value": ",".join(location_ids)}],
        MessageAction="SUPPRESS",
    )
    cognito.admin_set_user_password(
        UserPoolId=user_pool_id, Username=username, Password=password, Permanent=True
    )
    cognito.admin_add_user_to_group(UserPoolId=user_pool_id, Username=username, GroupName=group)
    token = sign_in(username, password, client_id=client_id, endpoint_url=endpoint_url)
    return StaffMember(username=username, password=password, id_token=token)


def sign_in(username: str, password: str, *, client_id: str, endpoint_url: str) -> str:
    """The id token that the board page would get with the same call."""
    cognito = root_client("cognito-idp", endpoint_url)
    answer = cognito.initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )
    token: str = answer["AuthenticationResult"]["IdToken"]
    return token
