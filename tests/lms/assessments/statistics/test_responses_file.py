"""Files of answers as people's programs write them, and what is refused with its place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.statistics.responses_file import (
    FAULTS,
    Fault,
    ResponsesFileError,
    number,
    read_key,
    read_responses,
)

BLANK = float("nan")


def refusals(data: str | bytes, **options: object) -> list[Fault]:
    with pytest.raises(ResponsesFileError) as refusal:
        read_responses(data if isinstance(data, bytes) else data.encode(), **options)
    assert {fault.code for fault in refusal.value.faults} <= set(FAULTS)
    return refusal.value.faults


@pytest.mark.parametrize(
    "text",
    [
        "a,b,c\n1,0,1\n0,,1\n",
        "\ufeffa,b,c\r\n1,0,1\r\n0,,1\r\n",
        "a;b;c\n1;0;1\n0;;1",
        "a\tb\tc\n1\t0\t1\n0\t\t1\n",
        "a؛b؛c\n١؛٠؛١\n٠؛؛١\n",
        '"a","b","c"\n"1","0","1"\n"0","","1"\n',
        " a , b , c \n 1 , 0 , 1 \n 0 ,  , 1 \n",
        "a,b,c\n\n1,0,1\n\n0,NA,1\n\n",
        '"","a","b","c"\n"1",1,0,1\n"2",0,NA,1\n',
        "a,b,c,,\n1,0,1,,\n0,,1,,\n",
        "a,b,c\n1.0,0.000e+00,1\n0,,1.\n",
        "a,b,c\n\u200e1\u200f,۰,1\n0,,1\n",
    ],
    ids=[
        "plain",
        "mark and carriage returns",
        "semicolons",
        "tabs",
        "Arabic",
        "quoted",
        "padded",
        "empty lines",
        "row names of R",
        "empty columns",
        "floats",
        "marks of direction",
    ],
)
def test_every_way_of_writing_the_same_table_reads_the_same(text: str) -> None:
    found = read_responses(text.encode())
    assert found.items == ("a", "b", "c")
    np.testing.assert_array_equal(found.marks, [[1, 0, 1], [0, BLANK, 1]])


def test_utf_16_of_spreadsheets_is_read() -> None:
    assert read_responses("سؤال ١\tب\n1\t0\n".encode("utf-16")).items == ("سؤال ١", "ب")


@pytest.mark.parametrize(
    ("text", "value"),
    [("٣٫٥", 3.5), ("۲", 2), ("0,5", 0.5), ("−1", -1), (".5", 0.5), ("+2", 2), ("1e2", 100), ("x", None),
     ("nan", None), ("inf", None), ("1/2", None), ("0x1", None), ("1_0", None), ("", None), ("1 0", None),
     ("٣.٥.١", None)],
)  # fmt: skip
def test_numbers_of_all_scripts(text: str, value: float | None) -> None:
    assert number(text) == value


@given(st.floats(-1000, 1000).map(lambda value: round(value, 3)))
def test_any_mark_comes_back(value: float) -> None:
    assert number(str(value)) == value
    assert number(str(value).replace(".", ",")) == value


@pytest.mark.parametrize(
    ("text", "row", "column", "item", "value"),
    [
        ("a,b\n1,0\nx,1\n", 3, 1, "a", "x"),
        ("a;b\n1;0\n1;B\n", 3, 2, "b", "B"),
        ("a,b\n1,nan\n", 2, 2, "b", "nan"),
        ("a,b\n1,1e999\n", 2, 2, "b", "1e999"),
        ("a,b\n1,=1+1\n", 2, 2, "b", "=1+1"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(
    text: str, row: int, column: int, item: str, value: str
) -> None:
    (fault,) = refusals(text)
    assert (fault.row, fault.column, fault.item, fault.value) == (row, column, item, value)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n", "empty_file"),
        (b"a,b\n\xff\xfe\xfa,1\n", "not_text"),
        (b"PK\x03\x04\x00\x00", "not_text"),
        (b"a,b\n1,0,1\n", "row_length"),
        (b"a,b\n1\n", "row_length"),
        (b"a,a\n1,0\n", "item_repeated"),
        (b"a,,b\n1,0,1\n", "item_nameless"),
        (b'a,b\n1,"0\n', "quote_open"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, code: str) -> None:
    assert refusals(data)[0].code == code


def test_many_faults_are_told_up_to_a_limit() -> None:
    faults = refusals("a\n" + "x\n" * 100)
    assert len(faults) == 20
    assert [fault.row for fault in faults[:3]] == [2, 3, 4]


def test_columns_of_labels_and_of_no_interest_are_no_items() -> None:
    text = "name,region,q1,q2\nSalma,east,1,0\nAli,,0,1\n"
    found = read_responses(text.encode(), groups=["region"], leave_out=["name"])
    assert found.items == ("q1", "q2")
    assert found.groups == {"region": ["east", None]}
    assert refusals(text)[0].value == "Salma"
    assert refusals(text, groups=["town"])[0] == Fault("column_unknown", value="town")
    assert refusals("name\nAli\n", leave_out=["name"])[0].code == "no_item"


def test_a_header_without_people_is_an_empty_table() -> None:
    assert read_responses(b"a,b\n").marks.shape == (0, 2)


def test_options_are_marked_by_a_key() -> None:
    key = read_key("q1,q2\nB,٣\n".encode())
    found = read_responses("q1,q2\nb,3\na,2\n,٣\n".encode(), keys=key)
    np.testing.assert_array_equal(found.marks, [[1, 1], [0, 0], [BLANK, 1]])
    assert found.choices["q1"].keys == {"B"}
    assert {name: flags.tolist() for name, flags in found.choices["q1"].chosen.items()} == {
        "A": [False, True, False],
        "B": [True, False, False],
    }


def test_an_item_without_a_key_is_refused() -> None:
    assert refusals("q1,q2\na,b\n", keys={"q1": "a"})[0] == Fault("key_missing", item="q2")
