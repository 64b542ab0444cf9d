"""Sound and film in parts (RFC 9110, section 14)."""

from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings
from wagtail.documents.models import Document
from wagtail.models import Collection, CollectionViewRestriction

from lms.courses import wagtail_hooks
from lms.courses.byte_ranges import UnsatisfiableRangeError, requested_part

CONTENT = bytes(range(256)) * 16


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-", (0, 999)),
        ("bytes=0-99", (0, 99)),
        ("bytes=500-5000", (500, 999)),
        ("bytes=-100", (900, 999)),
        ("bytes=-5000", (0, 999)),
        ("bytes=999-", (999, 999)),
        ("bytes=5-4", None),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("lines=0-1", None),
        ("bytes=x-", None),
        ("", None),
    ],
)
def test_part_that_is_asked_for(header: str, part: tuple[int, int] | None) -> None:
    assert requested_part(header, 1000, 5000) == part


def test_part_is_never_longer_than_allowed() -> None:
    assert requested_part("bytes=10-", 1000, 100) == (10, 109)


@pytest.mark.parametrize(("header", "size"), [("bytes=1000-", 1000), ("bytes=-0", 1000), ("bytes=0-", 0)])
def test_part_beyond_the_end_is_refused(header: str, size: int) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        requested_part(header, size, 100)


@given(st.text(max_size=30), st.integers(0, 10**6), st.integers(1, 10**6))
def test_any_header_gives_a_part_within_the_file(header: str, size: int, longest: int) -> None:
    try:
        part = requested_part(f"bytes={header}", size, longest)
    except UnsatisfiableRangeError:
        return
    if part is not None:
        assert 0 <= part[0] <= part[1] < size
        assert part[1] - part[0] < longest


@pytest.fixture
def film(settings: Settings, tmp_path: Path) -> Document:
    """On a disk, because Wagtail sends whole documents by their path."""
    on_disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": on_disk}
    document: Document = Document.objects.create(title="f", file=ContentFile(CONTENT, "film.mp4"))
    return document


@pytest.mark.django_db
def test_film_is_put_together_from_its_parts(
    client: Client, film: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wagtail_hooks, "MAX_PART", 1000)
    whole = BytesIO()
    while whole.tell() < len(CONTENT):
        response = client.get(
            film.url, headers={"range": f"bytes={whole.tell()}-", "accept-encoding": "gzip"}
        )
        assert response.status_code == 206
        assert response.headers["Content-Range"].startswith(f"bytes {whole.tell()}-")
        assert response.headers["Content-Range"].endswith("/4096")
        whole.write(response.content)
    assert whole.getvalue() == CONTENT


@pytest.mark.django_db
def test_part_beyond_the_film_is_416(client: Client, film: Document) -> None:
    response = client.get(film.url, headers={"range": "bytes=9999-"})
    assert (response.status_code, response.headers["Content-Range"]) == (416, "bytes */4096")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers", [{}, {"range": "bytes=0-1,3-4"}, {"range": "bytes=0-9", "if-range": '"old"'}]
)
def test_film_is_sent_whole_otherwise(client: Client, film: Document, headers: dict[str, str]) -> None:
    response = client.get(film.url, headers=headers)
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == CONTENT


@pytest.mark.django_db
def test_private_film_is_not_sent_in_parts_either(client: Client, film: Document) -> None:
    collection = Collection.get_first_root_node().add_child(name="Private")
    restriction = CollectionViewRestriction.objects.create(
        collection=collection, restriction_type=CollectionViewRestriction.GROUPS
    )
    restriction.groups.add(Group.objects.create(name="Nobody"))
    film.collection = collection
    film.save()
    response = client.get(film.url, headers={"range": "bytes=0-9"})
    assert response.status_code != 206
    assert CONTENT[:10] not in response.content
