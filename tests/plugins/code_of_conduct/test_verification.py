"""A changed byte shows, wherever it is."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from plugins.code_of_conduct.services import anonymise_endorsements, withdraw_endorsement
from plugins.code_of_conduct.verification import verify_endorsements, verify_versions
from tests.factories.code_of_conduct import endorse, endorse_as_body, publish

pytestmark = pytest.mark.django_db


def tamper(table: str, assignment: str) -> None:
    """Change stored rows as somebody with the database's password would."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE code_of_conduct_{table} SET {assignment}")


def test_what_was_sealed_verifies() -> None:
    version = publish()
    endorse(version)
    endorse_as_body(version)
    withdraw_endorsement(endorsement=endorse(version), reason="r")
    assert verify_versions() == []
    assert verify_endorsements() == []


@pytest.mark.parametrize(
    "assignment",
    [
        "text_ar = replace(text_ar, 'بند', 'بنذ')",
        "text_en = text_en || ' '",
        "sha256_en = sha256_ar",
        "number = '1.1'",
        "date = '2026-01-16'",
        "change = 'editorial'",
        "statement = replace(statement, '1.0', '1.1')",
        "statement_sha256 = sha256_ar",
        "register_index = register_index + 50",
        "seal = substr(seal, 3) || substr(seal, 1, 2)",
    ],
)
def test_changed_version_is_found(assignment: str) -> None:
    version = publish()
    tamper("codeversion", assignment)
    found = verify_versions()
    assert found
    assert all(version.code.key in alteration.what for alteration in found)


def test_text_changed_together_with_its_digests_is_found_by_the_register() -> None:
    from plugins.code_of_conduct.statements import instrument_statement
    from plugins.code_of_conduct.text import sha256_hex

    version = publish()
    text = version.text_ar.replace("بند", "بنذ")
    statement = instrument_statement(
        code=version.code.key,
        version=version.number,
        date="2026-01-15",
        change="substantive",
        sha256={"ar": sha256_hex(text), "en": version.sha256_en},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE code_of_conduct_codeversion"
            " SET text_ar = %s, sha256_ar = %s, statement = %s, statement_sha256 = %s",
            [text, sha256_hex(text), statement, sha256_hex(statement)],
        )
    assert [alteration.problem for alteration in verify_versions()] == ["the register holds another digest"]


@pytest.mark.parametrize(
    "assignment",
    [
        "name = 'اسم آخر'",
        "role = 'candidate'",
        "sector = 'security'",
        "signatory_title = 'x'",
        "agreed_publication = NOT agreed_publication",
        "language = 'en'",
        "statement = replace(statement, 'observer', 'candidate')",
        "statement = 'not json'",
        "statement_sha256 = replace(statement_sha256, substr(statement_sha256, 1, 4), '0000')",
        "register_index = 0",
    ],
)
def test_changed_endorsement_is_found(assignment: str) -> None:
    endorsement = endorse(publish())
    tamper("endorsement", assignment)
    found = verify_endorsements()
    assert found
    assert all(str(endorsement.public_id) in alteration.what for alteration in found)


@pytest.mark.parametrize(
    "assignment", ["reason = 'other'", "statement = replace(statement, 'r', 's')", "register_index = 1"]
)
def test_changed_withdrawal_is_found(assignment: str) -> None:
    withdraw_endorsement(endorsement=endorse(publish()), reason="r")
    tamper("withdrawal", assignment)
    assert verify_endorsements()


def test_erased_endorsement_still_has_its_place() -> None:
    endorsement = endorse(publish())
    anonymise_endorsements(endorsements=[endorsement])
    assert verify_endorsements() == []
    tamper("endorsement", "register_index = 0")
    assert [alteration.problem for alteration in verify_endorsements()] == ["the register has no such entry"]


def test_command_says_that_all_is_well() -> None:
    endorse(publish())
    output = StringIO()
    call_command("verify_versions", stdout=output)
    assert output.getvalue() == "1 versions and 1 endorsements are as they were sealed.\n"


def test_command_fails_and_names_what_was_altered() -> None:
    publish()
    tamper("codeversion", "text_en = text_en || ' '")
    errors = StringIO()
    with pytest.raises(CommandError, match="Altered"):
        call_command("verify_versions", stderr=errors)
    assert "the text in en does not have its digest" in errors.getvalue()


@pytest.mark.parametrize("count", [1, 3, 30])
def test_checking_takes_the_same_queries_however_many_there_are(count: int, at_most_queries: object) -> None:
    version = publish()
    for _person in range(count):
        endorse(version)
    with at_most_queries(4):
        verify_endorsements()
