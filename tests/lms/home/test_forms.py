"""Every `{{ form }}` of the project: label above, hint, error beside, summary with links on top."""

import re

import pytest
from django.utils import translation

from lms.home.gallery import ExampleForm


@pytest.fixture
def wrong() -> str:
    with translation.override("ar"):
        return str(ExampleForm({"email": "salma", "intention": "perhaps"}))


def test_every_field_has_a_label_that_belongs_to_it() -> None:
    html = str(ExampleForm())
    ids = set(re.findall(r' id="(id_[a-z_0-9]+)"', html))
    labelled = re.findall(r'<label for="([^"]+)"', html)
    assert {"id_name", "id_email", "id_language", "id_note", "id_agreed"} <= set(labelled)
    assert set(labelled) <= ids


def test_hint_describes_its_field() -> None:
    html = str(ExampleForm())
    assert 'id="id_name_helptext"' in html
    assert re.search(r'<input[^>]+name="name"[^>]+aria-describedby="id_name_helptext"', html)


def test_error_stands_beside_its_field_and_describes_it(wrong: str) -> None:
    assert re.search(
        r'<input[^>]+name="email"[^>]+aria-invalid="true"[^>]+aria-describedby="id_email_error"', wrong
    )
    assert 'class="field-error" id="id_email_error"' in wrong


def test_summary_links_to_each_mistake(wrong: str) -> None:
    summary = re.search(r'<div class="error-summary".*?</div>', wrong, re.DOTALL)
    assert summary
    links = re.findall(r'href="#([^"]+)"', summary[0])
    assert links == ["id_name", "id_email", "id_intention_0", "id_agreed"]
    assert all(f'id="{link}"' in wrong for link in links)


def test_form_without_mistakes_has_no_summary() -> None:
    assert "error-summary" not in str(ExampleForm())


def test_optional_fields_say_so_and_required_ones_need_no_star() -> None:
    with translation.override("ar"):
        html = str(ExampleForm())
    assert html.count("(اختياري)") == 4
    assert "*" not in html


def test_field_that_nobody_may_change_is_not_called_optional() -> None:
    form = ExampleForm()
    with translation.override("en"):
        before = str(form).count("(optional)")
        form.fields["note"].disabled = True
        assert str(form).count("(optional)") == before - 1


def test_radio_buttons_are_a_group_with_a_legend() -> None:
    html = str(ExampleForm())
    assert re.search(r'<fieldset class="field choices"[^>]*><legend>Will you take part\?</legend>', html) or (
        "<legend>هل ستشارك؟</legend>" in html
    )


def test_what_was_typed_is_not_lost_and_is_escaped() -> None:
    html = str(ExampleForm({"name": '"><script>alert(1)</script>'}))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
