"""The archive of attempts: what it holds, whom it does not name, and that it is streamed."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import h5py
import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from lms.assessments import attempt_archive
from lms.assessments.attempt_archive import LAYERS, NO_ANSWER, NOT_ON_FORM, AttemptExport, pseudonym
from lms.assessments.models import Attempt, AttemptSlot, Exam, Operation
from lms.assessments.services.sitting import submit_attempt
from lms.common.archive import is_intact
from lms.people.models import User
from tests.factories.assessments import (
    NOON,
    ExamFactory,
    answer,
    enrol,
    make_bank,
    right_places,
    sit,
    started_attempt,
)
from tests.factories.item_analysis import sat_exam

pytestmark = pytest.mark.django_db


def export(exam: Exam, path: Path) -> h5py.File:
    call_command("export_attempts", exam.code, "--hdf5", str(path), verbosity=0)
    return h5py.File(path)


def texts(dataset: h5py.Dataset) -> list[str]:
    return [text.decode() for text in dataset]


def test_an_attempt_is_a_row_with_its_codes_marks_and_times(
    tmp_path: Path, exam: Exam, learner: User
) -> None:
    attempt = started_attempt(exam, learner)
    answer(attempt, 1, *right_places(attempt, 1), at=NOON + timedelta(seconds=90))
    answer(attempt, 3, *right_places(attempt, 3), at=NOON + timedelta(seconds=150))
    submit_attempt(attempt=attempt, at=NOON + timedelta(minutes=10))
    with export(exam, tmp_path / "a.h5") as file:
        items = texts(file["var/item"])
        place = {
            slot.position: items.index(f"{slot.version.question.code}.v1") for slot in attempt.slots.all()
        }
        codes, layers = file["X"][0], {name: file["layers"][name][0] for name in LAYERS}
        assert codes[place[1]] == 2  # "b", the second option in the codebook
        assert codes[place[2]] == NO_ANSWER
        assert layers["marks_hundredths"][place[1]] == 100
        assert layers["marks_hundredths"][place[2]] == 0
        assert layers["position"][place[3]] == 3
        assert layers["seconds_until_answered"][place[3]] == 150
        assert layers["seconds_until_answered"][place[2]] == NO_ANSWER
        assert file["obs/seconds"][0] == 600
        assert file["obs/seconds_allowed"][0] == 1800
        assert file["obs/marks"][0] == 2.0
        assert file["obs/max_marks"][0] == 4.0
        assert texts(file["obs/day"]) == ["2026-03-01"]
        assert texts(file["uns/codebook"][items[0]]["keys"]) == list("abcd")
        assert file["uns/codebook"][items[0]]["correct"][:].tolist() == [0, 1, 0, 0]
    assert is_intact(tmp_path / "a.h5")


def test_several_choices_are_a_sum_of_powers_of_two(tmp_path: Path) -> None:
    exam = ExamFactory(bank=make_bank("SUMS", questions=4, multiple=4))
    attempt = sit(exam, enrol(exam).learner, right=4)
    with export(exam, tmp_path / "a.h5") as file:
        assert set(file["X"][0]) == {1 + 4}  # "a" and "c"
        assert set(file["layers/marks_hundredths"][0]) == {100}
    assert attempt.is_passed


def test_a_question_that_was_dropped_keeps_its_answers_and_has_no_marks(tmp_path: Path) -> None:
    exam = sat_exam(5, 3)
    AttemptSlot.objects.filter(version__question__code="Q001").update(is_dropped=True)
    with export(exam, tmp_path / "a.h5") as file:
        assert set(file["layers/marks_hundredths"][:, 1]) == {NO_ANSWER}
        assert (file["X"][:, 1] > 0).all()


def test_questions_that_were_not_on_the_form_are_marked_so(tmp_path: Path) -> None:
    exam = sat_exam(20, 9, form=4)
    with export(exam, tmp_path / "a.h5") as file:
        on_form = file["layers/position"][:] != NOT_ON_FORM
        assert (on_form.sum(axis=1) == 4).all()
        np.testing.assert_array_equal(file["X"][:] == NOT_ON_FORM, ~on_form)
        np.testing.assert_array_equal(file["layers/marks_hundredths"][:] == NOT_ON_FORM, ~on_form)


def test_time_spent_looking_comes_from_the_log(tmp_path: Path) -> None:
    exam = sat_exam(2, 3)
    attempt = Attempt.objects.order_by("pk").first()
    steps = [
        ("view", 0, 0),
        ("view", 2, 1000),
        ("answer", 2, 20_000),
        ("view", 3, 31_000),
        ("submit", 0, 36_000),
    ]
    Operation.objects.bulk_create(
        Operation(
            attempt=attempt, lease=1, seq=number, slot=slot, kind=kind, t_mono=t_mono, t_wall=0,
            prev_hash="", hash="", received_at=NOON,
        )
        for number, (kind, slot, t_mono) in enumerate(steps, start=1)
    )  # fmt: skip
    with export(exam, tmp_path / "a.h5") as file:
        position = file["layers/position"][:].tolist()
        seconds = file["layers/seconds_viewed"][:].tolist()
        assert dict(zip(position[0], seconds[0], strict=True)) == {1: NO_ANSWER, 2: 30, 3: 5}
        assert seconds[1] == [NO_ANSWER] * 3


def test_nobody_is_named_and_a_person_is_the_same_in_all_attempts_of_one_exam(tmp_path: Path) -> None:
    exam, other = ExamFactory(cool_off_hours=0), ExamFactory()
    person = enrol(exam).learner
    User.objects.filter(pk=person.pk).update(
        name_ar="سالمة", email="salma@example.org", phone="+218912345678"
    )
    sit(exam, person, right=1)
    sit(exam, person, right=4, at=NOON + timedelta(days=2))
    sit(other, enrol(other, person).learner, right=4)
    with export(exam, tmp_path / "a.h5") as file, export(other, tmp_path / "b.h5") as second:
        first, again = texts(file["obs/person"])
        assert first == again
        assert first not in texts(second["obs/person"])
        assert len(set(texts(file["obs/attempt"]))) == 2
        assert str(person.public_id) not in first
    for name in ("a.h5", "b.h5"):
        content = (tmp_path / name).read_bytes()
        for secret in ("سالمة", "salma@example.org", "912345678", str(person.public_id)):
            assert secret.encode() not in content


def test_pseudonyms_depend_on_the_secret(settings, learner: User) -> None:
    before = pseudonym("exam", learner.public_id)
    settings.SECRET_KEY = "another secret"
    assert pseudonym("exam", learner.public_id) != before


def test_what_is_still_running_is_left_out(tmp_path: Path, exam: Exam) -> None:
    sit(exam, enrol(exam).learner, right=2)
    started_attempt(exam, enrol(exam).learner)
    with export(exam, tmp_path / "a.h5") as file:
        assert file["X"].shape[0] == 1


@pytest.mark.parametrize(("persons", "queries"), [(1, 6), (3, 6), (30, 10)])
def test_queries_grow_with_blocks_and_not_with_people(
    monkeypatch: pytest.MonkeyPatch, persons: int, queries: int
) -> None:
    """Two for each block of ten: its questions with their answers, and its log."""
    monkeypatch.setattr(attempt_archive, "BLOCK", 10)
    exam = sat_exam(persons, 4)
    with CaptureQueriesContext(connection) as captured:
        export = AttemptExport(exam)
        assert len(list(export.rows())) == persons
        assert export.obs
    assert len(captured) == queries


def test_only_one_block_is_in_memory_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows come one by one; asking for the first reads the first block of attempts and no more."""
    monkeypatch.setattr(attempt_archive, "BLOCK", 5)
    exam = sat_exam(23, 4)
    export = AttemptExport(exam)
    assert export.columns
    seen: list[int] = []
    blocks = attempt_archive._blocks
    monkeypatch.setattr(
        attempt_archive,
        "_blocks",
        lambda rows, size: (seen.append(len(block)) or block for block in blocks(rows, size)),
    )
    rows = export.rows()
    next(rows)
    assert seen == [5]
    assert len(list(rows)) == 22
    assert seen == [5, 5, 5, 5, 3]


def test_an_exam_that_nobody_handed_in_is_refused_and_leaves_no_file(tmp_path: Path, exam: Exam) -> None:
    with override("en"), pytest.raises(CommandError, match="Nobody has handed in"):
        call_command("export_attempts", exam.code, "--hdf5", str(tmp_path / "a.h5"))
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_exam_and_a_place_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    with override("en"), pytest.raises(CommandError, match="There is no exam"):
        call_command("export_attempts", "NONE", "--hdf5", str(tmp_path / "a.h5"))
    exam = sat_exam(2, 3)
    with override("en"), pytest.raises(CommandError, match="cannot be written"):
        call_command("export_attempts", exam.code, "--hdf5", str(tmp_path / "nowhere/a.h5"))


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    export(sat_exam(2, 3), tmp_path / "a.h5").close()
    assert (tmp_path / "a.h5").stat().st_mode & 0o077 == 0


def test_the_reader_of_anndata_reads_it(tmp_path: Path) -> None:
    anndata = pytest.importorskip("anndata", reason="ANNDATA DID NOT READ THE ARCHIVE: it is not installed")
    export(sat_exam(12, 5), tmp_path / "a.h5").close()
    data = anndata.read_h5ad(tmp_path / "a.h5")
    assert data.shape == (12, 5)
    assert set(data.layers) == set(LAYERS)
    assert data.obs["gender"].cat.categories.tolist() == ["F", "M"]
    assert data.var.index[0] == "Q000.v1"


def test_the_modules_load_no_heavy_library() -> None:
    code = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'lms.settings.test'; django.setup(); import sys;"
        "import lms.assessments.attempt_archive, lms.assessments.item_board;"
        "print([m for m in ('h5py', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
