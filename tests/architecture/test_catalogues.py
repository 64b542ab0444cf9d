"""Every text that a person may see has its Arabic, and the compiled catalogues are the written ones."""

import os
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = sorted(ROOT.glob("*/*/locale/ar/LC_MESSAGES/django.po"))
#: Apps without a word for people.
SPEECHLESS = {"demo", "settings"}

Key = tuple[str | None, str, str]


def keys_of(path: Path) -> set[Key]:
    return {
        (entry.msgctxt, entry.msgid, entry.msgid_plural)
        for entry in polib.pofile(str(path))
        if not entry.obsolete
    }


def app_of(path: Path) -> str:
    return "/".join(path.relative_to(ROOT).parts[:2])


def test_every_app_has_a_catalogue() -> None:
    apps = {
        folder.parent.relative_to(ROOT).as_posix()
        for pattern in ("lms/*/__init__.py", "plugins/*/__init__.py")
        for folder in ROOT.glob(pattern)
        if folder.parent.name not in SPEECHLESS
    }
    assert {app_of(path) for path in CATALOGUES} == apps


@pytest.mark.parametrize("path", CATALOGUES, ids=app_of)
def test_nothing_is_left_untranslated_or_doubtful(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=app_of)
def test_compiled_catalogue_is_the_written_one(path: Path) -> None:
    compiled = polib.mofile(str(path.with_suffix(".mo")))
    written = polib.pofile(str(path))

    def content(catalogue: polib.POFile | polib.MOFile) -> dict[Key, object]:
        return {
            (entry.msgctxt, entry.msgid, entry.msgid_plural or ""): entry.msgstr_plural or entry.msgstr
            for entry in catalogue
            if not entry.obsolete
        }

    assert content(compiled) == content(written)


@pytest.mark.parametrize("path", CATALOGUES, ids=app_of)
def test_catalogue_holds_exactly_the_texts_of_the_code(path: Path, tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        pytest.skip("GNU gettext is not installed")
    app = ROOT / app_of(path)
    copy = tmp_path / app.name
    shutil.copytree(app, copy, ignore=shutil.ignore_patterns("__pycache__", "static", "content", "fonts"))
    subprocess.run(
        [
            *(str(Path(sys.executable).parent / "django-admin"), "makemessages", "-l", "ar"),
            *("--no-location", "--no-wrap", "--no-obsolete", "-v", "0"),
        ],
        cwd=copy,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        check=True,
        capture_output=True,
    )
    assert keys_of(copy / "locale/ar/LC_MESSAGES/django.po") == keys_of(path)


def test_one_text_has_one_arabic() -> None:
    """Django merges the catalogues: where two differ, one app would speak with another's words."""
    found: dict[Key, dict[str, object]] = defaultdict(dict)
    for path in CATALOGUES:
        for entry in polib.pofile(str(path)):
            if not entry.obsolete:
                words = tuple(entry.msgstr_plural.values()) or entry.msgstr
                found[entry.msgctxt, entry.msgid, entry.msgid_plural][app_of(path)] = words
    assert {key: apps for key, apps in found.items() if len(set(apps.values())) > 1} == {}
