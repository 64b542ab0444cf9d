"""The table of moves, and the page of the documentation that shows it."""

from pathlib import Path

import pytest

from lms.assessments.machine import MOVES, By, IllegalMoveError, State, find_move, successors

PAGE = Path(__file__).resolve().parents[3] / "docs/exam.md"


def test_the_documentation_shows_the_table_as_it_is() -> None:
    told = PAGE.read_text().split("<!-- moves -->\n")[1].split("<!-- /moves -->")[0]
    rows = [
        f"| {move.source} | {move.to} | {', '.join(sorted(move.by))} | {move.why} |"
        f" {'yes ' if move.needs_reason else ''}|"
        for move in MOVES
    ]
    assert told.splitlines()[2:] == rows


def test_a_move_is_found_by_the_names_of_its_states() -> None:
    assert find_move("STARTED", "VOIDED").by == {By.INVIGILATOR}
    assert find_move("STARTED", "VOIDED").needs_reason


@pytest.mark.parametrize(("source", "to"), [("VOIDED", "STARTED"), ("SUBMITTED", "STARTED"), ("READY", "x")])
def test_what_is_not_in_the_table_is_no_move(source: str, to: str) -> None:
    with pytest.raises(IllegalMoveError):
        find_move(source, to)


def test_every_state_but_the_void_ones_leads_to_a_result() -> None:
    def reachable(state: State) -> set[State]:
        found, todo = {state}, [state]
        while todo:
            new = successors(todo.pop()) - found
            found |= new
            todo += new
        return found

    for state in set(State) - {State.NOT_TAKEN, State.VOIDED}:
        assert State.RELEASED in reachable(state)
