"""From the draft to a version that never changes."""

import datetime
import hashlib
import json

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from lms.register.models import Entry
from lms.register.records import decode_record
from plugins.code_of_conduct.enums import Change
from plugins.code_of_conduct.errors import CannotPublish
from plugins.code_of_conduct.models import Article, Code, CodeVersion
from plugins.code_of_conduct.services import load_draft, publish_version, publishing, read_source
from tests.factories.code_of_conduct import CodeFactory, publish
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

DAY = datetime.date(2026, 1, 15)


def test_version_freezes_both_texts_with_their_digests() -> None:
    version = publish()
    assert version.text_ar.startswith("# مدونة السلوك الانتخابي\n\n## الديباجة\n\n")
    assert version.text_en.startswith("# Electoral Code of Conduct\n\n## Preamble\n\n")
    for text, digest in ((version.text_ar, version.sha256_ar), (version.text_en, version.sha256_en)):
        assert hashlib.sha256(text.encode()).hexdigest() == digest
    assert json.loads(version.statement) == {
        "change": "substantive",
        "code": version.code.key,
        "date": "2026-01-15",
        "format": "sanad instrument v1",
        "prevails": "ar",
        "sha256": {"ar": version.sha256_ar, "en": version.sha256_en},
        "version": "1.0",
    }
    assert version.instrument_sha256 == hashlib.sha256(version.statement.encode()).hexdigest()


def test_version_stands_in_the_register() -> None:
    version = publish()
    record = decode_record(bytes(Entry.objects.get(index=version.register_index).record))
    assert (record.type, record.course) == ("code_version", version.code.key)
    assert record.sha256 == hashlib.sha256(version.statement.encode() + bytes.fromhex(version.seal)).digest()


def test_edited_draft_leaves_the_version_as_it_was() -> None:
    version = publish()
    before = version.text_ar
    Article.objects.update(body_ar="نص آخر.")
    version.refresh_from_db()
    assert version.text_ar == before


def test_published_version_can_neither_be_saved_nor_deleted() -> None:
    version = publish()
    with pytest.raises(TypeError):
        version.save()
    with pytest.raises(TypeError):
        version.delete()
    with pytest.raises(TypeError):
        CodeVersion.objects.update(number="9.9")
    with pytest.raises(TypeError):
        CodeVersion.objects.all().delete()
    with pytest.raises(ProtectedError):
        version.code.delete()


def test_key_of_a_published_code_cannot_change() -> None:
    code = publish().code
    code.key = "other"
    with pytest.raises(ValidationError) as refused:
        code.full_clean()
    assert list(refused.value.error_dict) == ["key"]


def test_substantive_version_opens_a_round_and_an_editorial_one_does_not() -> None:
    rounds = [
        publish(number="1.0").round,
        publish(number="1.1", change=Change.EDITORIAL).round,
        publish(number="2.0", change=Change.SUBSTANTIVE).round,
    ]
    assert rounds == [1, 1, 2]


def test_first_version_is_substantive_whatever_is_said() -> None:
    assert publish(change=Change.EDITORIAL).change == Change.SUBSTANTIVE


@pytest.mark.parametrize("number", ["1.0", "0.9", "1.00"])
def test_number_must_rise(number: str) -> None:
    publish(number="1.0")
    with pytest.raises(CannotPublish):
        publish(number=number)
    assert CodeVersion.objects.count() == 1


def test_number_is_compared_as_numbers() -> None:
    publish(number="1.9")
    assert publish(number="1.10").number == "1.10"


def test_draft_without_a_difference_is_not_published() -> None:
    version = publish()
    with pytest.raises(CannotPublish):
        publish_version(code=Code.objects.get(pk=version.code_id), number="1.1", date=DAY)


def test_draft_without_articles_is_not_published() -> None:
    code = CodeFactory()
    Article.objects.filter(code=code).delete()
    with pytest.raises(CannotPublish):
        publish_version(code=Code.objects.get(pk=code.pk), number="1.0", date=DAY)
    assert not Entry.objects.exists()


def test_version_and_register_entry_stand_or_fall_together(monkeypatch: pytest.MonkeyPatch) -> None:
    code = CodeFactory()

    def fail(**_fields: object) -> None:
        raise RuntimeError("the log cannot be written")

    monkeypatch.setattr(publishing, "log", fail)
    with pytest.raises(RuntimeError):
        publish_version(code=Code.objects.get(pk=code.pk), number="1.0", date=DAY)
    assert not CodeVersion.objects.exists()
    assert not Entry.objects.exists()


def test_publishing_is_logged_with_who_did_it() -> None:
    from wagtail.models import ModelLogEntry

    lead = UserFactory()
    publish(user=lead)
    entry = ModelLogEntry.objects.get(action="code_of_conduct.publish")
    assert (entry.user, entry.data["number"]) == (lead, "1.0")


def test_only_one_code_is_the_main_one() -> None:
    CodeFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        CodeFactory()


@pytest.mark.parametrize("field", ["body_ar", "body_en"])
@pytest.mark.parametrize("text", ["", "# heading", "hidden \u202e"])
def test_article_that_could_not_be_published_is_refused_beside_its_field(field: str, text: str) -> None:
    article = Article.objects.filter(code=CodeFactory()).first()
    setattr(article, field, text)
    with pytest.raises(ValidationError) as refused:
        article.clean()
    assert list(refused.value.error_dict) == [field]


def test_loading_a_draft_again_replaces_it_and_leaves_versions_alone() -> None:
    code = load_draft(source=read_source())
    version = publish_version(code=code, number="1.0", date=DAY)
    source = read_source()
    source["articles"] = source["articles"][:3]
    again = load_draft(source=source)
    assert again.pk == code.pk
    assert again.articles.count() == 3
    assert len(CodeVersion.objects.get(pk=version.pk).articles) == 16


def test_loading_a_second_code_does_not_take_the_public_pages() -> None:
    load_draft(source=read_source())
    assert load_draft(source=read_source(), key="another").is_main is False
