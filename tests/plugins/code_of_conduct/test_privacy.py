"""A person's copy, and erasure that keeps only what the register and the counts need."""

import json

import pytest
from django.forms.models import model_to_dict

from lms.plugin_api.host import erase_personal_data, export_personal_data
from plugins.code_of_conduct.models import Endorsement, Withdrawal
from plugins.code_of_conduct.privacy import erase
from plugins.code_of_conduct.selectors import totals
from plugins.code_of_conduct.services import accept_endorsement, sign_endorsement, withdraw_endorsement
from tests.factories.code_of_conduct import body_signature, endorse, endorse_as_body, publish
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def own_part(report: object) -> list[tuple[str, str, int]]:
    return [
        (entry.model, entry.action.value, entry.count)
        for part in report
        if part.plugin == "code_of_conduct"
        for entry in part.entries
    ]


def test_copy_holds_every_endorsement_with_its_evidence() -> None:
    version = publish()
    person = UserFactory()
    endorsement = endorse(version, person)
    withdraw_endorsement(endorsement=endorsement, reason="I moved", recorded_by=person)
    endorse(version)
    files = export_personal_data(person)
    assert files.is_complete
    (content,) = [
        json.loads(file.content) for name, file in files.files.items() if name.startswith("code_of_conduct/")
    ]
    assert len(content) == 1
    assert content[0]["declaration"]["name"] == person.name_ar
    assert content[0]["withdrawal_reason"] == "I moved"
    assert content[0]["evidence"]["register"]["index"] == endorsement.register_index


def test_person_without_endorsement_gets_no_file() -> None:
    publish()
    assert not any(name.startswith("code_of_conduct/") for name in export_personal_data(UserFactory()).files)


def test_erasure_takes_name_and_words_and_leaves_the_count_and_the_register() -> None:
    version = publish()
    person = UserFactory(name_ar="نجاة المصراتي")
    endorsement = endorse(version, person)
    before = Endorsement.objects.get()
    report = erase_personal_data(person, dry_run=False)
    assert own_part(report) == [
        ("code_of_conduct.Endorsement", "anonymised", 1),
        ("code_of_conduct.Endorsement", "retained", 1),
    ]
    after = Endorsement.objects.get()
    assert "نجاة" not in str(model_to_dict(after)) + after.statement + after.search_name
    assert (after.user, after.name, after.statement) == (None, "", "")
    assert after.actor_key != before.actor_key
    kept = (
        "version_id",
        "sector",
        "role",
        "state",
        "signed_at",
        "register_index",
        "statement_sha256",
        "seal",
    )
    assert {name: getattr(after, name) for name in kept} == {name: getattr(before, name) for name in kept}
    assert totals(version).total == 1
    assert str(endorsement.public_id) == str(after.public_id)


def test_erasure_takes_the_reason_of_a_withdrawal() -> None:
    person = UserFactory()
    withdraw_endorsement(endorsement=endorse(publish(), person), reason="my illness", recorded_by=person)
    report = erase_personal_data(person, dry_run=False)
    assert ("code_of_conduct.Withdrawal", "anonymised", 1) in own_part(report)
    withdrawal = Withdrawal.objects.get()
    assert (withdrawal.reason, withdrawal.statement, withdrawal.recorded_by) == ("—", "", None)


def test_erasing_a_signatory_leaves_the_body() -> None:
    person = UserFactory()
    endorsement = endorse_as_body(publish(), user=person)
    erase_personal_data(person, dry_run=False)
    endorsement.refresh_from_db()
    assert endorsement.name == "حزب النخيل التجريبي"
    assert (endorsement.signatory_name, endorsement.contact, endorsement.statement) == ("", "", "")
    assert endorsement.state == "in_force"


def test_rehearsal_reports_the_same_and_changes_nothing() -> None:
    person = UserFactory()
    endorse(publish(), person)
    rehearsed = own_part(erase_personal_data(person, dry_run=True))
    assert Endorsement.objects.get().user == person
    assert own_part(erase_personal_data(person, dry_run=False)) == rehearsed


def test_plugin_itself_changes_nothing_in_a_rehearsal() -> None:
    person = UserFactory()
    endorse(publish(), person)
    assert [entry.count for entry in erase(person, dry_run=True)] == [1, 1]
    assert Endorsement.objects.get().user == person


def test_reviewer_stays_answerable_for_decisions() -> None:
    reviewer = UserFactory()
    pending = sign_endorsement(signature=body_signature(publish())).endorsement
    accept_endorsement(endorsement=pending, reviewer=reviewer)
    report = erase_personal_data(reviewer, dry_run=False)
    assert own_part(report) == [("code_of_conduct.Endorsement", "retained", 1)]
    pending.refresh_from_db()
    assert pending.decided_by == reviewer
