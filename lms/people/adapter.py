"""How allauth finds and reaches our people: by e-mail or by phone."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.forms import Field
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from .models import User
from .phones import REGION, as_e164

_NO_MATCH = _("This e-mail or phone number and this password do not belong together.")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from imports and invitations, so nobody signs up by himself."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _NO_MATCH,
        "phone_password_mismatch": _NO_MATCH,
        "username_password_mismatch": _NO_MATCH,
        "too_many_login_attempts": _(
            "Too many wrong passwords for this account. "
            "Wait five minutes and try again, or ask for a new password."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def phone_form_field(self, **kwargs: Any) -> Field:
        """Accept a number as it is written in Libya, in Arabic or Latin digits, with or without the country
        code.
        """
        return PhoneNumberField(region=REGION, **kwargs)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (str(user.phone), True) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        user.phone = phone
        user.save(update_fields=["phone"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        """Numbers come from the programme's own roster, which is what vouches for them."""

    def get_user_by_phone(self, phone: str) -> User | None:
        """The person with this number, written in whichever way."""
        number = as_e164(phone)
        return User.objects.filter(phone=number).first() if number else None

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        raise NotImplementedError("No SMS gateway is configured.")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One key an account, however its owner writes the phone number.

        allauth builds the key from the e-mail or user name alone: all phone sign-ins of a training hall would
        share one limit, and five wrong passwords of anybody would lock everybody out.
        """
        phone = credentials.get("phone")
        if phone:
            credentials = {"email": as_e164(str(phone)) or str(phone)}
        return super()._get_login_attempts_cache_key(request, **credentials)
