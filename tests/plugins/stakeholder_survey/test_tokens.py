"""Codes that people hold, and what can be told from them."""

import re
import uuid

from hypothesis import given
from hypothesis import strategies as st

from plugins.stakeholder_survey.tokens import hashed, new_token, receipt_code, respondent_name


@given(st.uuids())
def test_a_receipt_is_short_readable_and_always_the_same(client_uuid: uuid.UUID) -> None:
    receipt = receipt_code(client_uuid)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", receipt)
    assert receipt == receipt_code(client_uuid)


@given(st.uuids())
def test_neither_receipt_nor_archive_name_shows_the_other(client_uuid: uuid.UUID) -> None:
    name = respondent_name(client_uuid)
    assert re.fullmatch(r"[0-9a-f]{16}", name)
    assert client_uuid.hex not in name
    assert receipt_code(client_uuid).replace("-", "").lower() not in name


def test_tokens_are_long_and_never_repeat() -> None:
    tokens = {new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert min(map(len, tokens)) >= 32
    assert hashed("a") != hashed("b")
