"""Papers on a phone: found by number, keyed without a script, differences decided; accessible in both languages."""

import pytest

from lms.assessments.enums import PaperState
from lms.assessments.keying import BLANK, Reading
from lms.assessments.models import Paper
from lms.assessments.services.keying import key_paper
from tests.factories.assessments import enrol
from tests.factories.papers import fields_for, officer, paper_exam, place_of, printed, right_readings

from . import axe
from .conftest import DESK, OpenPage

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def test_a_paper_is_keyed_on_a_phone_without_a_script(open_page: OpenPage) -> None:
    [paper] = printed(paper_exam())
    readings = right_readings(paper.attempt)
    key_paper(paper=paper, readings=readings, actor=officer())
    page = open_page("ar", user=officer(), java_script_enabled=False)
    page.goto("/ar/exams/papers/")
    page.fill("[name=number]", paper.spaced_number.translate(ARABIC))
    page.click("main form button")
    page.click(".next-step a")
    for name, said in fields_for(paper.attempt, readings).items():
        for value in said if isinstance(said, list) else [said]:
            chip = page.locator(f"[name='{name}'][value='{value}']:is([type=radio], [type=checkbox])")
            if chip.count():
                chip.check()
            else:
                page.fill(f"[name='{name}']", value.translate(ARABIC))
    page.click(".key-form button")
    assert Paper.objects.get().state == PaperState.COMPLETE


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_pages_of_papers_are_accessible(open_page: OpenPage, language: str) -> None:
    exam = paper_exam()
    cohort = enrol(exam).cohort
    differing, fresh = printed(exam, *(enrol(exam, cohort=cohort).learner for _ in range(2)))
    readings = right_readings(differing.attempt)
    places = {place_of(differing.attempt, kind): Reading(BLANK) for kind in ("matching", "single")}
    key_paper(paper=differing, readings=readings, actor=officer())
    key_paper(paper=differing, readings={**readings, **places}, actor=officer())
    person = officer()
    for width in (360, DESK):
        page = open_page(language, user=person, width=width)
        base = f"/{language}/exams/papers/"
        for path in (
            "",
            f"exams/{exam.public_id}/?cohort={cohort.public_id}",
            f"{differing.number}/",
            f"{fresh.number}/key/",
            f"{differing.number}/decide/",
        ):
            page.goto(base + path)
            axe.assert_accessible(page)
        page.goto(f"{base}{fresh.number}/key/")
        page.click(".key-form button")
        axe.assert_accessible(page)
