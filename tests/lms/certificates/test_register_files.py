"""The published register over HTTP: who may keep what for how long, and nothing but the register."""

from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client

from lms.certificates.services.standing import revoke_certificate
from lms.certificates.views_register import YEAR_SECONDS
from lms.register.models import Entry
from lms.register.witness import fetch_from, judge_head
from tests.factories.certificates import issued
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    cache.clear()
    settings.SANAD_REGISTER_DIR = tmp_path / "register"
    return tmp_path / "register"


def get(path: str, **headers: str):
    return Client().get(f"/register/{path}", headers=headers)


def test_empty_register_is_not_there_and_appears_with_the_first_certificate() -> None:
    assert get("checkpoint").status_code == 404
    issued()
    assert get("checkpoint").status_code == 200


def test_tiles_are_kept_for_a_year_and_heads_are_asked_for_each_time() -> None:
    issued()
    for path in ("checkpoint", "keyset", "status", "trainers"):
        answer = get(path)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "public, no-cache"
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert get(path, if_none_match=answer["ETag"]).status_code == 304
    size = Entry.objects.count()
    for path in (f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}"):
        answer = get(path)
        assert answer["Cache-Control"] == f"public, max-age={YEAR_SECONDS}, immutable"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert not answer.cookies


def test_text_is_compressed_for_thin_lines() -> None:
    issued()
    plain, packed = get("status"), get("status", accept_encoding="gzip")

    assert packed["Content-Encoding"] == "gzip" and len(packed.content) < len(plain.content)
    assert get("status", if_none_match=packed["ETag"]).status_code == 304


def test_revocation_is_published_within_the_minute() -> None:
    certificate = issued()
    before = get("status")
    revoke_certificate(certificate=certificate, reason="x", actor=UserFactory())
    assert get("status").content == before.content

    cache.clear()
    assert get("status", if_none_match=before["ETag"]).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "../keys/root.pem",
        "%2e%2e/keys/root.pem",
        "tile/../keyset",
        "tile/0/0",
        "tile/0/000.p/256",
        "heads/..",
        "heads/01",
        "heads/9",
        ".register-x",
        "keyset/",
    ],
)
def test_nothing_but_the_register_can_be_named(path: str, folder: Path) -> None:
    issued()
    get("checkpoint")
    (folder.parent / "keys").mkdir()
    (folder.parent / "keys" / "root.pem").write_text("secret")

    assert get(path).status_code == 404


def test_register_that_cannot_be_signed_is_served_as_it_was(folder: Path, settings, tmp_path: Path) -> None:
    issued()
    before = get("checkpoint").content
    cache.clear()
    issued()
    settings.SANAD_ALLOW_DEVELOPMENT_KEYS = False
    settings.SANAD_KEYS_DIR = tmp_path / "no keys"

    assert get("checkpoint").content == before


def test_nothing_is_written_by_a_visitor_who_changes_nothing() -> None:
    issued()
    get("checkpoint")
    size = Entry.objects.count()
    cache.clear()
    get("checkpoint")
    assert Entry.objects.count() == size
    assert Client().post("/register/checkpoint").status_code == 405


def test_witness_reads_it_over_http(live_server) -> None:
    from lms.register.keys import log_signer

    issued()
    fetch = fetch_from(f"{live_server.url}/register/")
    first = fetch("checkpoint")
    issued()
    cache.clear()

    seen = judge_head(offered=fetch("checkpoint"), known=first, log_key=log_signer().key, fetch=fetch)
    assert seen.size == Entry.objects.count()
