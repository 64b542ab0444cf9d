"""From the draft to a version."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from ..enums import Change, Language
from ..errors import CannotPublish
from ..models import Code, CodeVersion
from ..statements import instrument_statement
from ..text import canonical_text, sha256_hex
from .sealing import enter_version


@transaction.atomic
def publish_version(
    *,
    code: Code,
    number: str,
    date: date,
    change: Change = Change.SUBSTANTIVE,
    user: Any = None,
) -> CodeVersion:
    """Freeze the draft into a version, seal it and enter it in the register. It is in force at once.

    A substantive change asks everybody to sign anew. Raises CannotPublish with a sentence for the editor.
    """
    Code.objects.select_for_update().get(pk=code.pk)
    latest = CodeVersion.objects.filter(code=code).first()
    texts = {language: _canonical_draft(code, language) for language in Language}
    digests = {language: sha256_hex(text) for language, text in texts.items()}
    _require_progress(latest, number, digests)
    change = change if latest else Change.SUBSTANTIVE
    statement = instrument_statement(
        code=code.key,
        version=number,
        date=date.isoformat(),
        change=change.value,
        sha256={language.value: digest for language, digest in digests.items()},
    )
    version = CodeVersion(
        code=code,
        number=number,
        date=date,
        change=change,
        round=(latest.round if latest else 0) + (change is Change.SUBSTANTIVE),
        text_ar=texts[Language.ARABIC],
        text_en=texts[Language.ENGLISH],
        sha256_ar=digests[Language.ARABIC],
        sha256_en=digests[Language.ENGLISH],
        published_by=user,
        statement=statement,
        statement_sha256=sha256_hex(statement),
    )
    enter_version(version)
    version.save()
    log(instance=code, action="code_of_conduct.publish", user=user, data={"number": number})
    return version


def _canonical_draft(code: Code, language: Language) -> str:
    title = code.name_ar if language is Language.ARABIC else code.name_en
    try:
        return canonical_text(title, [article.text_in(language) for article in code.articles.all()])
    except ValueError as error:
        raise CannotPublish(
            _(
                "The draft cannot be published: it has no article, or one of them has an empty or unreadable text."
            )
        ) from error


def _require_progress(latest: CodeVersion | None, number: str, digests: dict[Language, str]) -> None:
    if latest is None:
        return
    if _parts(number) <= _parts(latest.number):
        raise CannotPublish(_("The number must be higher than %(number)s.") % {"number": latest.number})
    if digests == {Language.ARABIC: latest.sha256_ar, Language.ENGLISH: latest.sha256_en}:
        raise CannotPublish(_("The draft does not differ from the version in force."))


def _parts(number: str) -> list[int]:
    return [int(part) for part in number.split(".")]
