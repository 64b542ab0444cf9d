"""The checker is checked first: what it must find, it finds."""

import hashlib

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e import axe
from tests.e2e.conftest import OpenPage

PALE_ARABIC = """<!doctype html><html lang="ar" dir="rtl"><head><title>اختبار</title></head>
<body style="background:#fff;font:18px sans-serif"><main><h1>عنوان</h1>{}</main></body></html>"""


@pytest.fixture
def page(browser: Browser) -> Page:
    return browser.new_page()


def test_axe_is_the_file_that_was_vendored() -> None:
    digest = hashlib.sha256(axe.SOURCE.encode()).hexdigest()
    assert digest == "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"


def test_axe_sees_pale_arabic_text(page: Page) -> None:
    """Without the plain widths it sees none of these, for their letters join."""
    words = ["مراقب", "الشهادة سارية", "مدونة السلوك", "تسجيل الدخول", "المفوضية الوطنية العليا للانتخابات"]
    page.set_content(PALE_ARABIC.format("".join(f'<p style="color:#ccc">{word}</p>' for word in words)))
    found = {finding.rule: finding for finding in axe.findings(page)}
    assert len(found["color-contrast"].nodes) == len(words)


def test_axe_passes_dark_arabic_text(page: Page) -> None:
    page.set_content(PALE_ARABIC.format('<p style="color:#222">الشهادة سارية</p>'))
    assert axe.findings(page) == []


def test_small_targets_are_found_and_links_in_sentences_are_not(page: Page) -> None:
    page.set_content(PALE_ARABIC.format('<p>نص فيه <a href="#x">رابط</a>.</p><button>حفظ</button>'))
    assert [target.split(" ", 1)[1][:7] for target in axe.small_targets(page)] == ["<button"]


def test_sideways_scrolling_is_measured(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 600})
    page.set_content(PALE_ARABIC.format('<div style="width:500px">واسع</div>'))
    assert axe.sideways(page) > 0


def test_what_the_security_policy_refuses_is_noticed(open_page: OpenPage, problems: list[str]) -> None:
    """The canary of the fixture: an inline style is refused by the policy, and the test would fail for it."""
    page = open_page("ar")
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('style'), {textContent: 'p{}'}))"
    )
    page.wait_for_timeout(100)
    assert len(problems) == 1
    assert "Content Security Policy" in problems.pop()


def test_script_that_throws_is_noticed(open_page: OpenPage, problems: list[str]) -> None:
    page = open_page("ar")
    page.evaluate("setTimeout(() => { throw new Error('canary') })")
    page.wait_for_timeout(100)
    assert problems.pop() == "canary"
