"""Streams whose blocks stay out of migrations, and whose data survives them."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.writer import MigrationWriter
from wagtail.blocks import CharBlock

from lms.common.streamfield import LightStreamField
from lms.courses.models import LessonPage
from tests.factories.courses import make_course_pages


def test_field_is_written_without_its_blocks() -> None:
    source, imports = MigrationWriter.serialize(LightStreamField([("text", CharBlock())], blank=True))
    assert source == "lms.common.streamfield.LightStreamField(blank=True)"
    assert imports == {"import lms.common.streamfield"}


@pytest.mark.django_db
def test_historical_model_reads_and_writes_the_raw_stream() -> None:
    page = make_course_pages(lessons=1, languages=["ar"]).lesson
    state = MigrationLoader(connection).project_state(("courses", "0001_initial"))
    historical: Any = state.apps.get_model("courses", "LessonPage")
    old = historical.objects.get(pk=page.pk)
    assert isinstance(old.body, list)
    assert old.body[0]["type"] == "text"
    old.body[0]["value"] = "<p>من هجرة</p>"
    old.save(update_fields=["body"])
    assert str(LessonPage.objects.get(pk=page.pk).body[0].value) == "<p>من هجرة</p>"


def test_historical_field_starts_empty() -> None:
    assert LightStreamField().get_default() == []
