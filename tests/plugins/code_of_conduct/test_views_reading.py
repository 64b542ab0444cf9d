"""The text and the public register, as anybody sees them."""

import hashlib

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from plugins.code_of_conduct.enums import Role
from plugins.code_of_conduct.selectors import totals
from plugins.code_of_conduct.services import (
    load_draft,
    publish_version,
    read_source,
    sign_endorsement,
    withdraw_endorsement,
)
from tests.factories.code_of_conduct import body_signature, endorse, endorse_as_body, publish
from tests.factories.people import MunicipalityFactory, UserFactory

pytestmark = pytest.mark.django_db


def page(client: Client, name: str, *args: object, language: str = "en", **query: object) -> str:
    with translation.override(language):
        response = client.get(reverse(f"code_of_conduct:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(("language", "heading"), [("ar", "الديباجة"), ("en", "Preamble")])
def test_text_is_shown_in_the_language_of_the_page_with_both_digests(
    client: Client, language: str, heading: str
) -> None:
    version = publish()
    html = page(client, "text", language=language)
    assert f'id="article-0">{heading}</h2>' in html
    for digest in (version.sha256_ar, version.sha256_en, version.instrument_sha256):
        assert digest in html


def test_clauses_can_be_cited_by_address(client: Client) -> None:
    publish()
    assert '<li value="2" id="article-1-2">Second clause.</li>' in page(client, "text")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_file_has_the_digest_that_is_published(client: Client, language: str) -> None:
    version = publish()
    with translation.override("ar"):
        response = client.get(reverse("code_of_conduct:text_file", args=["1.0", language]))
    assert hashlib.sha256(response.content).hexdigest() == getattr(version, f"sha256_{language}")
    assert response["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("args", [("9.9", "ar"), ("1.0", "fr")])
def test_file_that_does_not_exist_is_not_found(client: Client, args: tuple[str, str]) -> None:
    publish()
    with translation.override("ar"):
        assert client.get(reverse("code_of_conduct:text_file", args=args)).status_code == 404


def test_older_version_stays_readable_and_says_that_it_is_not_in_force(client: Client) -> None:
    publish(number="1.0")
    publish(number="2.0")
    html = page(client, "version", "1.0")
    assert "no longer in force" in html
    assert "Addition 2.0." not in html
    assert "Addition 2.0." in page(client, "text")


def test_unknown_version_is_not_found(client: Client) -> None:
    publish()
    with translation.override("en"):
        assert client.get(reverse("code_of_conduct:version", args=["7.0"])).status_code == 404


def test_before_anything_is_published_every_page_says_so(client: Client) -> None:
    assert "No code of conduct has been published yet" in page(client, "text")
    assert "No endorsements yet" in page(client, "register")
    with translation.override("en"):
        for name in ("sign", "sign_body"):
            assert (
                client.get(reverse(f"code_of_conduct:{name}"))
                .headers["Location"]
                .endswith("/code-of-conduct/")
            )


def test_html_in_a_text_is_shown_as_text(client: Client) -> None:
    source = read_source()
    source["articles"] = source["articles"][:1]
    source["articles"][0]["body"]["en"] = "<script>alert(1)</script> & more"
    publish_version(code=load_draft(source=source), number="1.0", date=source["date"])
    html = page(client, "text")
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html


def test_register_lists_what_was_entered_with_its_state(client: Client) -> None:
    version = publish()
    endorse(version, name="خديجة الترهوني")
    withdraw_endorsement(endorsement=endorse_as_body(version), reason="secret reason")
    sign_endorsement(signature=body_signature(version, name="حزب ينتظر"))
    html = page(client, "register")
    assert "خديجة الترهوني" in html
    assert "حزب النخيل التجريبي" in html
    assert "Withdrawn" in html
    assert "حزب ينتظر" not in html
    assert "secret reason" not in html
    assert "office@example.org" not in html


def test_register_escapes_html_in_names(client: Client) -> None:
    endorse(publish(), name="<img src=x onerror=alert(1)>")
    html = page(client, "register")
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html


def test_name_that_is_not_published_is_neither_shown_nor_found(client: Client) -> None:
    endorse(publish(), name="نجاة المصراتي", agreed_publication=False)
    html = page(client, "register")
    assert "نجاة" not in html
    assert "Name not published" in html
    assert "Nothing found" in page(client, "register", q="نجاة")


@pytest.mark.parametrize("typed", ["احمد الترهونى", "أحمد", "الترهوني احمد", "  أحــمد "])
def test_search_finds_a_name_however_it_is_spelt(client: Client, typed: str) -> None:
    version = publish()
    endorse(version, name="أحمد الترهوني")
    endorse(version, name="خديجة العبيدي")
    html = page(client, "register", q=typed)
    assert "أحمد الترهوني" in html
    assert "خديجة العبيدي" not in html


def test_register_is_narrowed_by_sector_and_municipality(client: Client) -> None:
    version = publish()
    ghat, sebha = MunicipalityFactory(name_en="Ghat"), MunicipalityFactory(name_en="Sebha")
    endorse(version, name="Ali", municipality=ghat)
    endorse_as_body(version, name="Party", municipality=sebha)
    assert "Party" not in page(client, "register", municipality=ghat.code).partition("<tbody>")[2]
    assert "Ali" not in page(client, "register", sector="political").rpartition("<tbody>")[2]


@pytest.mark.parametrize(
    "query", [{"sector": "nobody"}, {"municipality": "atlantis"}, {"page": "x"}, {"q": "\x00"}]
)
def test_what_cannot_be_read_is_left_out(client: Client, query: dict[str, str]) -> None:
    endorse(publish(), name="خديجة الترهوني")
    assert "خديجة الترهوني" in page(client, "register", **query)


def test_totals_sum() -> None:
    version = publish()
    for role in (Role.OBSERVER, Role.OBSERVER, Role.JOURNALIST, Role.CANDIDATE, Role.SECURITY_MEMBER):
        endorse(version, role=role)
    endorse_as_body(version)
    withdraw_endorsement(endorsement=endorse(version), reason="r")
    counted = totals(version)
    assert counted.total == 6
    assert {one.sector.value: one.count for one in counted.sectors} == {
        "political": 2,
        "security": 1,
        "social": 0,
        "civil": 3,
    }
    assert all(one.count == sum(count for _role, count in one.roles) for one in counted.sectors)
    assert counted.total == sum(one.count for one in counted.sectors)


def test_totals_are_those_of_the_version_in_force(client: Client) -> None:
    endorse(publish(number="1.0"))
    publish(number="2.0")
    assert "<dt>All sectors</dt><dd>0</dd>" in page(client, "register")


def test_register_comes_in_pages(client: Client) -> None:
    version = publish()
    for number in range(51):
        endorse(version, name=f"Person {number:02}")
    first, second = page(client, "register"), page(client, "register", page=2)
    assert "Person 50" in first and "Person 00" not in first
    assert "Person 00" in second


@pytest.mark.parametrize("count", [1, 3, 30])
def test_register_takes_the_same_queries_however_many_are_listed(
    client: Client, count: int, at_most_queries: object
) -> None:
    version = publish()
    for _person in range(count):
        endorse(version)
    with at_most_queries(6):
        page(client, "register")


@pytest.mark.parametrize("count", [1, 3, 30])
def test_text_takes_the_same_queries_however_many_have_signed(
    client: Client, count: int, at_most_queries: object
) -> None:
    version = publish()
    for _person in range(count):
        endorse(version)
    with at_most_queries(4):
        page(client, "text")


def test_account_that_signed_is_led_to_its_receipt(client: Client) -> None:
    user = UserFactory()
    endorsement = endorse(publish(), user)
    client.force_login(user)
    html = page(client, "text")
    assert str(endorsement.public_id) in html
    assert "Do you agree with this code?" not in html
