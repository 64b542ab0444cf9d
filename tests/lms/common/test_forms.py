import pytest
from django.core.exceptions import ValidationError

from lms.common.forms import DigitsField, WholeNumberField


def test_whole_number_takes_arabic_digits() -> None:
    assert WholeNumberField().clean("١٢٣") == 123
    assert WholeNumberField().clean("123") == 123


def test_whole_number_refuses_words() -> None:
    with pytest.raises(ValidationError):
        WholeNumberField().clean("عشرة")


def test_digits_keep_leading_zeros_and_lose_spaces_and_dashes() -> None:
    assert DigitsField().clean(" ٠٠٤١-٧٢٣ ٩\u200f") == "00417239"


@pytest.mark.parametrize("field", [WholeNumberField(), DigitsField()])
def test_fields_ask_the_phone_for_its_number_keypad(field: WholeNumberField | DigitsField) -> None:
    assert field.widget.attrs["inputmode"] == "numeric"
    assert field.widget.input_type == "text"
