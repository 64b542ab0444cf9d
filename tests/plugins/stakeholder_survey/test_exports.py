"""The archive and the table: what was answered comes back, row by row and code by code."""

import csv
import io
from pathlib import Path
from typing import Any

import h5py
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from lms.common.archive import is_intact
from plugins.stakeholder_survey.exports import Export, NothingPublished, write_csv, write_hdf5
from plugins.stakeholder_survey.models import QuestionnaireVersion, Response
from plugins.stakeholder_survey.reading import read_questionnaire
from plugins.stakeholder_survey.services import add_version, publish_version
from plugins.stakeholder_survey.tokens import receipt_code, respondent_name
from tests.factories.people import MunicipalityFactory
from tests.factories.stakeholder_survey import (
    NOON,
    SurveyFactory,
    outline_data,
    pair,
    publish,
    respond,
    small_data,
    west,
)

pytestmark = pytest.mark.django_db

FORMULA = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def version() -> QuestionnaireVersion:
    """Three responses: a citizen, an organisation of the West that writes a formula, one that was sent too fast."""
    west()
    version = publish()
    respond(version, {"q_role": 1, "q_trust": 2}, submitted_at=NOON, seconds=None)
    respond(
        version,
        {
            "q_role": 2,
            "q_region": 1,
            "q_place": "misrata",
            "q_needs": [1, 7],
            "q_other": FORMULA,
            "q_trust": 9,
            "q_people": 25,
        },
        language="en",
    )
    respond(version, {"q_role": 9, "q_trust": 1, "q_needs": [8]}, flags=["too_fast"], seconds=2)
    return version


def archive(version: QuestionnaireVersion, **options: Any) -> h5py.File:
    buffer = io.BytesIO()
    write_hdf5(Export(version.survey, **options), buffer)
    return h5py.File(buffer)


def texts(dataset: h5py.Dataset) -> list[str]:
    return [text.decode() for text in dataset]


def category(group: h5py.Group) -> list[str | None]:
    names = texts(group["categories"])
    return [names[code] if code >= 0 else None for code in group["codes"][:]]


def table(version: QuestionnaireVersion, **options: Any) -> list[dict[str, str]]:
    buffer = io.BytesIO()
    write_csv(Export(version.survey, **options), buffer)
    return list(csv.DictReader(io.StringIO(buffer.getvalue().decode("utf-8-sig"))))


def test_archive_holds_every_code(version: QuestionnaireVersion) -> None:
    file = archive(version)
    items = texts(file["var/item"])
    rows = [dict(zip(items, row, strict=True)) for row in file["X"][:].tolist()]
    assert rows[0] == {
        "q_role": 1,
        "q_region": -1,
        "q_needs__1": -1,
        "q_needs__2": -1,
        "q_needs__7": -1,
        "q_needs__8": -1,
        "q_needs__9": -1,
        "q_trust": 2,
        "q_people": -2,
    }
    assert (rows[1]["q_needs__1"], rows[1]["q_needs__2"], rows[1]["q_people"]) == (1, 0, 25)
    assert rows[2]["q_needs__8"] == 1


def test_archive_says_of_each_respondent_what_is_known_and_no_more(version: QuestionnaireVersion) -> None:
    file = archive(version)
    obs = file["obs"]
    assert list(obs.attrs["column-order"]) == [
        "day",
        "questionnaire",
        "language",
        "mode",
        "population",
        "region",
        "municipality",
        "seconds",
        "flag_too_fast",
        "flag_honeypot",
    ]
    assert texts(obs["day"])[0] == "2026-03-01"
    assert category(obs["population"]) == ["citizen", "cso", "citizen"]
    assert category(obs["region"]) == [None, "west", None]
    assert category(obs["municipality"]) == [None, "misrata", None]
    assert obs["seconds"][:].tolist() == [-1, 300, 2]
    assert obs["flag_too_fast"][:].tolist() == [0, 0, 1]


def test_names_of_respondents_are_stable_and_lead_to_no_receipt(version: QuestionnaireVersion) -> None:
    names = texts(archive(version)["obs/respondent"])
    sent = list(Response.objects.order_by("pk").values_list("client_uuid", flat=True))
    assert names == [respondent_name(one) for one in sent] == texts(archive(version)["obs/respondent"])
    everything = "".join(table(version)[0].values()) + "".join(names)
    for one in sent:
        assert str(one) not in everything
        assert receipt_code(one) not in everything


def test_archive_explains_itself_in_both_languages(version: QuestionnaireVersion) -> None:
    file = archive(version)
    var = file["var"]
    position = texts(var["item"]).index("q_needs__7")
    assert texts(var["label_ar"])[position] == "Needs بالعربية"
    assert texts(var["option_en"])[position] == "Option 7 in English"
    assert (category(var["kind"])[position], var["option"][position]) == ("multiple", 7)
    uns = file["uns"]
    assert uns["codebook/q_role/codes"][:].tolist() == [1, 2, 9]
    assert uns["codebook/q_role/no_opinion"][:].tolist() == [9]
    assert texts(uns["places/municipality/names_ar"]) == ["مصراتة"]
    assert uns["questionnaire_sha256"][()].decode() == version.sha256
    assert uns["design/probability_sample"][()] == 0
    assert uns["weights/method"][()].decode() == "none"
    assert uns["provenance/questionnaires/1/sha256"][()].decode() == version.sha256


def test_open_texts_leave_only_on_request(version: QuestionnaireVersion) -> None:
    buffer = io.BytesIO()
    write_hdf5(Export(version.survey), buffer)
    assert b"HYPERLINK" not in buffer.getvalue()
    assert texts(archive(version, open_texts=True)["obs/q_other"]) == ["", FORMULA, ""]


def test_table_holds_the_same_codes_and_runs_no_formula(version: QuestionnaireVersion) -> None:
    rows = table(version, open_texts=True)
    file = archive(version)
    items = texts(file["var/item"])
    assert [[int(row[item]) for item in items] for row in rows] == file["X"][:].tolist()
    assert rows[1]["q_other"] == "'" + FORMULA
    assert (rows[1]["municipality"], rows[0]["municipality"]) == ("misrata", "")


def test_table_opens_as_utf8_in_spreadsheets(version: QuestionnaireVersion) -> None:
    buffer = io.BytesIO()
    write_csv(Export(version.survey), buffer)
    assert buffer.getvalue().startswith(b"\xef\xbb\xbfrespondent,day,")


def test_versions_of_a_survey_share_an_archive(version: QuestionnaireVersion) -> None:
    data = small_data()
    data["sections"][1]["questions"].append({"code": "q_new", "kind": "number", "label": pair("New")})
    newer = publish_version(
        version=add_version(questionnaire=read_questionnaire(data), survey=version.survey), actor=None
    )
    respond(newer, {"q_role": 1, "q_trust": 1, "q_new": 7})
    file = archive(version)
    position = texts(file["var/item"]).index("q_new")
    assert file["X"][:, position].tolist() == [-2, -2, -2, 7]
    assert file["obs/questionnaire"][:].tolist() == [1, 1, 1, 2]


def test_an_empty_survey_gives_an_empty_archive() -> None:
    file = archive(publish(outline_data()))
    assert file["X"].shape == (0, 65)


def test_a_survey_without_a_published_questionnaire_cannot_be_exported() -> None:
    with pytest.raises(NothingPublished):
        write_hdf5(Export(SurveyFactory()), io.BytesIO())


def test_queries_do_not_grow_with_responses(
    version: QuestionnaireVersion, django_assert_num_queries: Any
) -> None:
    for _one in range(30):
        respond(version)
    MunicipalityFactory.create_batch(5)
    with django_assert_num_queries(6):
        write_hdf5(Export(version.survey), io.BytesIO())


# --- sanad survey_export ---------------------------------------------------------------------


def test_command_writes_both_files(
    version: QuestionnaireVersion, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("survey_export", "SMALL-1", hdf5=tmp_path / "s.h5", csv=tmp_path / "s.csv")
    assert is_intact(tmp_path / "s.h5")
    assert (tmp_path / "s.csv").read_text(encoding="utf-8-sig").count("\n") == 4
    assert "s.h5: 3 responses" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.csv", "s.h5"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["small-1"], "Say what to write"),
        (["none", "--csv", "x.csv"], "There is no survey 'none'. Surveys: small-1."),
        (["small-1", "--hdf5", "/nowhere/at/all.h5"], "cannot be written: No such file or directory"),
    ],
)
def test_command_says_what_is_wrong(
    version: QuestionnaireVersion, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("survey_export", *arguments)


def test_command_refuses_a_survey_without_a_questionnaire(tmp_path: Path) -> None:
    SurveyFactory(code="empty")
    with pytest.raises(CommandError, match="no published questionnaire"):
        call_command("survey_export", "empty", hdf5=tmp_path / "s.h5")
    assert list(tmp_path.iterdir()) == []


# --- sanad survey_load -----------------------------------------------------------------------


def test_loading_adds_a_draft_and_publishes_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("survey_load")
    assert not QuestionnaireVersion.objects.get().is_published
    call_command("survey_load", "--publish")
    version = QuestionnaireVersion.objects.get()
    assert (version.survey.code, version.is_published) == ("stakeholder-2026", True)
    assert "stakeholder-2026: questionnaire 1 published" in capsys.readouterr().out


def test_loading_a_faulty_file_names_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "q.yaml"
    path.write_text("code: X\ntitle: {ar: عنوان}\n", encoding="utf-8")
    with translation.override("en"), pytest.raises(CommandError, match=r"title\.en: a text is missing"):
        call_command("survey_load", str(path))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("survey_load", str(tmp_path / "missing.yaml"))
