"""What the pages of papers show beside the forms: rows, next steps, differences, and how a paper can end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lms.common.dates import format_clock, format_moment
from lms.people.models import User

from .enums import AttemptState, PaperState
from .keying import BLANK, FIRST, ILLEGIBLE, SECOND, Reading, read_readings
from .keying_page import KeyField, told
from .models import Paper, PaperKeying
from .selectors.keying import kinds_of, may_decide, outcome_of, why_not_key
from .services.printing import mark_absent, void_paper, withdraw_paper

#: What a state is worth a look at: the kind of its pill.
PILLS = {
    PaperState.PRINTED: "neutral",
    PaperState.KEYED_ONCE: "info",
    PaperState.DIFFERS: "warn",
    PaperState.COMPLETE: "good",
    PaperState.WITHDRAWN: "bad",
}


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One line of the list of papers."""

    paper: Paper
    keyed_by: Sequence[User]

    @property
    def state(self) -> str:
        return self.paper.state

    @property
    def pill(self) -> str:
        return PILLS[PaperState(self.paper.state)]


def paper_rows(papers: QuerySet[Paper]) -> list[PaperRow]:
    """The papers with who keyed them, in two queries."""
    found = papers.order_by("candidate_no").prefetch_related("keyings__person")
    return [PaperRow(paper, [keying.person for keying in paper.keyings.all()]) for paper in found]


@dataclass(frozen=True, slots=True)
class Steps:
    """What can be done with a paper, and if nothing, why."""

    is_open: bool
    may_key: bool
    may_settle: bool
    is_again: bool
    open_count: int
    sentence: str
    is_late: bool
    pill: str


def steps_for(paper: Paper, user: User) -> Steps:
    is_open = (
        paper.state not in (PaperState.COMPLETE, PaperState.WITHDRAWN)
        and paper.attempt.state == AttemptState.ON_PAPER
    )
    result = outcome_of(paper)
    refusal = why_not_key(paper, user)
    return Steps(
        is_open=is_open,
        may_key=is_open and not refusal and user.has_perm("assessments.key_paper"),
        may_settle=is_open
        and result.is_waiting
        and user.has_perm("assessments.settle_paper")
        and may_decide(paper, user),
        is_again=result.is_waiting,
        open_count=len(result.open),
        sentence=refusal if is_open else "",
        is_late=paper.state == PaperState.COMPLETE and paper.attempt.state == AttemptState.LATE_REVIEW,
        pill=PILLS[PaperState(paper.state)],
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A place that two people read differently, with both readings and the field for the decision."""

    field: KeyField
    readings: Sequence[tuple[str | Promise, str | Promise]]


_WHAT = {BLANK: _("Blank"), ILLEGIBLE: _("Illegible")}


def differences(paper: Paper, fields: Sequence[KeyField]) -> list[Difference]:
    """The open places of a paper with what the two of the last round read."""
    result = outcome_of(paper)
    rows = {row.place: row for row in PaperKeying.objects.filter(paper=paper, round=result.round)}
    labels = ((FIRST, _("First keying")), (SECOND, _("Second keying")))
    said = [(label, read_readings(rows[place].readings)) for place, label in labels]
    kinds = kinds_of(paper.attempt)
    return [
        Difference(
            field,
            [
                (label, reading_told(kinds[field.position], readings[field.position]))
                for label, readings in said
            ],
        )
        for field in fields
    ]


def reading_told(kind: str, reading: Reading) -> str | Promise:
    """A reading in words, with the letters of the reader's language."""
    if reading.what in _WHAT:
        return _WHAT[reading.what]
    language = get_language() or "ar"
    if kind == "times":
        began, handed = (
            datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment) for moment in reading.value
        )
        return f"{format_moment(began, language)} – {format_clock(handed)}"
    return told(kind, reading, language)


@dataclass(frozen=True, slots=True)
class Ending:
    """A way in which a paper ends without being settled."""

    key: str
    label: str | Promise
    explanation: str | Promise
    done: str | Promise
    icon: str
    service: Callable[..., Paper]
    permission: str = "assessments.print_paper"
    is_grave: bool = False


ENDINGS: tuple[Ending, ...] = (
    Ending(
        "withdraw",
        _("Take the paper back"),
        _(
            "The candidate may sit the exam on a device again. Collect the printed pages: they no longer count."
        ),
        _("The paper was taken back. The candidate may use a device."),
        "refresh-cw",
        withdraw_paper,
    ),
    Ending(
        "absent",
        _("The candidate did not come"),
        _("The paper was not used, and uses up no attempt."),
        _("It is recorded that the candidate did not come."),
        "user",
        mark_absent,
    ),
    Ending(
        "void",
        _("Declare the attempt void"),
        _("It will not count and uses up no attempt. Everything recorded is kept. This cannot be undone."),
        _("The attempt was declared void."),
        "circle-x",
        void_paper,
        "assessments.invigilate_attempt",
        is_grave=True,
    ),
)
ENDINGS_BY_KEY = {ending.key: ending for ending in ENDINGS}
