"""A bank of ours comes back from every format as it was, or the file says what it lost."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.bankfile import read_bank
from lms.assessments.content import Bilingual, OptionContent, QuestionContent
from lms.assessments.interchange.files import FORMATS, read_questions, sniff, write_questions
from lms.assessments.interchange.gift_syntax import escape, unescape
from lms.assessments.interchange.model import Format, InterchangeError, Item, Tags
from lms.assessments.interchange.texts import read_html, to_html, without_controls
from lms.common.arabic import search_key
from tests.factories.interchange import TAGS, by_code, content, every_kind, item, options, said

BANK = Path(__file__).resolve().parents[4] / "content/questions/lto-certification.yaml"


def real_bank() -> list[Item]:
    bank, problems = read_bank(yaml.safe_load(BANK.read_text(encoding="utf-8")))
    assert bank is not None, problems
    return [
        Item(
            "",
            one.code,
            one.code,
            Tags(one.area, bank.areas[one.area], one.topic, one.objective, one.difficulty),
            one.content,
        )
        for one in bank.questions
    ]


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_certification_bank_comes_back_from_every_format_without_loss(format_name: Format) -> None:
    bank = real_bank()
    reading = read_questions(write_questions(bank, format_name=format_name, bank="LTO").data)
    assert [said(one) for one in reading.items] == [said(one) for one in bank]
    assert [one.losses for one in reading.items] == [()] * len(bank)
    assert reading.left == ()


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_kind_comes_back_or_is_reported_as_left_out(format_name: Format) -> None:
    items = every_kind()
    writing = write_questions(items, format_name=format_name, bank="B/1")
    found = by_code(read_questions(writing.data))
    left = {one.where for one in writing.left}
    assert left == (
        {one.code for one in items if one.content.kind == "hotspot"} if "qti" not in format_name else set()
    )
    for one in items:
        is_told = {loss.code for loss in writing.losses.get(one.code, ())} & {
            "image_there",
            "spacing",
            "accepted_split",
        }
        if one.code not in left and not is_told:
            assert said(found[one.code]) == said(one), one.code


def test_what_a_format_cannot_say_is_told_when_writing() -> None:
    items = every_kind()
    told = {name: write_questions(items, format_name=name, bank="B") for name in FORMATS}
    assert {loss.code for loss in told["csv"].losses["T-3"]} == {"image_there"}
    assert {loss.code for loss in told["csv"].losses["K-short_text"]} == {"accepted_split"}
    assert {loss.code for loss in told["qti"].losses["T-1"]} == {"only_ours", "spacing"}
    assert {loss.code for loss in told["gift"].losses["C-1"]} == {"only_ours", "credit_there"}
    assert [one.loss.code for one in told["gift"].left] == ["kind_unknown_there"] * 2
    assert told["qti"].left == ()


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_format_of_a_file_is_known_by_what_is_in_it(format_name: Format) -> None:
    data = write_questions(every_kind(), format_name=format_name, bank="B").data
    assert sniff(data) == ("qti" if format_name == "qti22" else format_name)


@pytest.mark.parametrize("format_name", ["qti", "qti22"])
def test_one_question_without_images_is_written_as_one_xml_file(format_name: Format) -> None:
    for one in every_kind():
        if one.images or one.scenario:
            with pytest.raises(InterchangeError, match="qti_needs_package"):
                write_questions([one], format_name=format_name, bank="B", as_package=False)
        elif one.code != "T-1":
            data = write_questions([one], format_name=format_name, bank="B", as_package=False).data
            [found] = read_questions(data).items
            assert said(found) == said(one)


def test_two_questions_need_a_package_in_qti() -> None:
    with pytest.raises(InterchangeError, match="qti_needs_package"):
        write_questions(every_kind()[:2], format_name="qti", bank="B", as_package=False)


@pytest.mark.parametrize("format_name", FORMATS)
def test_an_empty_bank_is_refused(format_name: Format) -> None:
    with pytest.raises(InterchangeError, match="nothing_to_write"):
        write_questions([], format_name=format_name, bank="B")


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_same_bank_makes_the_same_bytes(format_name: Format) -> None:
    first, second = (write_questions(every_kind(), format_name=format_name, bank="B").data for _ in range(2))
    assert first == second


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_question_in_one_language_stays_in_that_language(format_name: Format, language: str) -> None:
    def only(text: Bilingual) -> Bilingual:
        return Bilingual(text.ar, "") if language == "ar" else Bilingual("", text.en)

    whole = content("single")
    half = QuestionContent(
        kind="single",
        stem=only(whole.stem),
        options=tuple(OptionContent(one.key, one.is_correct, only(one.text)) for one in whole.options),
        explanation=only(whole.explanation),
    )
    [found] = read_questions(write_questions([item("H", half)], format_name=format_name, bank="B").data).items
    assert said(found) == said(item("H", half))
    assert found.languages == (language,)


# --- Any text

texts = (
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)
    .map(lambda text: without_controls(text).strip())
    .filter(bool)
)
signs = st.text("\\~=#{}:%->[]<>&;|'\"+@ \nabn0هs/", min_size=1, max_size=40).map(str.strip).filter(bool)
any_text = st.one_of(texts, signs)
bilingual = st.builds(Bilingual, any_text, any_text)


def is_one_line(text: str) -> bool:
    return " ".join(text.split()) == text


@given(st.one_of(st.text(), signs))
def test_gift_escapes_give_back_any_text(text: str) -> None:
    text = "".join(c for c in text if not "\ufdd0" <= c <= "\ufdef" and c != "\r")
    assert unescape(escape(text)) == text
    assert "\n" not in escape(text)


@given(any_text)
def test_html_gives_back_any_text(text: str) -> None:
    assert read_html(to_html(text)).text() == text


@pytest.mark.parametrize("format_name", ["gift", "moodle", "csv"])
@given(stem=bilingual, explanation=bilingual, choices=st.lists(bilingual, min_size=2, max_size=5))
def test_any_choice_question_comes_back(
    format_name: Format, stem: Bilingual, explanation: Bilingual, choices: list[Bilingual]
) -> None:
    asked = QuestionContent(
        kind="single",
        stem=stem,
        options=tuple(OptionContent("abcde"[n], n == 1, text) for n, text in enumerate(choices)),
        explanation=explanation,
        source=stem.en,
    )
    one = item("Q", asked, tags=TAGS)
    [found] = read_questions(write_questions([one], format_name=format_name, bank="B").data).items
    assert found.content == asked


@pytest.mark.parametrize("format_name", ["gift", "moodle"])
@given(
    pairs=st.lists(st.tuples(bilingual, bilingual), min_size=2, max_size=4),
    steps=st.lists(bilingual, min_size=2, max_size=4),
)
def test_any_pairs_and_steps_come_back(
    format_name: Format, pairs: list[tuple[Bilingual, Bilingual]], steps: list[Bilingual]
) -> None:
    matching = content(
        "matching",
        options=tuple(OptionContent("abcd"[n], False, ask, match) for n, (ask, match) in enumerate(pairs)),
    )
    ordering = content(
        "ordering",
        options=tuple(OptionContent("abcd"[n], False, text, rank=n + 1) for n, text in enumerate(steps)),
    )
    items = [item("M", matching), item("O", ordering)]
    reading = read_questions(write_questions(items, format_name=format_name, bank="B").data)
    assert [one.content for one in reading.items] == [matching, ordering]


@pytest.mark.parametrize("format_name", ["gift", "moodle", "qti"])
@given(
    st.lists(
        any_text.filter(lambda text: "\n" not in text and " ".join(text.split()) == text),
        min_size=1,
        max_size=4,
    )
)
def test_any_accepted_texts_come_back(format_name: Format, accepted: list[str]) -> None:
    different = tuple({search_key(text): text for text in accepted if search_key(text)}.values())
    if not different or (format_name == "gift" and any("->" in text for text in different)):
        return
    asked = content("short_text", accepted=different)
    data = write_questions([item("A", asked)], format_name=format_name, bank="B").data
    [found] = read_questions(data).items
    assert found.content.accepted == different


def test_an_answer_that_gift_would_take_for_a_pair_is_left_out_and_named() -> None:
    """GIFT has no escape for an arrow, and any reader would make a matching question of it."""
    items = [
        item("A", content("short_text", accepted=("0->",))),
        item("B", content("short_text", accepted=("0",))),
    ]
    writing = write_questions(items, format_name="gift", bank="B")
    assert [(one.name, one.loss.code) for one in writing.left] == [("A", "arrow_there")]
    [found] = read_questions(writing.data).items
    assert found.content.accepted == ("0",)


@pytest.mark.parametrize("right", ["a", "ab", "abc", "abcdef", "abcdefghi"])
@pytest.mark.parametrize("format_name", ["gift", "moodle", "qti"])
def test_weights_of_multiple_choice_are_ours_again_however_moodle_rounds_them(
    format_name: Format, right: str
) -> None:
    asked = content("multiple", options=options(right, keys="abcdefghij"))
    [found] = read_questions(
        write_questions([item("W", asked)], format_name=format_name, bank="B").data
    ).items
    assert found.content == asked
    assert found.losses == ()
