"""Bringing a written code in as a draft."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from ..models import Article, Code

CONTENT = Path(__file__).parents[1] / "content" / "code.yaml"
KEY = "electoral-conduct"


def read_source(path: Path = CONTENT) -> dict[str, Any]:
    """A code as YAML: version, date, title and articles, each text in both languages."""
    with path.open(encoding="utf-8") as stream:
        source: dict[str, Any] = yaml.safe_load(stream)
    return source


@transaction.atomic
def load_draft(*, source: Mapping[str, Any], key: str = KEY) -> Code:
    """Make the code with its articles the draft of that key, in place of any draft before it.

    Published versions stay as they are. Raises ValidationError for a text that could not be published.
    """
    is_first = not Code.objects.exclude(key=key).filter(is_main=True).exists()
    names = {"name_ar": source["title"]["ar"], "name_en": source["title"]["en"]}
    code, _created = Code.objects.update_or_create(
        key=key, defaults=names, create_defaults={**names, "is_main": is_first}
    )
    code.full_clean()
    Article.objects.filter(code=code).delete()
    articles = [
        Article(
            code=code,
            number=entry["number"],
            heading_ar=entry["heading"]["ar"],
            heading_en=entry["heading"]["en"],
            body_ar=entry["body"]["ar"],
            body_en=entry["body"]["en"],
        )
        for entry in source["articles"]
    ]
    for article in articles:
        article.full_clean()
        article.save()
    return Code.objects.get(pk=code.pk)
