"""Rich text as Markdown and back: nothing is lost, and what cannot be said is refused."""

import html as html_module

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.courses.folder.markdown import RichTextError, html_from_markdown, markdown_from_html
from lms.courses.folder.richtext import MarkdownLossError, normal_html

# Harakat, tatweel, joiners, bidi marks, Arabic punctuation and everything Markdown has a use for.
HARD = [
    *"كلمةًٌَُِّْـ،؛؟«»ابتآأٱى٣",
    *"\u200c\u200d\u200e\u200f\u00a0\u2009\u2028\u2067\u2069\ufeff\u0653",
    *"*_[]()`#-+>\\&<!~|=:.a1 \t\n",
    "1.",
    "&amp;",
    "&#32;",
    "<b>",
    "```",
    "---",
    "===",
    "**",
    "  ",
    "http://x.y",
    "😀",
]
TEXT = st.lists(
    st.one_of(st.sampled_from(HARD), st.characters(exclude_categories=("Cc", "Cs"))), max_size=12
).map("".join)
ESCAPED = TEXT.map(lambda text: html_module.escape(text, quote=False))
LINKS = st.sampled_from(
    [
        "https://hnec.ly",
        "http://x/ليبيا?a=1&amp;copy=2",
        "mailto:a@b.c",
        "https://x/a_(b)*c*",
        "lesson:01-a/02-b",
    ]
)


def dressed(inner: str) -> st.SearchStrategy[str]:
    links = LINKS.map(lambda href: inner if "<a" in inner else f'<a href="{href}">{inner}</a>')
    return st.one_of(st.just(f"<b>{inner}</b>"), links)


RUN = st.recursive(
    st.one_of(ESCAPED, st.just("<br/>")),
    lambda children: st.lists(children, min_size=1, max_size=3).map("".join).flatmap(dressed),
    max_leaves=4,
)
LINE = st.lists(RUN, max_size=4).map("".join)
ONE_LINE = LINE.map(lambda line: line.replace("<br/>", " "))
ITEM = LINE.map(lambda line: f"<li>{line}</li>")
NESTED = st.tuples(LINE, st.lists(ITEM, min_size=1, max_size=2)).map(
    lambda parts: f"<li>x{parts[0]}<ul>{''.join(parts[1])}</ul></li>"
)
LIST = st.tuples(st.sampled_from(["ul", "ol"]), st.lists(st.one_of(ITEM, NESTED), max_size=3)).map(
    lambda parts: f"<{parts[0]}>{''.join(parts[1])}</{parts[0]}>"
)
BLOCK = st.one_of(
    LINE.map(lambda line: f'<p data-block-key="a1b2c">{line}</p>'),
    ONE_LINE.map(lambda line: f"<h2>{line}</h2>"),
    ONE_LINE.map(lambda line: f"<h3>{line}</h3>"),
    st.just("<hr/>"),
    LIST,
)
RICH_TEXT = st.lists(BLOCK, max_size=5).map("".join)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(RICH_TEXT)
def test_rich_text_survives_markdown(html: str) -> None:
    markdown = markdown_from_html(html)
    assert html_from_markdown(markdown) == normal_html(html)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(RICH_TEXT)
def test_markdown_that_we_write_is_written_the_same_again(html: str) -> None:
    markdown = markdown_from_html(html)
    assert markdown_from_html(html_from_markdown(markdown)) == markdown


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(RICH_TEXT)
def test_normal_form_is_settled(html: str) -> None:
    normal = normal_html(html)
    assert normal_html(normal) == normal


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>قال: «نعم» (1)، ثم 2 - 3.</p>", "قال: «نعم» (1)، ثم 2 - 3."),
        ("<h2>عنوان</h2><p>نص <b>مهم</b></p>", "## عنوان\n\nنص **مهم**"),
        ("<ul><li>أ</li><li>ب</li></ul><p>ج</p>", "- أ\n- ب\n\nج"),
        ("<ol><li>أ<ul><li>ب</li></ul></li></ol>", "1. أ\n   - ب"),
        ('<p><a href="https://hnec.ly">المفوضية</a></p>', "[المفوضية](https://hnec.ly)"),
        ("<p>سطر<br/>وسطر</p>", "سطر\\\nوسطر"),
        ("<ul><li>أ</li></ul><ul><li>ب</li></ul>", "- أ\n\n* ب"),
    ],
)
def test_text_is_written_as_a_person_would_type_it(html: str, markdown: str) -> None:
    assert markdown_from_html(html) == markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>1. ليس قائمة</p>", "1\\. ليس قائمة"),
        ("<p># ليس عنوانًا</p>", "\\# ليس عنوانًا"),
        ("<p>&lt;b&gt;</p>", "\\<b\\>"),
        ("<p>كلمة<b>،كلمة،</b>كلمة</p>", "كلم&#1577;**،كلمة،**&#1603;لمة"),
    ],
)
def test_text_that_markdown_would_misread_is_escaped(html: str, markdown: str) -> None:
    assert markdown_from_html(html) == markdown
    assert html_from_markdown(markdown) == html


def test_normal_form_drops_what_nobody_sees() -> None:
    untidy = '<p data-block-key="x">  أ  <b> ب </b>ج<br/></p><p></p>\n<ul> <li>د</li> </ul>'
    assert normal_html(untidy) == "<p>أ <b>ب</b> ج</p><ul><li>د</li></ul>"


def test_bold_around_a_link_is_the_same_as_bold_within() -> None:
    assert normal_html('<p><b>أ <a href="#x">ب</a></b></p>') == normal_html(
        '<p><b>أ</b> <a href="#x"><b>ب</b></a></p>'
    )


@pytest.mark.parametrize(
    "html",
    [
        "<p><i>مائل</i></p>",
        "<table></table>",
        "<blockquote>x</blockquote>",
        "<p>a<script>alert(1)</script></p>",
        '<p><a href="javascript:alert(1)">x</a></p>',
        '<p><a linktype="page" id="3">x</a></p>',
        '<p><embed embedtype="image" id="1"/></p>',
        "<p>a<!-- note --></p>",
        "bare text",
        "<h2>a<br/>b</h2>",
        "<p>\x01</p>",
    ],
)
def test_rich_text_that_markdown_cannot_say_is_refused(html: str) -> None:
    with pytest.raises(MarkdownLossError):
        markdown_from_html(html)


@pytest.mark.parametrize(
    ("markdown", "line", "reason"),
    [
        ("نص *مائل*", 0, "italics"),
        ("أ\n\n<script>alert(1)</script>", 2, "HTML"),
        ("أ <b>ب</b>", 0, "HTML"),
        ("[x](javascript:alert(1))", 0, "javascript"),
        ("[x](data:text/html,hi)", 0, "data:"),
        ('[x](https://a.b "title")', 0, "title"),
        ("![x](a.png)", 0, "image block"),
        ("# كبير", 0, "headings"),
        ("#### صغير", 0, "headings"),
        ("> اقتباس", 0, "quotation"),
        ("`x`", 0, "code"),
        ("أ\n\n    رمز", 2, "code"),
        ("3. ثلاثة", 0, "begins with 1"),
        ("- أ\n\n  ب", 2, "one paragraph"),
    ],
)
def test_markdown_that_a_page_does_not_hold_is_refused_with_its_line(
    markdown: str, line: int, reason: str
) -> None:
    with pytest.raises(RichTextError) as caught:
        html_from_markdown(markdown)
    assert caught.value.line == line
    assert reason in caught.value.reason
