"""Telephone numbers as they are written in Libya."""

from phonenumber_field.phonenumber import PhoneNumber, to_python

from lms.common.bidi import strip_controls
from lms.common.digits import western_digits

REGION = "LY"


def parse_phone(text: str) -> PhoneNumber | None:
    """The number that a text means, in any digits, with or without the country code; None if it means none."""
    number = to_python(western_digits(strip_controls(text)).strip(), region=REGION)
    return number if isinstance(number, PhoneNumber) and number.is_valid() else None


def as_e164(text: str) -> str:
    """The number in international form, or nothing if it is not one."""
    number = parse_phone(text)
    return str(number.as_e164) if number else ""
