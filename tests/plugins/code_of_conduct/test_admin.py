"""The administration: who may do what, and that it goes through the services."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from lms.people.enums import Role as PlatformRole
from plugins.code_of_conduct.models import Article, Code, CodeVersion, Endorsement
from plugins.code_of_conduct.services import sign_endorsement
from tests.factories.code_of_conduct import CodeFactory, body_signature, endorse, publish
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> object:
    with translation.override("en"):
        yield


@pytest.fixture
def lead(client: Client) -> object:
    user = UserFactory(role=PlatformRole.PROGRAMME_LEAD)
    client.force_login(user)
    return user


@pytest.fixture
def reviewer(client: Client) -> object:
    user = UserFactory(role=PlatformRole.REVIEWER)
    client.force_login(user)
    return user


def pending() -> Endorsement:
    return sign_endorsement(signature=body_signature(publish())).endorsement


def admin(view: str, *args: object) -> str:
    return reverse(f"code_of_conduct_{view}", args=args)


def is_refused(client: Client, address: str, data: dict[str, str] | None = None) -> bool:
    """Wagtail leads those who may not to its home page or to sign-in."""
    response = client.post(address, data) if data is not None else client.get(address)
    return (
        response.status_code == 302
        and "code_of_conduct" not in response.headers["Location"].partition("?")[0]
    )


def test_reviewer_accepts_and_the_signatory_is_told(client: Client, reviewer: object) -> None:
    endorsement = pending()
    assert "حزب النخيل التجريبي" in client.get(admin("endorsements:inspect", endorsement.pk)).content.decode()
    response = client.post(admin("endorsements:accept", endorsement.pk), {"in_person": "on"})
    assert response.headers["Location"] == admin("endorsements:index")
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.decided_by, endorsement.tier) == ("in_force", reviewer, 2)
    (letter,) = mail.outbox
    assert letter.to == ["office@example.org"]
    assert str(endorsement.register_index) in letter.body
    assert "/ar/code-of-conduct/receipts/" in letter.body


def test_reviewer_declines_with_a_reason_that_the_signatory_reads(client: Client, reviewer: object) -> None:
    endorsement = pending()
    address = admin("endorsements:decline", endorsement.pk)
    assert client.post(address, {"reason": ""}).status_code == 200
    client.post(address, {"reason": "No mandate"})
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.decision_reason) == ("declined", "No mandate")
    assert "No mandate" in mail.outbox[0].body


def test_deciding_twice_says_what_happened_in_the_meantime(client: Client, reviewer: object) -> None:
    endorsement = pending()
    client.post(admin("endorsements:accept", endorsement.pk), {})
    response = client.post(admin("endorsements:decline", endorsement.pk), {"reason": "late"})
    assert response.status_code == 200
    endorsement.refresh_from_db()
    assert endorsement.state == "in_force"


def test_withdrawal_by_letter_is_recorded_with_who_recorded_it(client: Client, reviewer: object) -> None:
    endorsement = endorse(publish())
    client.post(admin("endorsements:withdraw", endorsement.pk), {"reason": "letter of 3 March"})
    endorsement.refresh_from_db()
    assert endorsement.withdrawal.recorded_by == reviewer


@pytest.mark.parametrize("view", ["accept", "decline", "withdraw"])
@pytest.mark.parametrize("role", [None, PlatformRole.MASTER_TRAINER, PlatformRole.AUDITOR])
def test_others_do_not_decide(client: Client, view: str, role: PlatformRole | None) -> None:
    endorsement = pending()
    client.force_login(UserFactory(role=role))
    assert is_refused(client, admin(f"endorsements:{view}", endorsement.pk), {"reason": "r"})
    endorsement.refresh_from_db()
    assert endorsement.is_pending


def test_nobody_edits_adds_or_deletes_endorsements_or_versions(client: Client) -> None:
    endorsement = endorse(publish())
    version = CodeVersion.objects.get()
    superuser = UserFactory(is_superuser=True, is_staff=True)
    client.force_login(superuser)
    for name, pk in (("endorsements", endorsement.pk), ("versions", version.pk)):
        assert is_refused(client, admin(f"{name}:add"))
        assert is_refused(client, admin(f"{name}:edit", pk))
        assert is_refused(client, admin(f"{name}:delete", pk), {})
    assert is_refused(client, admin("codes:delete", version.code_id), {})
    assert Code.objects.exists() and Endorsement.objects.exists()


def test_auditor_reads_the_list_the_entry_and_its_history(client: Client) -> None:
    endorsement = endorse(publish())
    client.force_login(UserFactory(role=PlatformRole.AUDITOR))
    for view, args in (("index", ()), ("inspect", (endorsement.pk,)), ("history", (endorsement.pk,))):
        assert client.get(admin(f"endorsements:{view}", *args)).status_code == 200


def test_list_shows_what_waits_first_and_finds_a_name_however_it_is_spelt(
    client: Client, reviewer: object
) -> None:
    waiting = pending()
    endorse(waiting.version, name="أحمد الترهوني")
    html = client.get(admin("endorsements:index")).content.decode()
    assert html.index(waiting.name) < html.index("أحمد الترهوني")
    found = client.get(admin("endorsements:index"), {"q": "احمد"}).content.decode()
    assert "أحمد الترهوني" in found
    assert waiting.name not in found


@pytest.mark.parametrize("count", [1, 3, 15])
def test_list_takes_the_same_queries_however_many_are_listed(
    client: Client, lead: object, count: int, at_most_queries: object
) -> None:
    version = publish()
    for _person in range(count):
        endorse(version)
    client.get(admin("endorsements:index"))
    with at_most_queries(14):
        client.get(admin("endorsements:index"))


def test_lead_edits_the_draft_in_both_languages_and_publishes_it(client: Client, lead: object) -> None:
    code = CodeFactory()
    edit = admin("codes:edit", code.pk)
    articles = list(Article.objects.filter(code=code))
    form = {
        "name_ar": code.name_ar,
        "name_en": code.name_en,
        "key": code.key,
        "is_main": "on",
        "articles-TOTAL_FORMS": "2",
        "articles-INITIAL_FORMS": "2",
        "articles-MIN_NUM_FORMS": "0",
        "articles-MAX_NUM_FORMS": "1000",
    }
    for index, article in enumerate(articles):
        for field in ("id", "number", "heading_ar", "heading_en", "body_ar", "body_en"):
            form[f"articles-{index}-{field}"] = str(getattr(article, field))
    form["articles-0-body_en"] = "A better preamble."
    assert "نشر نسخة" in client.get(edit).content.decode()
    assert client.post(edit, form).status_code == 302
    publication = {"number": "1.0", "date": "2026-01-15", "change": "substantive"}
    response = client.post(admin("codes:publish", code.pk), publication)
    assert response.headers["Location"] == admin("versions:index")
    version = CodeVersion.objects.get()
    assert "A better preamble." in version.text_en
    assert version.published_by == lead


@pytest.mark.parametrize("change", [{"number": "1"}, {"number": "1.0"}, {"date": ""}, {"change": "other"}])
def test_publication_that_cannot_be_is_refused_with_a_sentence(
    client: Client, lead: object, change: dict[str, str]
) -> None:
    code = publish(number="1.0").code
    address = admin("codes:publish", code.pk)
    fields = {"number": "1.1", "date": "2026-02-01", "change": "editorial", **change}
    response = client.post(address, fields)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert CodeVersion.objects.count() == 1


def test_reviewer_does_not_publish_nor_edit(client: Client, reviewer: object) -> None:
    code = CodeFactory()
    publication = {"number": "1.0", "date": "2026-01-15", "change": "substantive"}
    assert is_refused(client, admin("codes:publish", code.pk), publication)
    assert is_refused(client, admin("codes:edit", code.pk))
    assert not CodeVersion.objects.exists()


def test_menu_offers_what_the_person_may_do(client: Client, lead: object) -> None:
    waiting = "code_of_conduct_endorsements/?state=pending"
    home = reverse("wagtailadmin_home")
    assert waiting in client.get(home).content.decode()
    client.force_login(UserFactory(role=PlatformRole.MASTER_TRAINER))
    assert waiting not in client.get(home).content.decode()
