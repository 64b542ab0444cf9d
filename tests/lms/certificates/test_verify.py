"""The checker's page: a verdict for everything that can be posted, and nothing about anybody else."""

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.cascade.models import Qualification, SessionDay, Training
from lms.certificates import credential
from lms.certificates.checking import CheckUnavailableError, check_number, check_text
from lms.certificates.keys import issuing_signer
from lms.certificates.models import Certificate, Keyset
from lms.certificates.paper import qr_text
from lms.certificates.qrtext import build_text
from lms.certificates.services.issuing import issue_certificate
from lms.certificates.services.standing import revoke_certificate, suspend_certificate
from lms.certificates.verdict import Reason
from lms.certificates.views_verify import NUMBERS_PER_MINUTE
from lms.register.ed25519 import Ed25519Signer
from lms.register.models import Entry
from tests.factories.cascade import CohortFactory, TierFactory
from tests.factories.certificates import CertificateTypeFactory, enrolled, issued
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def ask(text: str, **fields: str) -> tuple[int, str]:
    response = Client().post("/v", {"text": text, **fields})
    return response.status_code, response.content.decode()


def trained_under(trainer_certificate: Certificate) -> Certificate:
    """A certificate of somebody whom the holder of `trainer_certificate` trained today."""
    tier = TierFactory(programme=trainer_certificate.type.tier.programme, level=2)
    cohort = CohortFactory(tier=tier, trainer=trainer_certificate.holder)
    enrolment, kind = enrolled(CertificateTypeFactory(tier=tier), cohort=cohort)
    qualification = Qualification.objects.get(certificate_number=trainer_certificate.number)
    taught = {"trainer": cohort.trainer, "trainer_qualification": qualification}
    today = trainer_certificate.issued_on
    session = cohort.sessions.create(title="x", place="y", materials_version="1", **taught)
    SessionDay.objects.create(session=session, date=today, starts_at="09:00", ends_at="12:00")
    Training.objects.create(
        session=session, learner=enrolment.learner, date=today, place="y", materials_version="1", **taught
    )
    return issue_certificate(enrolment=enrolment, certificate_type=kind)


class TestVerdicts:
    def test_valid_certificate_shows_every_signed_field(self) -> None:
        certificate = issued(learner__name_ar="فاطمة الزهراء")
        status, page = ask(qr_text(certificate))
        assert status == 200 and 'data-verdict="valid"' in page
        for text in ("فاطمة الزهراء", str(certificate), certificate.type.tier.course.code):
            assert text in page

    def test_revoked_and_suspended_are_said(self) -> None:
        revoked, suspended = issued(), issued()
        revoke_certificate(certificate=revoked, reason="x", actor=UserFactory())
        suspend_certificate(certificate=suspended, reason="x", actor=UserFactory())
        assert 'data-verdict="revoked"' in ask(qr_text(revoked))[1]
        assert 'data-verdict="suspended"' in ask(qr_text(suspended))[1]

    def test_reason_of_a_revocation_is_nobodys_business(self) -> None:
        certificate = issued()
        revoke_certificate(certificate=certificate, reason="سبب لا يُذاع", actor=UserFactory())
        assert "سبب لا يُذاع" not in ask(qr_text(certificate))[1]

    def test_expired_certificate_is_expired(self) -> None:
        certificate = issued()
        with time_machine.travel("2099-01-01", tick=False):
            assert check_text(qr_text(certificate)).verdict.reason is Reason.EXPIRED
            assert check_number(certificate.number).reason is Reason.EXPIRED  # type: ignore[union-attr]

    def test_key_of_nobody_is_not_ours(self) -> None:
        certificate = issued()
        claims = credential.parse(bytes(certificate.payload)).claims
        forged = credential.sign(claims, Ed25519Signer(Ed25519PrivateKey.generate()))
        assert check_text(build_text("http://127.0.0.1:8000", forged)).verdict.reason is Reason.UNKNOWN_KEY

    @pytest.mark.parametrize("ahead", [0, 5])
    def test_stolen_key_cannot_make_a_certificate_that_the_register_lacks(self, ahead: int) -> None:
        """Not even one dated today beyond the register's end, which a pack could only call newer than itself."""
        certificate = issued()
        claims = credential.parse(bytes(certificate.payload)).claims
        index = certificate.register_index if not ahead else Entry.objects.count() + ahead
        stolen = credential.Claims(
            certificate_id=b"0123456789",
            name="منتحل",
            course=claims.course,
            index=index,
            issued=claims.issued,
            expires=claims.expires,
        )
        message = credential.sign(stolen, issuing_signer(on=certificate.issued_on))
        check = check_text(build_text("http://127.0.0.1:8000", message))
        assert check.verdict.reason is Reason.NOT_IN_REGISTER
        assert check.chain is None

    def test_platform_without_keyset_says_that_it_cannot_check(self) -> None:
        certificate = issued()
        Keyset.objects.all().delete()
        with pytest.raises(CheckUnavailableError):
            check_text(qr_text(certificate))
        status, page = ask(qr_text(certificate))
        assert status == 503 and "data-verdict" not in page


class TestChain:
    def test_chain_leads_over_the_trainer_to_the_programme(self) -> None:
        trainer = issued(CertificateTypeFactory(tier__level=1))
        check = check_text(qr_text(trained_under(trainer)))
        assert check.verdict.reason is Reason.VALID
        assert check.chain is not None and [link.index for link in check.chain] == [trainer.register_index]
        assert check.is_chain_whole and check.reaches_programme

    def test_trainer_revoked_on_that_day_breaks_the_chain_and_not_the_verdict(self) -> None:
        trainer = issued(CertificateTypeFactory(tier__level=1))
        certificate = trained_under(trainer)
        revoke_certificate(certificate=trainer, reason="x", actor=UserFactory())
        check = check_text(qr_text(certificate))
        assert check.verdict.reason is Reason.VALID and not check.is_chain_whole
        assert "is-broken" in ask(qr_text(certificate))[1]


class TestTypedNumbers:
    def test_number_shows_the_state_and_nothing_else(self) -> None:
        certificate = issued(learner__name_ar="اسم لا يظهر")
        typed = str(certificate).lower().replace("-", " ")
        status, page = ask(typed)
        assert status == 200 and 'data-verdict="valid"' in page
        assert "اسم لا يظهر" not in page and certificate.type.tier.course.name not in page

    def test_unknown_number_is_told_apart_from_a_forgery(self) -> None:
        status, page = ask("ABCD-EFGH-JKMN-PQRS")
        assert status == 200 and 'data-verdict="unknown_number"' in page

    def test_too_short_number_is_a_slip_and_keeps_what_was_typed(self) -> None:
        status, page = ask("ABCD-EFGH")
        assert status == 400 and "data-verdict" not in page and "ABCD-EFGH" in page

    def test_guessing_is_slowed_and_codes_are_not(self) -> None:
        certificate = issued()
        statuses = {ask("ABCD-EFGH-JKMN-PQRS")[0] for _ in range(NUMBERS_PER_MINUTE)}
        assert statuses == {200}
        assert ask(str(certificate))[0] == 429
        assert ask(qr_text(certificate))[0] == 200

    def test_superseded_certificate_counts_as_revoked(self) -> None:
        certificate = issued()
        Certificate.objects.filter(pk=certificate.pk).update(status="superseded")
        assert check_number(certificate.number).reason is Reason.REVOKED  # type: ignore[union-attr]


class TestBadInput:
    @pytest.mark.parametrize(
        ("text", "status"),
        [
            ("", 400),
            ("9" * 10_240, 400),
            ("\x00" * 20, 400),
            ("<script>alert(1)</script>", 200),
            ("https://example.org/v#", 200),
            ("https://wa.me/qr/ABCDEFG", 200),
            ("\u202e\u2066" * 40, 200),
            ("=cmd|' /C calc'!A0", 200),
        ],
    )
    def test_hostile_text_gets_an_answer(self, text: str, status: int) -> None:
        issued()
        answered, page = ask(text)
        assert answered == status
        assert "<script>alert" not in page
        assert 'data-verdict="valid"' not in page

    @pytest.fixture
    def text(self) -> str:
        return qr_text(issued())

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(place=st.integers(0, 10_000), digit=st.sampled_from("0123456789"))
    def test_code_with_one_other_digit_is_refused_with_a_verdict(
        self, text: str, place: int, digit: str
    ) -> None:
        start = text.index("#") + 1
        place = start + place % (len(text) - start)
        changed = text[:place] + digit + text[place + 1 :]
        reason = check_text(changed).verdict.reason
        assert (reason is Reason.VALID) is (changed == text)

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(other=st.text(max_size=300))
    def test_any_other_text_gets_a_red_verdict(self, text: str, other: str) -> None:
        assert check_text(other).verdict.colour == "red"
        assert check_text(text + other).verdict.colour == "red" or not other.strip(" \t\r\n")

    def test_page_needs_no_cookie_and_sets_none(self, client: Client) -> None:
        response = client.post("/v", {"text": "ABCD-EFGH-JKMN-PQRS"})
        assert not response.cookies
        assert "no-store" in response.headers["Cache-Control"]

    def test_other_methods_are_refused(self, client: Client) -> None:
        assert client.delete("/v").status_code == 405


class TestLanguage:
    def test_answer_is_given_again_in_the_other_language(self) -> None:
        certificate = issued()
        _status, arabic = ask(qr_text(certificate))
        assert "سارية" in arabic and 'name="language" value="en"' in arabic
        response = Client().post("/v", {"text": qr_text(certificate), "language": "en"})
        page = response.content.decode()
        assert '<html lang="en"' in page and 'data-verdict="valid"' in page
        assert response.cookies["django_language"].value == "en"

    def test_unknown_language_is_ignored(self) -> None:
        status, page = ask("ABCD-EFGH-JKMN-PQRS", language="<xx>")
        assert status == 200 and '<html lang="ar"' in page
