"""What would become of the results of an exam if some of its questions were marked in another way. Writes nothing."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lms.assessments.correction import is_reworded, obstacle
from lms.assessments.enums import Treatment
from lms.assessments.errors import RegradeRefusedError
from lms.assessments.flow import Kind
from lms.assessments.models import Answer, Attempt, AttemptSlot, Exam, QuestionVersion
from lms.assessments.models.attempts import GRADED_STATES
from lms.assessments.scoring import Result

from .marks import MarkingRule, Treated, read_rules, total_of, treatments_in_force

Treatments = Mapping[int, Treated]


@dataclass(frozen=True, slots=True)
class MarkChange:
    """One question on one form, before and after. Marks are None where a person has not given them."""

    position: int
    name: str
    before: Decimal | None
    after: Decimal | None
    max_marks: Decimal
    was_dropped: bool
    is_dropped: bool


@dataclass(frozen=True, slots=True)
class ResultDiff:
    """One result before and after. `new` holds what the slots concerned (by primary key) get."""

    attempt: Attempt
    before: Result
    after: Result
    new: Mapping[int, tuple[Decimal | None, bool]]
    changes: list[MarkChange]

    @property
    def is_changed(self) -> bool:
        return bool(self.changes)

    @property
    def kind(self) -> Kind:
        if self.before.is_passed:
            return "stays_passed" if self.after.is_passed else "now_failed"
        return "now_passed" if self.after.is_passed else "stays_failed"


@dataclass(frozen=True, slots=True)
class RegradePlan:
    """What a regrade would do. `fingerprint` changes with anything that would make it do something else."""

    exam: Exam
    treatments: Treatments
    diffs: list[ResultDiff]
    reworded: list[str]
    by_hand: int
    fingerprint: str

    @property
    def changed(self) -> list[ResultDiff]:
        return [diff for diff in self.diffs if diff.is_changed]

    def crossing(self, kind: Kind) -> list[ResultDiff]:
        return [diff for diff in self.diffs if diff.kind == kind]

    @property
    def counts(self) -> dict[Kind, int]:
        kinds: tuple[Kind, ...] = ("stays_passed", "now_passed", "now_failed", "stays_failed")
        return {kind: len(self.crossing(kind)) for kind in kinds}


def plan_regrade(
    exam: Exam, treatments: Treatments, *, attempts: Sequence[Attempt] | None = None
) -> RegradePlan:
    """Compare the results of the exam with those under other treatments of some of its question versions.

    Treatments that are in force already are left out. `attempts` are those that the caller has locked
    (`regraded_attempts`). A fixed number of queries. Raises RegradeRefusedError with a sentence for what cannot
    be done, and BrokenSealError.
    """
    in_force = treatments_in_force(exam.pk)
    treatments = {pk: one for pk, one in treatments.items() if one != in_force.get(pk, Treated())}
    if not treatments:
        raise RegradeRefusedError(_("Nothing was chosen that would change how the exam is marked."))
    names = _check(exam, treatments, in_force)
    rules, before = read_rules(treatments, treatments, afresh=True), read_rules(treatments, in_force)
    if attempts is None:
        attempts = list(regraded_attempts(exam, treatments).select_related("exam", "learner"))
    slots, answers = _read(attempts, treatments)
    by_hand = sum(
        _is_by_hand(slot, before[slot.version_id], answers)
        for form in slots.values()
        for slot in form
        if slot.version_id in treatments
    )
    diffs = [
        _diff(attempt, slots[attempt.pk], answers=answers, rules=rules, names=names) for attempt in attempts
    ]
    reworded = [names[pk] for pk, rule in rules.items() if rule.key and is_reworded(rule.content, rule.key)]
    return RegradePlan(exam, treatments, diffs, sorted(reworded), by_hand, _fingerprint(treatments, diffs))


def regraded_attempts(exam: Exam, versions: Iterable[int]) -> Any:
    """The marked attempts of the exam with any of these versions on their forms, in the order of locking."""
    slots = AttemptSlot.objects.filter(version__in=set(versions), attempt__exam=exam)
    return Attempt.objects.filter(
        exam=exam, state__in=GRADED_STATES, pk__in=slots.values("attempt")
    ).order_by("pk")


def _check(exam: Exam, treatments: Treatments, in_force: Treatments) -> dict[int, str]:
    """The names of the versions. Raises RegradeRefusedError for the first thing that cannot be done."""
    keys = {one.by_version for one in treatments.values()} - {None}
    versions = (
        QuestionVersion.objects.with_content()
        .select_related("question")
        .in_bulk({*treatments, *(pk for pk in keys if pk)})
    )
    for pk, treated in treatments.items():
        version = versions.get(pk)
        key = versions.get(treated.by_version) if treated.by_version else None
        if version is None or not version.is_published:
            raise RegradeRefusedError(_("There is no such question on the forms of this exam."))
        if (treated.treatment == Treatment.CORRECTED) != (key is not None):
            raise RegradeRefusedError(_("%(question)s: choose whose key counts.") % {"question": version})
        if key is not None:
            _check_key(version, key)
        was = in_force.get(pk, Treated()).treatment
        if version.kind == "open_text" and was == Treatment.CREDITED:
            raise RegradeRefusedError(
                _("%(question)s: the marks of people were replaced by full marks, and do not come back.")
                % {"question": version}
            )
    return {pk: str(version) for pk, version in versions.items()}


def _check_key(version: QuestionVersion, key: QuestionVersion) -> None:
    if not key.is_published or key.question_id != version.question_id:
        raise RegradeRefusedError(
            _("%(question)s: only a published version of the same question can be marked by.")
            % {"question": version}
        )
    found = obstacle(version.content(), key.content())
    if found is not None:
        raise RegradeRefusedError(str(OBSTACLES[found]()) % {"question": version, "key": key})


OBSTACLES = {
    "kind_differs": lambda: _("%(question)s cannot be marked by %(key)s: it is another kind of question."),
    "options_differ": lambda: _(
        "%(question)s cannot be marked by %(key)s: its options are others than those that people saw. "
        "Give everybody the marks or leave the question out."
    ),
    "marked_by_people": lambda: _("%(question)s: open answers are marked by people and have no key."),
    "same_key": lambda: _("%(question)s and %(key)s have the same key, so nothing would change."),
}


def _read(
    attempts: Sequence[Attempt], treatments: Treatments
) -> tuple[dict[int, list[AttemptSlot]], dict[int, Any]]:
    """The slots of each attempt in order, and what was answered to the questions concerned."""
    slots: dict[int, list[AttemptSlot]] = defaultdict(list)
    wanted = AttemptSlot.objects.filter(attempt__in=[attempt.pk for attempt in attempts])
    for slot in wanted.defer("option_order").order_by("attempt", "position"):
        slots[slot.attempt_id].append(slot)
    answers = Answer.objects.filter(slot__in=wanted.filter(version__in=list(treatments)))
    return slots, dict(answers.values_list("slot_id", "value"))


def _diff(
    attempt: Attempt,
    slots: Sequence[AttemptSlot],
    *,
    answers: Mapping[int, Any],
    rules: Mapping[int, MarkingRule],
    names: Mapping[int, str],
) -> ResultDiff:
    before = total_of(slots, attempt.pass_percent)
    new: dict[int, tuple[Decimal | None, bool]] = {}
    changes = []
    for slot in slots:
        if slot.version_id not in rules:
            continue
        marks, is_dropped = _marks(slot, rules[slot.version_id], answers.get(slot.pk))
        if (marks, is_dropped) != (slot.marks, slot.is_dropped):
            new[slot.pk] = (marks, is_dropped)
            changes.append(
                MarkChange(
                    slot.position,
                    names[slot.version_id],
                    slot.marks,
                    marks,
                    slot.max_marks,
                    slot.is_dropped,
                    is_dropped,
                )
            )
            slot.marks, slot.is_dropped = marks, is_dropped
    try:
        after = total_of(slots, attempt.pass_percent)
    except ValueError:
        raise RegradeRefusedError(
            _("On some forms no question would be left that counts. Give the marks to everybody instead.")
        ) from None
    return ResultDiff(attempt, before, after, new, changes)


def _marks(slot: AttemptSlot, rule: MarkingRule, answer: Any) -> tuple[Decimal | None, bool]:
    """What a slot gets. A question that is left out keeps its marks, for the statistics and in case it comes back;
    what people gave for an open answer stays unless everybody gets the marks."""
    is_kept = rule.is_dropped or (rule.content.kind == "open_text" and rule.treatment == Treatment.OWN_KEY)
    return (slot.marks if is_kept else rule.marks(answer, slot.max_marks)), rule.is_dropped


def _is_by_hand(slot: AttemptSlot, rule: MarkingRule, answers: Mapping[int, Any]) -> bool:
    """Whether people gave a slot marks that its rule would not give."""
    if rule.content.kind == "open_text" or rule.is_dropped or slot.is_dropped:
        return False
    return rule.marks(answers.get(slot.pk), slot.max_marks) != slot.marks


def _fingerprint(treatments: Treatments, diffs: Sequence[ResultDiff]) -> str:
    said: list[Any] = [
        sorted([pk, str(one.treatment), one.by_version] for pk, one in treatments.items()),
        [
            [
                diff.attempt.pk,
                diff.attempt.event_count,
                sorted([pk, str(marks), dropped] for pk, (marks, dropped) in diff.new.items()),
            ]
            for diff in diffs
        ],
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
