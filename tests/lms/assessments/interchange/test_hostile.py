"""Files made to do harm: refused by name, and never with another exception than the refusal."""

import io
import random
import stat
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessments.interchange import safe_xml, safe_zip
from lms.assessments.interchange.files import FORMATS, read_questions, write_questions
from lms.assessments.interchange.html_scanner import scan
from lms.assessments.interchange.images import inspect, load
from lms.assessments.interchange.model import MOST_BYTES, MOST_ITEMS, InterchangeError, Loss
from lms.assessments.interchange.safe_xml import parse_xml
from lms.assessments.interchange.texts import read_html
from tests.factories.interchange import PICTURE, every_kind, png

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures/questions"
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<quiz>&c;</quiz>"""


def refusal(data: bytes, format_name: str = "auto") -> str:
    with pytest.raises(InterchangeError) as error:
        read_questions(data, format_name=format_name)
    return error.value.problems[0].code


# --- XML


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (LAUGHS, "xml_dtd"),
        (b'<!DOCTYPE quiz SYSTEM "http://example.org/x.dtd"><quiz/>', "xml_dtd"),
        (b'<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>', "xml_dtd"),
        (b'<!DOCTYPE quiz [<!ENTITY % x SYSTEM "http://example.org/"> %x;]><quiz/>', "xml_dtd"),
        (b"<!DOCTYPE quiz><quiz/>", "xml_dtd"),
        (b"<quiz>&x;</quiz>", "xml_malformed"),
        (b"<quiz>" * 100, "xml_too_deep"),
        (b'<quiz a="' + b"x" * (5 * 1024 * 1024) + b'"/>', "xml_attribute_too_long"),
        (b"<quiz " + b" ".join(b'a%d=""' % n for n in range(100)) + b"/>", "xml_attribute_too_long"),
        (b"<quiz><question></quiz>", "xml_malformed"),
        (b"<quiz/><quiz/>", "xml_malformed"),
        (b'<?xml version="1.0" encoding="utf-8"?><quiz>\xff</quiz>', "xml_malformed"),
        (b'<?xml version="1.0" encoding="klingon"?><quiz/>', "xml_encoding"),
        (b"<quiz>\x00</quiz>", "xml_malformed"),
    ],
)
@pytest.mark.parametrize("format_name", ["moodle", "qti"])
def test_hostile_and_broken_xml_is_refused(xml: bytes, code: str, format_name: str) -> None:
    assert refusal(xml, format_name) == code


def test_more_elements_than_any_bank_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_xml, "MOST_ELEMENTS", 1_000)
    assert refusal(b"<quiz>" + b"<a/>" * 1_000 + b"</quiz>") == "xml_too_many_elements"


def test_a_refusal_names_the_line() -> None:
    with pytest.raises(InterchangeError) as error:
        parse_xml(b"<quiz>\n<question>\n</quiz>", "items/a.xml")
    assert error.value.problems[0].where == "items/a.xml:3"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1256", "iso-8859-6"])
def test_encodings_that_the_xml_names_are_read(encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    asked = '<question type="essay"><questiontext><text>سؤال</text></questiontext></question>'
    text = f'<?xml version="1.0" encoding="{name}"?><quiz>{asked}</quiz>'
    [item] = read_questions(text.encode(encoding)).items
    assert item.content.stem.ar == "سؤال"


# --- Zip


def archive(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file, warnings.catch_warnings(action="ignore"):
        for name, data in entries:
            file.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def linked() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        info = zipfile.ZipInfo("items/a.xml")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def encrypted() -> bytes:
    data = bytearray(archive(("a.xml", b"x")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (archive(("../a.xml", b"x")), "zip_traversal"),
        (archive(("items/../../a.xml", b"x")), "zip_traversal"),
        (archive(("/etc/passwd", b"x")), "zip_traversal"),
        (archive(("C:/a.xml", b"x")), "zip_traversal"),
        (archive(("items\\..\\a.xml", b"x")), "zip_name"),
        (archive(("x" * 500, b"x")), "zip_name"),
        (linked(), "zip_link"),
        (encrypted(), "zip_encrypted"),
        (archive(("a.xml", b"x"), method=zipfile.ZIP_BZIP2), "zip_method"),
        (archive(("a.xml", b"x"), ("a.xml", b"y")), "zip_twice"),
        (archive(("a.xml", b"x"), ("A.XML", b"y")), "zip_twice"),
        (archive(("caf\u00e9", b"x"), ("cafe\u0301", b"y")), "zip_twice"),
        (archive(("a.xml", b"\0" * 10_000_000)), "zip_bomb"),
        (archive(*((str(n), b"") for n in range(5_001))), "zip_too_many"),
        (archive(("a.txt", b"hello")), "qti_no_manifest"),
        (archive(("a.xml", b"x"))[:-30], "zip_broken"),
        (b"PK\x03\x04" + b"\0" * 40, "zip_broken"),
        (b"PK\x05\x06" + b"\0" * 18, "qti_no_manifest"),
        (archive(("imsmanifest.xml", LAUGHS)), "xml_dtd"),
    ],
)  # fmt: skip
def test_hostile_and_broken_archives_are_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_many_files_that_are_large_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them is small enough and packs no better than text does."""
    monkeypatch.setattr(safe_zip, "MOST_UNPACKED", 100_000)
    line = random.Random(1).randbytes(1_000)
    assert refusal(archive(*((f"{n}.xml", line * 30) for n in range(4)))) == "zip_too_large"


@pytest.mark.parametrize(
    ("href", "code"),
    [
        ("../../etc/passwd", "zip_traversal"),
        ("/etc/passwd", "qti_elsewhere"),
        ("file:///etc/passwd", "qti_elsewhere"),
        ("https://example.org/a.xml", "qti_elsewhere"),
        ("%2e%2e/a.xml", "zip_traversal"),
        ("missing.xml", "zip_missing"),
    ],
)
def test_a_manifest_that_points_out_of_its_package_is_refused(href: str, code: str) -> None:
    resource = f'<resource identifier="r" type="imsqti_item_xmlv2p1" href="{href}"/>'
    manifest = f"<manifest><resources>{resource}</resources></manifest>"
    assert refusal(archive(("imsmanifest.xml", manifest.encode()))) == code


# --- Files that are something else


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xd0\xcf\x11\xe0 old Excel", "office"),
        (b"%PDF-1.7", "pdf"),
        (b"\x1f\x8b gzip", "packed"),
        (png(), "binary"),
        (b"question\0text", "binary"),
        ("سؤال؟{T}".encode("windows-1256"), "encoding"),
        (b"\xff\xfe\x00", "encoding"),
        (b"x" * (MOST_BYTES + 1), "too_large"),
        (b"<html><body>x</body></html>", "not_qti"),
        (b"<!-- a comment --><questions/>", "not_qti"),
        (b'<!DOCTYPE quiz [<!ENTITY x "y">]><quiz>&x;</quiz>', "xml_dtd"),
        (b"".join(b"Q%d{T}\n\n" % n for n in range(MOST_ITEMS + 1)), "too_many_items"),
    ],
)
def test_files_that_are_no_questions_are_refused_with_a_reason(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_zip_is_no_gift() -> None:
    assert refusal(archive(("a", b"b")), "gift") == "packed"


# --- Texts and images


@pytest.mark.parametrize(
    "evil",
    [
        "<!--" * 25_000,
        "<a " * 25_000,
        "<a b='" * 12_000,
        "<![CDATA[" * 12_000,
        "</a" * 25_000,
        "<" * 50_000,
        "&" * 50_000,
        "{mlang " * 12_000,
        "{mlang" + " " * 50_000,
        "<div>" * 12_000 + "</p>" * 12_000,
        "<sup>" * 12_000,
    ],
    ids=lambda text: text[:9],
)
def test_markup_made_to_be_slow_is_read_in_one_pass(evil: str) -> None:
    """A quadratic reader would not come back from these within the patience of anybody."""
    assert sum(len(token.value) for token in scan(evil)) <= len(evil)
    read_html(evil)


@pytest.fixture(scope="module")
def images() -> dict[str, bytes]:
    return {
        "x.svg": b"<svg onload='x'/>",
        "huge.png": b"x" * 9_000_000,
        "bomb.png": png(41_000, 1_000),
        "cut.png": PICTURE[:50],
    }


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("x.svg", "image_unreadable"),
        ("huge.png", "image_too_large"),
        ("bomb.png", "image_unreadable"),
        ("cut.png", "image_unreadable"),
        ("none.png", "image_missing"),
        ("ftp://example.org/x.png", "image_elsewhere"),
    ],
)
def test_images_that_phones_cannot_show_are_lost(images: dict[str, bytes], source: str, code: str) -> None:
    found = load(source, images.get)
    assert isinstance(found, Loss)
    assert found.code == code


def test_the_size_of_an_image_is_read() -> None:
    picture = inspect(png(12, 34))
    assert picture is not None
    assert (picture.width, picture.height, picture.extension) == (12, 34, "png")


# --- Any damage


def _seeds() -> dict[str, bytes]:
    written = {name: write_questions(every_kind(), format_name=name, bank="B").data for name in FORMATS}
    with zipfile.ZipFile(io.BytesIO(written["qti"])) as package:
        items = {name: package.read(name) for name in package.namelist() if name.startswith("items/")}
    return {**written, **items, **{path.name: path.read_bytes() for path in FIXTURES.glob("*.*")}}


SEEDS = _seeds()
PIECES = [
    *(b"{ } = ~ # -> \\ %50% [html] < > \" 0 - \xff \x00 ; , ' ?".split()),
    *(b"<text> </question> multiple numerical matching ordered directedPair &#0; 1e99 NaN".split()),
    *(b'// sanad: {"keys":1}', b'"regions":5', b'{"rubric":[{"key":[]}]}', b"{mlang ar}", b'fraction="abc"'),
    *(b"\n\n", b"", b'<file name="x" encoding="base64">!!</file>', b'width="0"', b'identifier=""'),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(SEEDS[draw(st.sampled_from(sorted(SEEDS)))])
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 0, 1, 3, 20, 200])))
        data[start:end] = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8)))
    return bytes(data)


@settings(max_examples=400)
@given(damaged(), st.sampled_from(["auto", "auto", "gift", "moodle", "qti", "csv"]))
def test_whatever_is_damaged_is_read_or_refused(data: bytes, format_name: str) -> None:
    try:
        reading = read_questions(data, format_name=format_name)
    except InterchangeError as error:
        assert error.problems
    else:
        assert reading.items or reading.left


@given(st.binary(max_size=200), st.sampled_from(["auto", "gift", "moodle", "qti", "csv"]))
def test_any_bytes_are_read_or_refused(data: bytes, format_name: str) -> None:
    try:
        read_questions(data, format_name=format_name)
    except InterchangeError as error:
        assert error.problems


ALIVE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("text", ALIVE)
def test_no_markup_survives_in_what_is_read(text: str) -> None:
    said = read_html(f"<p>Before {text} after</p>").text()
    assert "<" not in said
    assert "alert(1)" not in said or text.startswith("javascript:")
