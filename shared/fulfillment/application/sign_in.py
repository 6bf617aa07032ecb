"""Staff sign in with employee number and password. The user pool knows them; nothing of it is kept here."""

from __future__ import annotations

from dataclasses import dataclass

from fulfillment.application.people_ports import NewPasswordNeeded, SignInDirectory, Token
from fulfillment.application.views import View
from fulfillment.domain import people
from fulfillment.domain.errors import InvalidRequest, Unauthorized
from fulfillment.domain.people import Role

WRONG = (
    "Number or password is wrong, or this number may not sign in now. A supervisor can give a new password."
)


@dataclass(frozen=True)
class SignIn:
    """An id token for a number and its password."""

    directory: SignInDirectory

    def __call__(self, username: str, password: str, new_password: str | None) -> View:
        """Who it is, or that a new password is needed first.

        Unauthorized with one text whatever is wrong: number, password, a one-time password that is too old, too many
        tries, somebody who works nowhere. InvalidRequest names ``new_password`` when it is too weak.
        """
        number = people.folded(username)
        found = self.directory.sign_in(number, password)
        if found is None and new_password is not None:
            # The answer to the same request may have been lost: then the new one is the password already.
            return self._welcome(self.directory.sign_in(number, new_password))
        if not isinstance(found, NewPasswordNeeded):
            if found is not None and new_password is not None:
                told = "This is no one-time password: sign in without a new one."
                raise InvalidRequest.of("new_password", "not_due", told)
            return self._welcome(found)
        if new_password is None:
            return _nobody_yet()
        if new_password == password:
            told = "The new password must be another one."
            raise InvalidRequest.of("new_password", "same_password", told)
        return self._welcome(self.directory.replace_password(found, new_password))

    def _welcome(self, found: Token | NewPasswordNeeded | None) -> View:
        role = people.role_of(found.groups) if isinstance(found, Token) else None
        if not isinstance(found, Token) or role is None:
            raise Unauthorized("wrong_sign_in", WRONG)
        return _signed_in(found, role)


def _signed_in(token: Token, role: Role) -> View:
    return {
        "id_token": token.id_token,
        "expires_in": token.expires_in_seconds,
        "employee": token.employee,
        "name": token.name,
        "role": role,
        "locations": sorted(token.locations),
        "new_password_required": False,
    }


def _nobody_yet() -> View:
    nothing = dict.fromkeys(("id_token", "expires_in", "employee", "name", "role"))
    return {**nothing, "locations": [], "new_password_required": True}
