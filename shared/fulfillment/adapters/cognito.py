"""The user pool: who may sign in, as what and where.

``InitiateAuth`` is a public call, which the SDK does not sign. Wrong passwords are counted by the pool itself, which
lets nobody of that name in for a while after five; calls in all are limited by the quota of the account and by API
Gateway. Nothing here limits more than that.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fulfillment.application.people_ports import Listed, NewPasswordNeeded, Token
from fulfillment.domain import people
from fulfillment.domain.errors import InvalidRequest
from fulfillment.domain.people import Employee

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp.client import CognitoIdentityProviderClient

OUR_GROUPS = ("picker", "supervisor", "operations", "device")
# The last: a number with letters that the pool knows no name with.
_OPEN_NOTHING = frozenset(
    {
        "NotAuthorizedException",
        "UserNotFoundException",
        "UserNotConfirmedException",
        "PasswordResetRequiredException",
        "InvalidParameterException",
    }
)
_TOO_WEAK = frozenset({"InvalidPasswordException", "PasswordHistoryPolicyViolationException"})


@dataclass(frozen=True)
class CognitoSignIn:
    """See ``people_ports.SignInDirectory``."""

    client: CognitoIdentityProviderClient
    client_id: str

    def sign_in(self, username: str, password: str) -> Token | NewPasswordNeeded | None:
        """With USER_PASSWORD_AUTH: over TLS, from a page of our own."""
        try:
            answer = self.client.initiate_auth(
                ClientId=self.client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": username, "PASSWORD": password},
            )
        except ClientError as error:
            _require_answer(error)
            return None
        if answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
            user_id = answer["ChallengeParameters"].get("USER_ID_FOR_SRP", username)
            return NewPasswordNeeded(answer["Session"], user_id)
        return _token(answer)

    def replace_password(self, needed: NewPasswordNeeded, new_password: str) -> Token | None:
        """Answers the pool's challenge."""
        try:
            answer = self.client.respond_to_auth_challenge(
                ClientId=self.client_id,
                ChallengeName="NEW_PASSWORD_REQUIRED",
                Session=needed.session,
                ChallengeResponses={"USERNAME": needed.user_id, "NEW_PASSWORD": new_password},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _TOO_WEAK:
                told = "A password has at least 12 characters, with small letters, capitals and digits."
                raise InvalidRequest.of("new_password", "weak_password", told) from None
            _require_answer(error)
            return None
        return _token(answer)


@dataclass(frozen=True)
class CognitoStaff:
    """See ``people_ports.StaffDirectory``."""

    client: CognitoIdentityProviderClient
    pool_id: str

    def find(self, employee: str) -> Listed | None:
        """As the pool knows them now."""
        try:
            found = self.client.admin_get_user(UserPoolId=self.pool_id, Username=employee)
        except self.client.exceptions.UserNotFoundException:
            return None
        has = {one["Name"]: one.get("Value", "") for one in found["UserAttributes"]}
        named, groups = has.get("custom:locations", ""), frozenset(self._groups(employee))
        locations, left = people.locations_in(named), people.left_in(named)
        return Listed(employee, has.get("name", ""), groups, locations, left)

    def put(
        self, who: Employee, locations: Collection[str], one_time_password: str, *, known: Listed | None
    ) -> None:
        """The groups first when they are known: whoever loses a role loses it even if a later call fails.

        The locations last: until then somebody who was let go is known as such, so that doing it again ends it. Only
        they are enabled: hiring says nothing about an account that head office has disabled.
        """
        attributes = [
            {"Name": "name", "Value": who.name},
            {"Name": "custom:locations", "Value": ",".join(sorted(locations))},
        ]
        if known is None:
            self.client.admin_create_user(
                UserPoolId=self.pool_id,
                Username=who.employee,
                UserAttributes=attributes,  # type: ignore[arg-type]
                TemporaryPassword=one_time_password,
                MessageAction="SUPPRESS",
            )
            self._into_group(who)
            return
        self._into_group(who)
        if known.left:
            self.client.admin_enable_user(UserPoolId=self.pool_id, Username=who.employee)
        self.renew(who.employee, one_time_password)
        self.client.admin_update_user_attributes(
            UserPoolId=self.pool_id,
            Username=who.employee,
            UserAttributes=attributes,  # type: ignore[arg-type]
        )

    def renew(self, employee: str, one_time_password: str) -> None:
        """The old password opens nothing any more; the new one asks for another at once."""
        self.client.admin_set_user_password(
            UserPoolId=self.pool_id, Username=employee, Password=one_time_password, Permanent=False
        )

    def let_go(self, employee: str, location_id: str, others: Collection[str]) -> None:
        """The location first: an account that was disabled and still had it would be nobody's to hire again. An id
        token that was given lives on until it expires, twelve hours at most (``IdTokenValidity`` of the template).
        """
        named = people.named_locations(others, left=location_id)
        self.client.admin_update_user_attributes(
            UserPoolId=self.pool_id,
            Username=employee,
            UserAttributes=[{"Name": "custom:locations", "Value": named}],
        )
        if others:
            return
        self.client.admin_disable_user(UserPoolId=self.pool_id, Username=employee)
        self.client.admin_user_global_sign_out(UserPoolId=self.pool_id, Username=employee)

    def _into_group(self, who: Employee) -> None:
        for group in self._groups(who.employee):
            if group in OUR_GROUPS and group != who.role:
                self.client.admin_remove_user_from_group(
                    UserPoolId=self.pool_id, Username=who.employee, GroupName=group
                )
        self.client.admin_add_user_to_group(
            UserPoolId=self.pool_id, Username=who.employee, GroupName=who.role
        )

    def _groups(self, employee: str) -> list[str]:
        found = self.client.admin_list_groups_for_user(UserPoolId=self.pool_id, Username=employee)
        return [group["GroupName"] for group in found["Groups"]]


def _require_answer(error: ClientError) -> None:
    """Raise what does not say that these words open nothing: throttling, a pool that is not there."""
    if error.response["Error"]["Code"] not in _OPEN_NOTHING:
        raise error


def _token(answer: Mapping[str, Any]) -> Token | None:
    """None for a challenge that this page cannot answer."""
    result = answer.get("AuthenticationResult")
    if not result:
        return None
    claims = _claims(result["IdToken"])
    return Token(
        id_token=result["IdToken"],
        expires_in_seconds=claims["exp"] - claims["iat"],
        employee=claims["cognito:username"],
        name=claims.get("name", ""),
        groups=tuple(claims.get("cognito:groups", ())),
        locations=people.locations_in(claims.get("custom:locations", "")),
    )


def _claims(id_token: str) -> dict[str, Any]:
    """What the token says; it came from the pool itself, so nothing is verified here."""
    body = id_token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims
