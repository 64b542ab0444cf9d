"""The canonical text: what is hashed is what is read."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.code_of_conduct.services.drafting import read_source
from plugins.code_of_conduct.text import (
    ArticleText,
    canonical_text,
    clean_line,
    clean_text,
    hidden_character,
    read_canonical_text,
    sha256_hex,
)

PREAMBLE = ArticleText(0, "Preamble", "We, the signatories.")
SCOPE = ArticleText(1, "Scope", "A paragraph.\n\n1. First clause.\n2. Second clause.")

plain = st.text(st.characters(categories=["L", "Nd", "Po"], exclude_characters="#"), min_size=1, max_size=30)
line = plain.map(clean_line).filter(lambda text: text and not text[0].isdigit())
body = st.lists(line, min_size=1, max_size=4).map("\n\n".join).map(clean_text)


def test_canonical_text_is_readable_and_has_one_form() -> None:
    assert canonical_text("Code", [PREAMBLE, SCOPE]) == (
        "# Code\n\n"
        "## Preamble\n\nWe, the signatories.\n\n"
        "## 1. Scope\n\nA paragraph.\n\n1. First clause.\n2. Second clause.\n"
    )


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@given(line, st.lists(st.tuples(line, body), min_size=1, max_size=5))
def test_canonical_text_is_read_back_as_it_was(title: str, parts: list[tuple[str, str]]) -> None:
    articles = [ArticleText(number, heading, text) for number, (heading, text) in enumerate(parts)]
    assert read_canonical_text(canonical_text(title, articles)) == (title, articles)


def test_line_ends_blanks_and_decomposed_letters_do_not_change_the_digest() -> None:
    typed = ArticleText(1, "  Scope ", "Cafe\u0301 \r\n\r\n\r\n\r\nEnd\t\r\n")
    tidy = ArticleText(1, "Scope", "Caf\u00e9\n\nEnd")
    assert canonical_text("Code", [typed]) == canonical_text("Code", [tidy])


@pytest.mark.parametrize(
    "articles",
    [
        [],
        [SCOPE, PREAMBLE],
        [SCOPE, SCOPE],
        [ArticleText(1, "", "Text.")],
        [ArticleText(1, "Scope", " \n ")],
        [ArticleText(1, "2. Scope", "Text.")],
        [ArticleText(1, "Scope", "## Another article")],
        [ArticleText(1, "Scope", "Hidden \u202e order.")],
        [ArticleText(1, "Scope\u200b", "Text.")],
    ],
)
def test_text_that_could_not_be_read_back_is_refused(articles: list[ArticleText]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical_text("Code", articles)


@pytest.mark.parametrize("change", ["\n", " ", "#", "\r"])
def test_text_with_one_byte_more_is_not_canonical(change: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_canonical_text(canonical_text("Code", [PREAMBLE, SCOPE]) + change)


def test_clauses_keep_their_numbers_and_paragraphs_have_none() -> None:
    (paragraphs_are_numbered, paragraphs), (clauses_are_numbered, clauses) = SCOPE.groups
    assert (paragraphs_are_numbered, [block.text for block in paragraphs]) == (False, ["A paragraph."])
    assert clauses_are_numbered
    assert [(block.number, block.text) for block in clauses] == [
        ("1", "First clause."),
        ("2", "Second clause."),
    ]


def test_digest_is_the_sha256_of_the_utf8_bytes() -> None:
    assert sha256_hex("مدونة\n") == hashlib.sha256("مدونة\n".encode()).hexdigest()


@pytest.mark.parametrize("name", ["عبد\u200cالله", "نور\u200dالدين", "Zoë O'Brien-Smith", "𐤀𐤁"])
def test_names_may_shape_their_letters(name: str) -> None:
    assert hidden_character(name) is None


@pytest.mark.parametrize("name", ["Ali\u202e", "\ufeffAli", "Ali\x00", "Ali\u2066", "Ali\u2028"])
def test_characters_that_cannot_be_seen_are_found(name: str) -> None:
    assert hidden_character(name)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_shipped_code_is_canonical_and_complete(language: str) -> None:
    source = read_source()
    articles = [
        ArticleText(entry["number"], entry["heading"][language], entry["body"][language])
        for entry in source["articles"]
    ]
    title, read = read_canonical_text(canonical_text(source["title"][language], articles))
    assert title == source["title"][language]
    assert [article.number for article in read] == list(range(16))
    assert [len(article.groups) for article in read[1:]] == [1] * 15
