"""From other people's markup to plain text in two languages."""

import pytest

from lms.assessments.content import Bilingual
from lms.assessments.interchange.model import UnsupportedError
from lms.assessments.interchange.texts import Speech, read_html, read_markdown, read_plain, to_multilang


def codes(speech: Speech) -> set[str]:
    return {loss.code for loss in speech.noted()}


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br>Two<br/><br />Three", "One\nTwo\n\nThree"),
        ("<div><div>One</div></div>  \n <div>Two</div>", "One\nTwo"),
        ("<ul><li>One</li><li>Two</li></ul>after", "- One\n- Two\nafter"),
        ("<ol><li>One<ol><li>Inner</li></ol></li><li>Two</li></ol>", "1. One\n1. Inner\n2. Two"),
        ("a  b\n c&nbsp;&nbsp;d", "a b c d"),
        ("a&#32;&#32;b&#10;c", "a  b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("10<sup>2</sup> and H<sub>2</sub>O", "10² and H₂O"),
        ("x<sup>ab</sup>", "x^ab"),
        ("&lt;b&gt; &amp; &quot;&eacute;&copy; &unknown; &", '<b> & "é© &unknown; &'),
        ("a < b and b > a", "a < b and b > a"),
        ("List<String> x<5", "List<String> x<5"),
        ("<b", "<b"),
        ("<!-- hidden -->shown<?php x ?>", "shown"),
        ("<style>p{}</style><script>x</script>shown", "shown"),
        ("<o:p>Word</o:p>", "Word"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a | b\nc"),
        ('<a title=">">x</a>', "x"),
        ("</p>a</div>b", "ab"),
        ("a\x00b\x07c\ufffe", "abc"),
    ],
)
def test_markup_becomes_plain_text(markup: str, text: str) -> None:
    assert read_html(markup).text() == text


@pytest.mark.parametrize(
    ("markup", "lost"),
    [
        ("<p><span>plain</span></p>", set()),
        ("<b>bold</b>", {"formatting"}),
        ('<a href="https://example.org">x</a>', {"link"}),
        ('<a href=" JavaScript:x">x</a>', {"link", "script"}),
        ("<p onclick='x'>x</p>", {"script"}),
        ("<video></video><input>", {"media", "form"}),
        ("<table></table>", {"table"}),
        ("\\(x^2\\)", {"math"}),
        ("<math><mi>x</mi></math>", {"mathml"}),
        ("a\x07", {"control_characters"}),
        ("{mlang fr}x{mlang}", {"language"}),
    ],
)
def test_what_is_dropped_is_noted(markup: str, lost: set[str]) -> None:
    assert codes(read_html(markup)) == lost


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<span lang="ar" class="multilang">س</span><span lang="en" class="multilang">q</span>', ("س", "q")),
        (
            '<span class="multilang" lang="ar_ly">س</span> <span class="multilang" lang="en-GB">q</span>!',
            ("س !", "q!"),
        ),
        (
            '<div class="multilang" lang="ar"><p>س</p></div><div class="multilang" lang="en"><p>q</p></div>',
            ("س", "q"),
        ),
        ('<lang lang="ar">س</lang><lang lang="en">q</lang>', ("س", "q")),
        ("1: {mlang ar}س{mlang}{mlang en}q{mlang}", ("1: س", "1: q")),
        ("{mlang ar}<p>س</p>{mlang}{mlang en}<p>q</p>{mlang}", ("س", "q")),
        ("{mlang en}q{mlang}{mlang other}o{mlang}", ("o", "q")),
        ("{mlang ar,en}both{mlang}", ("both", "both")),
        ("same", ("same", "same")),
        ('<span lang="ar">not marked</span>', ("not marked", "not marked")),
    ],
)
def test_two_languages_are_told_apart(markup: str, expected: tuple[str, str]) -> None:
    speech = read_html(markup)
    assert (speech.text("ar"), speech.text("en")) == expected


def test_the_languages_of_a_text_are_the_ones_it_marks() -> None:
    assert read_html("{mlang ar}س{mlang}").languages == {"ar"}
    assert read_html("plain").languages == set()
    assert read_html("{mlang fr}x{mlang}").languages == set()


def test_plain_text_has_no_markup_and_keeps_its_lines() -> None:
    assert read_plain("a <b>  c\n  d &amp;").text() == "a <b>  c\n  d &amp;"


def test_markdown_is_read_as_what_it_shows() -> None:
    speech = read_markdown("Is it **so**?\n\n* one\n* two\n\n<script>x</script>")
    assert speech.text() == "Is it so?\n- one\n- two"
    assert codes(speech) == {"formatting", "script"}


def test_lines_stay_lines_in_moodles_own_format() -> None:
    assert read_html("a\n   b <i>c</i>", keeps_lines=True).text() == "a\nb c"


def test_images_are_set_aside_with_their_words() -> None:
    [picture] = read_html('<p>Look: <img alt="A &lt;map&gt;" src="x.png"></p>').pictures
    assert (picture.source, picture.alt) == ("x.png", "A <map>")


@pytest.mark.parametrize("markup", ["x" * 10_001, "<p>" * 51_000, "<b>x</b>" * 17_000])
def test_texts_beyond_all_measure_are_no_texts(markup: str) -> None:
    with pytest.raises(UnsupportedError, match="too_long"):
        read_html(markup).text()


def test_both_languages_are_written_as_moodles_filter_reads_them() -> None:
    assert to_multilang(Bilingual("س\nع", "a < b")) == (
        '<span lang="ar" class="multilang">س<br>ع</span><span lang="en" class="multilang">a &lt; b</span>'
    )
    assert to_multilang(Bilingual("", "")) == ""


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("<mi>m</mi> <msup> <mi>c</mi> <mn>2</mn> </msup>", "mc^2"),
        ("<mfrac><mn>1</mn><mn>2</mn></mfrac>", "1/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a+b)/2"),
        ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x_1^2"),
        ("<mrow><msqrt><mn>9</mn></msqrt></mrow>", "√(9)"),
    ],
)
def test_the_parts_of_a_formula_do_not_run_together(formula: str, said: str) -> None:
    speech = read_html(f"Is <math> {formula} </math> right?")
    assert (speech.text(), set(speech.losses)) == (f"Is {said} right?", {"mathml"})
