"""Answers between the phone and the database: nothing is lost, nothing impossible gets in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.answers_format import MOST_CHARACTERS, to_stored, to_wire
from lms.assessments.content import CHOICE_KINDS, KINDS, TEXT_KINDS

MATCHING = {"prompts": ["b", "a", "c"], "matches": ["d", "a", "b"]}
ORDER = ["c", "a", "d", "b"]

orders = st.permutations("abcdefg").flatmap(lambda keys: st.integers(2, 7).map(lambda n: list(keys[:n])))
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60)


def places_in(count: int, *, fewest: int = 1, most: int | None = None) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(1, count), min_size=fewest, max_size=most or count, unique=True).map(sorted)


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, Any, Any]:
    """A kind, an answer on the wire that its form offers, and the order of the form."""
    kind = draw(st.sampled_from(KINDS))
    order = draw(orders)
    if kind in TEXT_KINDS:
        return kind, draw(texts.filter(str.strip)), []
    if kind == "ordering":
        return kind, draw(st.permutations(range(1, len(order) + 1))), order
    if kind == "matching":
        prompts = draw(st.integers(1, len(order)))
        places = st.lists(st.integers(0, len(order)), min_size=prompts, max_size=prompts)
        return kind, draw(places.filter(any)), {"prompts": order[:prompts], "matches": order}
    is_several = kind in ("multiple", "hotspot")
    return kind, draw(places_in(len(order), most=None if is_several else 1)), order


@given(answers())
def test_what_is_kept_comes_back_as_it_was_sent(answer: tuple[str, Any, Any]) -> None:
    kind, wire, order = answer
    assert to_wire(kind, to_stored(kind, wire, order), order) == wire


@given(answers())
def test_what_is_kept_does_not_depend_on_the_order_shown(answer: tuple[str, Any, Any]) -> None:
    kind, wire, order = answer
    if kind in TEXT_KINDS:
        return
    stored = to_stored(kind, wire, order)
    turned = (
        {name: keys[::-1] for name, keys in order.items()}
        if isinstance(order, dict)
        else list(reversed(order))
    )
    assert to_stored(kind, to_wire(kind, stored, turned), turned) == stored


@pytest.mark.parametrize(
    ("kind", "wire", "order", "stored"),
    [
        ("single", [2], ORDER, ["a"]),
        ("true_false", [1], ["t", "f"], ["t"]),
        ("multiple", [4, 1], ORDER, ["b", "c"]),
        ("hotspot", [3], ORDER, ["d"]),
        ("ordering", [2, 4, 1, 3], ORDER, ["a", "b", "c", "d"]),
        ("matching", [3, 0, 1], MATCHING, {"b": "b", "c": "d"}),
        ("numeric", " ٣٫٥", [], " ٣٫٥"),
    ],
)
def test_places_become_keys(kind: str, wire: Any, order: Any, stored: Any) -> None:
    assert to_stored(kind, wire, order) == stored


@pytest.mark.parametrize("kind", sorted(CHOICE_KINDS))
@pytest.mark.parametrize(
    "wire", [None, [], [0], [5], [-1], [1, 1], "1", ["1"], [1.0], [True], [None], {"1": 1}, [[1]], 1]
)
def test_an_impossible_choice_is_refused(kind: str, wire: Any) -> None:
    with pytest.raises(ValueError, match="place"):
        to_stored(kind, wire, ORDER)


@pytest.mark.parametrize("kind", ["single", "true_false"])
def test_where_one_is_asked_for_two_are_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="1 to 1"):
        to_stored(kind, [1, 2], ORDER)


@pytest.mark.parametrize("wire", [[1, 2, 3], [1, 2, 3, 3], [1, 2, 3, 4, 5], [0, 1, 2, 3], [], None, "1234"])
def test_an_order_must_hold_every_place_once(wire: Any) -> None:
    with pytest.raises(ValueError, match="place"):
        to_stored("ordering", wire, ORDER)


@pytest.mark.parametrize(
    "wire", [[1, 2], [1, 2, 3, 1], [4, 1, 1], [-1, 1, 1], [0, 0, 0], [], None, [True, 1, 1]]
)
def test_matches_must_be_given_for_the_prompts_of_the_form(wire: Any) -> None:
    with pytest.raises(ValueError, match=r"place|match"):
        to_stored("matching", wire, MATCHING)


@pytest.mark.parametrize("kind", sorted(TEXT_KINDS))
def test_a_text_has_letters_and_a_length(kind: str) -> None:
    for wire in (None, "", "  \n", 3, ["a"], "a\x00b", "\ud800", "x" * (MOST_CHARACTERS[kind] + 1)):
        with pytest.raises(ValueError, match="text"):
            to_stored(kind, wire, [])
    assert to_stored(kind, "x" * MOST_CHARACTERS[kind], []) == "x" * MOST_CHARACTERS[kind]


def test_an_unknown_kind_is_refused() -> None:
    for turn in (to_stored, to_wire):
        with pytest.raises(ValueError, match="unknown kind"):
            turn("essay", [1], ORDER)


@pytest.mark.parametrize(
    ("kind", "stored", "order"),
    [
        ("single", ["x"], ORDER),
        ("ordering", ["x"], ORDER),
        ("matching", {"x": "a"}, MATCHING),
        ("matching", {"a": "x"}, MATCHING),
    ],
)
def test_an_answer_to_another_form_is_not_told(kind: str, stored: Any, order: Any) -> None:
    with pytest.raises(ValueError, match=r"x|prompt"):
        to_wire(kind, stored, order)
