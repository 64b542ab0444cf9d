"""Signing in the browser, without JavaScript."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from plugins.code_of_conduct.models import Endorsement
from plugins.code_of_conduct.views import signing
from tests.factories.code_of_conduct import endorse, publish
from tests.factories.people import MunicipalityFactory, UserFactory

pytestmark = pytest.mark.django_db

CONSENTS = {"agreed_text": "on", "agreed_electronic": "on", "agreed_publication": "on"}
BODY = {
    "name": "حزب النخيل التجريبي",
    "role": "party",
    "signatory_name": "سالم العبيدي",
    "signatory_title": "الأمين العام",
    "contact": "office@example.org",
}
PERSON = {"name": "خديجة الترهوني", "role": "journalist", "contact": "kh@example.org"}


@pytest.fixture(autouse=True)
def in_english() -> object:
    with translation.override("en"):
        yield


def hidden_fields(html: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', html)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def open_form(client: Client, name: str = "sign", **query: str) -> dict[str, str]:
    return hidden_fields(client.get(reverse(f"code_of_conduct:{name}"), query).content.decode())


def send(client: Client, fields: dict[str, str], name: str = "sign") -> object:
    return client.post(reverse(f"code_of_conduct:{name}"), fields)


def test_learner_reads_gives_three_consents_and_goes_back_to_the_certificates(client: Client) -> None:
    version = publish()
    user = UserFactory(name_ar="خديجة الترهوني", municipality=MunicipalityFactory(name_en="Ghat"))
    client.force_login(user)
    back = reverse("certificates:mine")
    html = client.get(reverse("code_of_conduct:sign"), {"next": back}).content.decode()
    assert "خديجة الترهوني" in html
    assert "Ghat" in html
    assert '<option value="observer" selected>' in html
    assert "Second clause." in html
    assert "checked" not in html
    response = send(client, {**hidden_fields(html), **CONSENTS, "role": "observer"})
    assert (response.status_code, response.headers["Location"]) == (302, back)
    endorsement = Endorsement.objects.get()
    assert (endorsement.user, endorsement.version, endorsement.name) == (user, version, "خديجة الترهوني")
    assert (endorsement.municipality, endorsement.language) == (user.municipality, "en")


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_to_another_site(client: Client, address: str) -> None:
    publish()
    client.force_login(UserFactory())
    fields = {**open_form(client, next=address), **CONSENTS, "role": "observer", "next": address}
    assert send(client, fields).headers["Location"].startswith("/en/code-of-conduct/receipts/")


@pytest.mark.parametrize("missing", ["agreed_text", "agreed_electronic"])
def test_missing_consent_is_asked_for_and_nothing_is_lost(client: Client, missing: str) -> None:
    publish()
    fields = {**open_form(client, "sign_body"), **BODY, **CONSENTS}
    del fields[missing]
    response = send(client, fields, "sign_body")
    html = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_{missing}_error"' in html
    assert "حزب النخيل التجريبي" in html
    assert not Endorsement.objects.exists()


def test_person_may_keep_the_name_unpublished_and_a_body_may_not(client: Client) -> None:
    publish()
    client.force_login(UserFactory())
    unnamed = {"agreed_text": "on", "agreed_electronic": "on"}
    assert send(client, {**open_form(client), **unnamed, "role": "observer"}).status_code == 302
    assert Endorsement.objects.get().agreed_publication is False
    assert send(client, {**open_form(client, "sign_body"), **BODY, **unnamed}, "sign_body").status_code == 422


def test_signature_on_an_outdated_text_is_a_409_that_shows_the_text_anew(client: Client) -> None:
    publish(number="1.0")
    fields = {**open_form(client, "sign_body"), **BODY, **CONSENTS}
    second = publish(number="2.0")
    response = send(client, fields, "sign_body")
    html = response.content.decode()
    assert response.status_code == 409
    assert "Nothing has been signed. Please read version 2.0 below" in html
    assert "Addition 2.0." in html
    assert hidden_fields(html)["instrument"] == second.instrument_sha256
    assert 'value="حزب النخيل التجريبي"' in html
    assert '<option value="party" selected>' in html
    assert "checked" not in html
    assert not Endorsement.objects.exists()
    assert send(client, {**hidden_fields(html), **BODY, **CONSENTS}, "sign_body").status_code == 302


def test_version_published_between_reading_and_recording_is_a_409_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(number="1.0")
    client.force_login(UserFactory())
    fields = {**open_form(client), **CONSENTS, "role": "observer"}
    record = signing.sign_endorsement

    def publish_first(**arguments: object) -> object:
        publish(number="2.0")
        return record(**arguments)

    monkeypatch.setattr(signing, "sign_endorsement", publish_first)
    response = send(client, fields)
    assert response.status_code == 409
    assert "Addition 2.0." in response.content.decode()
    assert not Endorsement.objects.exists()


def test_form_sent_twice_leads_to_the_same_receipt(client: Client) -> None:
    publish()
    fields = {**open_form(client, "sign_body"), **BODY, **CONSENTS}
    first, second = send(client, fields, "sign_body"), send(client, fields, "sign_body")
    assert first.headers["Location"] == second.headers["Location"]
    assert Endorsement.objects.count() == 1
    assert len(mail.outbox) == 1


def test_account_that_has_signed_sees_its_receipt_instead_of_the_form(client: Client) -> None:
    user = UserFactory()
    endorsement = endorse(publish(), user)
    client.force_login(user)
    html = client.get(reverse("code_of_conduct:sign"), {"next": "/en/certificates/"}).content.decode()
    assert str(endorsement.public_id) in html
    assert 'href="/en/certificates/"' in html
    assert "agreed_text" not in html


def test_body_signs_gets_a_receipt_by_mail_and_a_code(client: Client) -> None:
    publish()
    place = MunicipalityFactory()
    fields = {**open_form(client, "sign_body"), **BODY, **CONSENTS, "municipality": str(place.pk)}
    response = client.post(reverse("code_of_conduct:sign_body"), fields, follow=True)
    html = response.content.decode()
    endorsement = Endorsement.objects.get()
    assert endorsement.is_pending
    assert "Received; it awaits review" in html
    (code,) = set(re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", html))
    (letter,) = mail.outbox
    assert letter.to == ["office@example.org"]
    assert code in letter.body
    assert (
        f"http://testserver{reverse('code_of_conduct:receipt', args=[endorsement.public_id])}" in letter.body
    )


def test_stranger_signs_and_awaits_review(client: Client) -> None:
    publish()
    response = send(client, {**open_form(client), **PERSON, **CONSENTS})
    assert response.status_code == 302
    endorsement = Endorsement.objects.get()
    assert (endorsement.is_pending, endorsement.name, endorsement.role) == (
        True,
        "خديجة الترهوني",
        "journalist",
    )


def test_letter_that_cannot_be_sent_does_not_undo_the_signature(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_fields: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("plugins.code_of_conduct.mail.send_mail", fail)
    publish()
    fields = {**open_form(client, "sign_body"), **BODY, **CONSENTS}
    response = client.post(reverse("code_of_conduct:sign_body"), fields, follow=True)
    assert "The e-mail could not be sent" in response.content.decode()
    assert Endorsement.objects.count() == 1


def test_address_of_somebody_who_has_signed_leads_to_nothing_of_theirs(client: Client) -> None:
    from plugins.code_of_conduct.services import accept_endorsement

    publish()
    send(client, {**open_form(client), **PERSON, **CONSENTS})
    first = accept_endorsement(endorsement=Endorsement.objects.get(), reviewer=UserFactory())
    other = Client()
    response = send(other, {**open_form(other), **PERSON, **CONSENTS})
    assert str(first.public_id) not in response.headers["Location"]
    assert Endorsement.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " - "),
        ("name", "علي\u202e"),
        ("name", "ا" * 201),
        ("role", "observer"),
        ("role", ""),
        ("contact", "not an address"),
        ("contact", ""),
        ("signatory_name", ""),
        ("signatory_title", ""),
        ("municipality", "999999"),
        ("submission", "not a number"),
        ("website", "http://spam.example"),
    ],
)
def test_input_that_cannot_be_used_is_refused_beside_its_field(
    client: Client, field: str, value: str
) -> None:
    publish()
    fields = {**open_form(client, "sign_body"), **BODY, **CONSENTS, field: value}
    response = send(client, fields, "sign_body")
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Endorsement.objects.exists()


def test_name_is_stored_canonical(client: Client) -> None:
    publish()
    send(client, {**open_form(client), **PERSON, **CONSENTS, "name": "  Zoe\u0308   Smith "})
    assert Endorsement.objects.get().name == "Zo\u00eb Smith"


def test_strangers_are_counted_by_connection_and_accounts_are_not(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "STRANGERS_AN_HOUR", 2)
    publish()
    answers = [
        send(
            client, {**open_form(client), **PERSON, **CONSENTS, "contact": f"a{number}@example.org"}
        ).status_code
        for number in range(3)
    ]
    assert answers == [302, 302, 429]
    assert Endorsement.objects.count() == 2
    client.force_login(UserFactory())
    assert send(client, {**open_form(client), **CONSENTS, "role": "observer"}).status_code == 302


def test_signing_needs_the_token_against_forged_requests() -> None:
    publish()
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())
    assert send(client, {**open_form(client), **CONSENTS, "role": "observer"}).status_code == 403


def test_account_without_a_name_is_asked_for_it(client: Client) -> None:
    publish()
    client.force_login(UserFactory(name_ar="", name_en=""))
    fields = {**open_form(client), **CONSENTS, "role": "observer"}
    assert send(client, fields).status_code == 422
    send(client, {**fields, "name": "خديجة"})
    assert Endorsement.objects.get().name == "خديجة"


@pytest.mark.parametrize("name", ["sign", "sign_body"])
def test_form_is_never_kept_by_a_cache(client: Client, name: str) -> None:
    publish()
    assert "no-store" in client.get(reverse(f"code_of_conduct:{name}")).headers["Cache-Control"]
