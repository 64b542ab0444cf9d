"""From an invitation link to a signed-in learner."""

import smtplib
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation

from lms.cascade.enums import EnrolmentState
from lms.cascade.invitations import is_waiting, open_invitations, send_invitations
from lms.cascade.models import Enrolment
from lms.people.invitations import INVITATION_DAYS, invitation_url, make_invitation
from lms.settings.logs import drop_personal_data
from tests.factories.cascade import CohortFactory, EnrolmentFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-Passphrase-7"


def invited(**learner):
    return EnrolmentFactory(
        state=EnrolmentState.INVITED, **{f"learner__{key}": value for key, value in learner.items()}
    )


def address(token, language="en"):
    with translation.override(language):
        return reverse("invitation:accept", args=[token])


def accept(client, token, password=PASSWORD, again=None):
    return client.post(address(token), {"new_password1": password, "new_password2": again or password})


def test_invitation_greets_by_name_without_signing_in(client):
    enrolment = invited(name_en="Khadija Ali")
    page = client.get(address(make_invitation(enrolment.learner)))
    assert page.status_code == 200
    assert "Khadija Ali" in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    assert "_auth_user_id" not in client.session


def test_invitation_sets_the_password_signs_in_and_begins_the_training(client):
    enrolment = invited()
    waiting_too = EnrolmentFactory(learner=enrolment.learner, state=EnrolmentState.INVITED)
    withdrawn = EnrolmentFactory(learner=enrolment.learner, state=EnrolmentState.WITHDRAWN)
    answer = accept(client, make_invitation(enrolment.learner))
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(enrolment.learner.pk)
    enrolment.learner.refresh_from_db()
    assert enrolment.learner.check_password(PASSWORD)
    states = {row.pk: row.state for row in Enrolment.objects.all()}
    assert states == {
        enrolment.pk: EnrolmentState.ACTIVE,
        waiting_too.pk: EnrolmentState.ACTIVE,
        withdrawn.pk: EnrolmentState.WITHDRAWN,
    }


def test_invitation_works_once(client):
    token = make_invitation(invited().learner)
    accept(client, token)
    client.logout()
    page = accept(client, token, "another-Passphrase-8")
    assert page.status_code == 404
    assert "has been used already" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_invitation_ends_all_others_of_the_person(client):
    learner = invited().learner
    with time_machine.travel(timezone.now() - timedelta(days=1), tick=False):
        earlier = make_invitation(learner)
    accept(client, make_invitation(learner))
    assert client.get(address(earlier)).status_code == 404


def test_invitation_dies_when_the_password_is_set_otherwise(client):
    learner = invited().learner
    token = make_invitation(learner)
    learner.set_password("other-Word-12")
    learner.save()
    assert client.get(address(token)).status_code == 404


def test_invitation_expires_with_a_sentence(client):
    token = make_invitation(invited().learner)
    with time_machine.travel(timezone.now() + timedelta(days=INVITATION_DAYS, minutes=1)):
        page = client.get(address(token))
    assert page.status_code == 410
    assert "has expired" in page.content.decode()


@pytest.mark.parametrize("damage", ["", "x", "a.b.c", "%00", "🙂", "AAAAAAAAAAAAAAAAAAAAAA.1.2"])
def test_invitation_that_is_not_one_is_a_calm_404(client, damage):
    with translation.override("en"):
        base = reverse("invitation:accept", args=["x"])
    page = client.get(base.replace("/x/", f"/{damage or 'y' * 500}/"))
    assert page.status_code == 404


def test_invitation_of_somebody_else_cannot_be_made_from_ones_own(client):
    one, two = invited().learner, invited().learner
    mine, theirs = make_invitation(one).split("."), make_invitation(two).split(".")
    forged = ".".join([theirs[0], *mine[1:]])
    assert client.get(address(forged)).status_code == 404


def test_invitation_of_a_closed_account_does_not_work(client):
    learner = invited().learner
    token = make_invitation(learner)
    learner.is_active = False
    learner.save()
    assert client.get(address(token)).status_code == 404


@pytest.mark.parametrize(
    ("password", "again"), [("short", None), ("12345678901", None), (PASSWORD, "different-Word-1")]
)
def test_invitation_refuses_a_poor_password_and_stays_open(client, password, again):
    learner = invited().learner
    token = make_invitation(learner)
    page = accept(client, token, password, again)
    assert page.status_code == 200
    assert "error" in page.content.decode()
    assert client.get(address(token)).status_code == 200
    assert "_auth_user_id" not in client.session


def test_invitation_replaces_whoever_is_signed_in_on_the_phone(client):
    client.force_login(UserFactory())
    learner = invited().learner
    accept(client, make_invitation(learner))
    assert client.session["_auth_user_id"] == str(learner.pk)


def test_invitation_escapes_names(client):
    learner = invited(name_en="<script>alert(1)</script>").learner
    page = client.get(address(make_invitation(learner))).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_open_invitations_are_for_those_without_a_password_and_without_rights():
    cohort = CohortFactory()
    waiting = EnrolmentFactory(cohort=cohort, state=EnrolmentState.INVITED)
    EnrolmentFactory(cohort=cohort, learner__password=PASSWORD)
    EnrolmentFactory(cohort=cohort, state=EnrolmentState.WITHDRAWN)
    EnrolmentFactory(cohort=cohort, learner__is_active=False)
    EnrolmentFactory(cohort=cohort, learner__is_superuser=True)
    found = open_invitations(cohort, "https://sanad.example")
    assert [invitation.enrolment for invitation in found] == [waiting]
    assert found[0].url.startswith("https://sanad.example/ar/people/invitation/")
    assert found[0].code.side > 20


def test_link_stands_for_the_password_and_never_for_the_second_step(client):
    learner = invited().learner
    TOTP.activate(learner, generate_totp_secret())
    answer = accept(client, make_invitation(learner))
    assert answer.status_code == 302 and answer["Location"].endswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session
    learner.refresh_from_db()
    assert learner.check_password(PASSWORD)


def test_invitation_url_is_in_the_persons_language():
    assert "/en/people/" in invitation_url(UserFactory(language="en"), "https://x")


class TestSending:
    def cohort(self):
        cohort = CohortFactory(name_ar="دفعة مصراتة", name_en="Misrata cohort")
        EnrolmentFactory(cohort=cohort, state=EnrolmentState.INVITED, learner__email="a@example.org")
        EnrolmentFactory(cohort=cohort, state=EnrolmentState.INVITED, learner__email=None)
        EnrolmentFactory(cohort=cohort, learner__password=PASSWORD)
        return cohort

    @pytest.fixture(autouse=True)
    def english(self):
        with translation.override("en"):
            yield

    def send(self, cohort):
        return send_invitations(
            enrolments=cohort.enrolments.select_related("learner", "cohort", "tier__programme"),
            base_url="https://sanad.example",
            actor=cohort.trainer,
        )

    def test_send_invitations_writes_to_those_who_wait_in_both_languages(self):
        cohort = self.cohort()
        sent = self.send(cohort)
        assert (sent.sent, sent.failed, sent.without_email) == (1, (), 1)
        message = mail.outbox[0]
        assert message.to == ["a@example.org"]
        assert message.subject == "دعوتك إلى «دفعة مصراتة» · Your invitation to “Misrata cohort”"
        for text in (message.body, message.alternatives[0].content):
            assert text.count("https://sanad.example/ar/people/invitation/") >= 2
            assert "Dear " in text
        learner = cohort.enrolments.get(learner__email="a@example.org")
        assert learner.invited_at is not None

    def test_send_invitations_names_whose_message_failed(self, monkeypatch):
        cohort = self.cohort()
        other = EnrolmentFactory(cohort=cohort, state=EnrolmentState.INVITED, learner__name_en="Salem")

        def refuse(message, *args):
            if message.to == [other.learner.email]:
                raise smtplib.SMTPRecipientsRefused({})
            return 1

        monkeypatch.setattr("lms.cascade.invitations.EmailMultiAlternatives.send", refuse)
        sent = self.send(cohort)
        assert (sent.sent, sent.failed) == (1, ("Salem",))
        other.refresh_from_db()
        assert other.invited_at is None

    def test_send_invitations_survives_a_mail_server_that_is_down(self, monkeypatch):
        class Down:
            def open(self):
                raise ConnectionRefusedError

            def close(self):
                pass

        monkeypatch.setattr("lms.cascade.invitations.get_connection", Down)
        sent = self.send(self.cohort())
        assert sent.sent == 0
        assert len(sent.failed) == 1

    def test_send_invitations_keeps_line_breaks_in_names_out_of_the_headers(self):
        cohort = self.cohort()
        cohort.name_ar = "دفعة\r\nBcc: everybody@example.org"
        cohort.save()
        assert self.send(cohort).sent == 1
        assert "\n" not in mail.outbox[0].subject


def test_training_begins_with_a_sign_in_by_another_door(client):
    enrolment = invited(password=PASSWORD)
    client.force_login(enrolment.learner)
    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.ACTIVE


def test_is_waiting_ends_with_the_password():
    enrolment = invited()
    assert is_waiting(enrolment)
    enrolment.learner.set_password(PASSWORD)
    assert not is_waiting(enrolment)


def test_invitation_never_reaches_the_logs():
    token = make_invitation(UserFactory())
    event = drop_personal_data(
        None,
        "",
        {"event": f"Not Found: {address(token)}", "request": f"GET {address(token)}?x=1", "ip": "1.2.3.4"},
    )
    assert token not in str(event)
    assert "/invitation/…/" in event["request"]
