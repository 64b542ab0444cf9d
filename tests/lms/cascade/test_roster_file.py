"""CSV files as offices really send them."""

import pytest

from lms.cascade.roster_file import MAX_BYTES, MAX_CELL, MAX_ROWS, RosterFileError, read_roster

HEADINGS = "name_ar,phone,email"
ROW = "خديجة الترهوني,0912345678,khadija@example.org"


def text(*lines):
    return "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_read_roster_finds_encoding_and_delimiter(encoding, delimiter):
    content = text(HEADINGS, ROW).replace(",", delimiter).encode(encoding)
    file = read_roster(content)
    assert file.delimiter == delimiter
    assert [row.cells for row in file.rows] == [
        {"name_ar": "خديجة الترهوني", "phone": "0912345678", "email": "khadija@example.org"}
    ]


def test_read_roster_knows_the_mark_of_big_endian_utf16():
    content = b"\xfe\xff" + text(HEADINGS, ROW).encode("utf-16-be")
    assert read_roster(content).rows[0].cells["name_ar"] == "خديجة الترهوني"


@pytest.mark.parametrize(
    "headings",
    [
        "الاسم,رقم الهاتف,البريد الإلكتروني",
        "الإسم,الهاتف,البريد",
        "Name,Mobile,E-mail",
        " NAME_AR , Phone ,EMAIL",
    ],
)
def test_read_roster_knows_headings_in_both_languages(headings):
    assert read_roster(text(headings, ROW).encode()).columns == ("name_ar", "phone", "email")


def test_read_roster_names_headings_it_ignores():
    file = read_roster(text("الاسم,ملاحظات,phone,رقم,", "خديجة,غائبة,0912345678,7,").encode())
    assert file.ignored == ("ملاحظات", "رقم")
    assert file.rows[0].cells == {"name_ar": "خديجة", "phone": "0912345678"}
    assert file.rows[0].surplus == 0


def test_read_roster_numbers_rows_as_the_spreadsheet_does():
    file = read_roster(text(HEADINGS, ROW, "", ",,", ROW).encode())
    assert [row.number for row in file.rows] == [2, 5]


def test_read_roster_obeys_excels_separator_line_and_counts_it():
    file = read_roster(text("sep=;", HEADINGS.replace(",", ";"), ROW.replace(",", ";")).encode())
    assert file.delimiter == ";"
    assert file.rows[0].number == 3


def test_read_roster_reads_quoted_cells_with_separators_and_line_breaks():
    file = read_roster(text(HEADINGS, '"خديجة,\nالترهوني",0912345678,k@example.org').encode())
    assert file.rows[0].cells["name_ar"] == "خديجة, الترهوني"


def test_read_roster_fills_short_rows_and_counts_surplus_cells():
    file = read_roster(text(HEADINGS, "خديجة", "أحمد,1,2,3,4").encode())
    assert file.rows[0].cells == {"name_ar": "خديجة", "phone": "", "email": ""}
    assert [row.surplus for row in file.rows] == [0, 2]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"x" * (MAX_BYTES + 1), "too_large"),
        (b"PK\x03\x04" + b"x" * 50, "excel"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, "excel"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary"),
        (b"%PDF-1.7\x01\x02", "binary"),
        (b"\xff\xfex", "binary"),
        (ROW.encode(), "no_headings"),
        (b"phone,email\n0912345678,a@example.org", "no_name"),
        (b"name_ar,phone,mobile\nx,1,2", "twice"),
        (HEADINGS.encode(), "no_rows"),
        ((HEADINGS + "\nx" * (MAX_ROWS + 1)).encode(), "too_many_rows"),
        (("name_ar" + ",x" * 60 + "\nx").encode(), "too_many_columns"),
        ((HEADINGS + "\n" + "x" * (MAX_CELL + 1)).encode(), "cell_too_long"),
        ((HEADINGS + '\n"خديجة,0912345678').encode(), "malformed"),
    ],
)
def test_read_roster_refuses_what_it_cannot_read(content, code):
    with pytest.raises(RosterFileError) as refusal:
        read_roster(content)
    assert refusal.value.code == code
