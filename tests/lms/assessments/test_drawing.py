"""Forms: balanced across areas, shuffled, and decided by the seed alone."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.drawing import BankTooSmallError, Candidate, DrawnQuestion, draw_form, form_seed

KEYS = ("a", "b", "c", "d")


def bank(*sizes: int) -> list[Candidate]:
    """So many questions in areas 1, 2, 3, ..."""
    areas = [area for area, size in enumerate(sizes, start=1) for _ in range(size)]
    return [Candidate(number, area, KEYS) for number, area in enumerate(areas, start=100)]


sizes = st.lists(st.integers(1, 8), min_size=1, max_size=5)


@given(sizes=sizes, seed=st.integers(0, 2**256 - 1), data=st.data())
def test_a_form_holds_different_questions_in_positions_without_gaps(
    sizes: list[int], seed: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, sum(sizes)))
    form = draw_form(bank(*sizes), count=count, seed=seed)
    assert [drawn.position for drawn in form] == list(range(1, count + 1))
    assert len({drawn.version_id for drawn in form}) == count
    assert all(sorted(drawn.option_order) == sorted(KEYS) for drawn in form)


@given(sizes=sizes, seed=st.integers(0, 2**256 - 1), data=st.data())
def test_areas_differ_by_at_most_one_question_unless_one_has_run_out(
    sizes: list[int], seed: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, sum(sizes)))
    drawn = Counter(question.area_id for question in draw_form(bank(*sizes), count=count, seed=seed))
    most = max(drawn.values())
    for area, size in enumerate(sizes, start=1):
        assert drawn[area] >= most - 1 or drawn[area] == size


@given(seed=st.integers(0, 2**256 - 1))
def test_the_same_seed_gives_the_same_form_whatever_order_the_bank_is_read_in(seed: int) -> None:
    questions = bank(4, 4)
    assert draw_form(questions, count=5, seed=seed) == draw_form(questions[::-1], count=5, seed=seed)


def test_different_seeds_give_different_questions_orders_and_options() -> None:
    forms = [draw_form(bank(6, 6), count=6, seed=seed) for seed in range(40)]
    assert len({frozenset(drawn.version_id for drawn in form) for form in forms}) > 30
    assert len({form[0].option_order for form in forms}) > 10
    assert len({tuple(drawn.area_id for drawn in form) for form in forms}) > 10


def test_every_question_has_the_same_chance() -> None:
    counts: Counter[int] = Counter()
    for seed in range(2_000):
        counts.update(drawn.version_id for drawn in draw_form(bank(5, 5), count=4, seed=seed))
    assert all(abs(count - 800) < 120 for count in counts.values())


def test_a_bank_that_is_too_small_is_refused_with_numbers() -> None:
    with pytest.raises(BankTooSmallError) as caught:
        draw_form(bank(2, 1), count=4, seed=1)
    assert (caught.value.found, caught.value.needed) == (3, 4)


def test_the_seed_depends_on_key_exam_and_attempt() -> None:
    seed = form_seed(b"key", "exam", "attempt")
    assert seed == form_seed(b"key", "exam", "attempt")
    others = {form_seed(b"other", "exam", "attempt"), form_seed(b"key", "exam2", "attempt")}
    assert len({seed, form_seed(b"key", "exam", "attempt2"), *others}) == 4


def test_the_order_of_options_tells_nothing_about_their_keys() -> None:
    first: Counter[str] = Counter()
    for seed in range(1_000):
        form: list[DrawnQuestion] = draw_form(bank(1), count=1, seed=seed)
        first[form[0].option_order[0]] += 1
    assert all(abs(first[key] - 250) < 60 for key in KEYS)


# --- Kinds and scenarios


def test_options_are_shown_as_their_kind_allows() -> None:
    pool = [
        Candidate(1, 1, ("f", "t"), "true_false"),
        Candidate(2, 1, ("c", "a", "b"), "hotspot"),
        Candidate(3, 1, (), "numeric"),
        Candidate(4, 1, ("a", "b", "c"), "matching", match_keys=("a", "b", "d")),
        Candidate(5, 1, ("a", "b", "c"), "ordering", marks=Decimal(3)),
    ]
    seen = Counter()
    for seed in range(60):
        form = {drawn.version_id: drawn for drawn in draw_form(pool, count=5, seed=seed)}
        assert form[1].option_order == ("t", "f")
        assert form[2].option_order == ("a", "b", "c")
        assert form[3].option_order == ()
        assert form[5].marks == 3
        order = form[4].option_order
        assert isinstance(order, dict)
        assert (sorted(order["prompts"]), sorted(order["matches"])) == (["a", "b", "c"], ["a", "b", "d"])
        seen[tuple(order["prompts"]), tuple(order["matches"]), form[5].option_order] += 1
    assert len(seen) > 30


def scenario(first: int, size: int, area: int = 1) -> list[Candidate]:
    return [Candidate(first + n, area, KEYS, scenario=first, scenario_order=size - n) for n in range(size)]


@given(
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    alone=st.integers(0, 6),
    count=st.integers(1, 20),
    seed=st.integers(0, 2**64),
)
def test_scenarios_are_drawn_whole_or_not_at_all_and_the_count_is_kept(
    sizes: list[int], alone: int, count: int, seed: int
) -> None:
    pool = bank(*[1] * alone) + [one for n, size in enumerate(sizes) for one in scenario(1000 + 10 * n, size)]
    sums = {0}
    for size in [*sizes, *[1] * alone]:
        sums |= {total + size for total in sums}
    if count not in sums:
        with pytest.raises(BankTooSmallError) as refusal:
            draw_form(pool, count=count, seed=seed)
        assert refusal.value.found == max(total for total in sums if total < count)
        return
    form = draw_form(pool, count=count, seed=seed)
    assert len(form) == count
    for n, size in enumerate(sizes):
        places = [drawn.position for drawn in form if 1000 + 10 * n <= drawn.version_id < 1010 + 10 * n]
        versions = [drawn.version_id for drawn in form if 1000 + 10 * n <= drawn.version_id < 1010 + 10 * n]
        assert len(places) in (0, size)
        assert not places or places == list(range(places[0], places[0] + size))
        assert versions == sorted(versions, reverse=True)
