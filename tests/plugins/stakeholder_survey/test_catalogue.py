"""The Arabic catalogue says everything, and what is compiled is what is written."""

from pathlib import Path

import polib
import pytest

from plugins import stakeholder_survey

FOLDER = Path(stakeholder_survey.__file__ or "").parent / "locale/ar/LC_MESSAGES"


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(FOLDER / "django.po")


def test_every_sentence_is_translated(catalogue: polib.POFile) -> None:
    assert catalogue.untranslated_entries() == []
    assert catalogue.fuzzy_entries() == []
    assert all(len(entry.msgstr_plural) == 6 for entry in catalogue if entry.msgid_plural)


def test_compiled_catalogue_is_current(catalogue: polib.POFile) -> None:
    compiled = {(entry.msgctxt, entry.msgid): entry for entry in polib.mofile(FOLDER / "django.mo")}
    for entry in catalogue:
        same = compiled[entry.msgctxt, entry.msgid]
        assert (same.msgstr, same.msgstr_plural) == (entry.msgstr, entry.msgstr_plural), entry.msgid
