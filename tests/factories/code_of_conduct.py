"""Codes, versions and endorsements for tests, made by the services that make the real ones."""

import datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from plugins.code_of_conduct.enums import Change, Role
from plugins.code_of_conduct.models import Article, Code, CodeVersion, Endorsement
from plugins.code_of_conduct.services import Signature, accept_endorsement, publish_version, sign_endorsement
from tests.factories.people import UserFactory


class ArticleFactory(DjangoModelFactory[Article]):
    class Meta:
        model = Article

    number = factory.Sequence(lambda n: n)
    heading_ar = factory.LazyAttribute(lambda a: f"أحكام {a.number}")
    heading_en = factory.LazyAttribute(lambda a: f"Provisions {a.number}")
    body_ar = "فقرة أولى.\n\n1. بند أول.\n2. بند ثانٍ."
    body_en = "A first paragraph.\n\n1. First clause.\n2. Second clause."


class CodeFactory(DjangoModelFactory[Code]):
    """The main code with a preamble and one article as its draft."""

    class Meta:
        model = Code
        skip_postgeneration_save = True

    key = factory.Sequence(lambda n: f"code-{n}")
    name_ar = "مدونة السلوك الانتخابي"
    name_en = "Electoral Code of Conduct"

    @factory.post_generation
    def articles(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            ArticleFactory(code=self, number=0, heading_ar="الديباجة", heading_en="Preamble")
            ArticleFactory(code=self, number=1)


def publish(
    code: Code | None = None, number: str = "1.0", change: Change = Change.SUBSTANTIVE, user: Any = None
) -> CodeVersion:
    """A version of the main code; a later one has a word more in its draft."""
    if code is None:
        code = Code.objects.filter(is_main=True).first() or CodeFactory()
    article = Article.objects.filter(code=code).order_by("number").last()
    if code.versions.exists():
        article.body_ar += f"\n\nإضافة {number}."
        article.body_en += f"\n\nAddition {number}."
        article.save()
    code = Code.objects.get(pk=code.pk)
    return publish_version(
        code=code, number=number, date=datetime.date(2026, 1, 15), change=change, user=user
    )


def signature(version: CodeVersion, **given: Any) -> Signature:
    """All three consents of an observer; what is given replaces what is here."""
    defaults = {
        "instrument_sha256": version.instrument_sha256,
        "role": Role.OBSERVER,
        "name": "خديجة الترهوني",
        "agreed_text": True,
        "agreed_electronic": True,
        "agreed_publication": True,
    }
    return Signature(**{**defaults, **given})


def body_signature(version: CodeVersion, **given: Any) -> Signature:
    return signature(
        version,
        **{
            "role": Role.PARTY,
            "name": "حزب النخيل التجريبي",
            "signatory_name": "سالم العبيدي",
            "signatory_title": "الأمين العام",
            "contact": "office@example.org",
            **given,
        },
    )


def endorse(version: CodeVersion, user: Any = None, **given: Any) -> Endorsement:
    """The endorsement in force of an account."""
    user = user or UserFactory()
    return sign_endorsement(
        signature=signature(version, **{"user": user, "name": user.name_ar, **given})
    ).endorsement


def endorse_as_body(version: CodeVersion, reviewer: Any = None, **given: Any) -> Endorsement:
    """The endorsement in force of a body."""
    pending = sign_endorsement(signature=body_signature(version, **given)).endorsement
    return accept_endorsement(endorsement=pending, reviewer=reviewer or UserFactory())
