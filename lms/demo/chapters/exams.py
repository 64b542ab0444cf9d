"""The certification exam: who sits it, who passes, who runs out of time."""

from operator import attrgetter
from random import Random
from typing import NamedTuple

from lms.assessments.models import Attempt, Option
from lms.assessments.services.answers import AnswerEntry, save_answers
from lms.assessments.services.preparing import prepare_attempts
from lms.assessments.services.sitting import create_attempt, start_attempt, submit_attempt
from lms.cascade.models import Enrolment

from ..world import FIRST_EXAM, LAST_DAY, SEED, World

SITTING_SHARE, UNFINISHED_SHARE, SECOND_TRY_SHARE = 0.93, 0.02, 0.6
#: Chance of a right answer of a weak and of a strong candidate; each person lies somewhere between.
WEAK, STRONG = 0.55, 0.99


class Sitting(NamedTuple):
    enrolment: Enrolment
    ability: float


def tell(world: World) -> None:
    right = right_options(world)
    sittings = [
        Sitting(enrolment, WEAK + (STRONG - WEAK) * world.random.betavariate(4, 1.6))
        for cohort in world.cohorts
        for enrolment in world.enrolments[cohort.pk]
        if world.chance(SITTING_SHARE)
    ]
    world.random.shuffle(sittings)
    prepare_attempts(exam=world.exam, at=world.clock.now())
    forms = (
        Attempt.objects.filter(exam=world.exam).select_related("exam", "learner").prefetch_related("slots")
    )
    ready = {attempt.learner_id: attempt for attempt in forms}
    days = FIRST_EXAM - LAST_DAY - 2
    failed: list[Sitting] = []
    shown = world.track(sittings, "sittings", len(sittings))
    for number, sitting in enumerate(shown):
        _go_to(world, FIRST_EXAM - number * days // len(sittings))
        attempt = _sit(world, sitting, right, ready.pop(sitting.enrolment.learner_id, None))
        if attempt.is_passed is False:
            failed.append(sitting)
    _go_to(world, LAST_DAY)
    for sitting in failed:
        if world.chance(SECOND_TRY_SHARE):
            _sit(world, sitting._replace(ability=min(STRONG, sitting.ability + 0.15)), right)


def _go_to(world: World, ago: int) -> None:
    world.clock.reach(world.day(ago=ago), 9)


def _sit(world: World, sitting: Sitting, right: dict[int, set[str]], ready: Attempt | None = None) -> Attempt:
    """One attempt from start to hand-in, on the form that is ready; a few walk away and are left to the sweep.

    Forms are drawn under the installation's own secret, so that nobody can foresee them. What a person knows is
    drawn from the seed all the same: which places are answered right does not depend on the questions there.
    """
    learner = sitting.enrolment.learner
    begun = world.clock.now()
    ready = ready or create_attempt(exam=world.exam, learner=learner, at=begun)
    attempt = start_attempt(attempt=ready, at=begun)
    random = Random(f"{SEED} {learner.email} {attempt.number}")  # noqa: S311 - must repeat
    slots = sorted(attempt.slots.all(), key=attrgetter("position"))
    is_unfinished = random.random() < UNFINISHED_SHARE
    answered = slots[: random.randrange(5, len(slots))] if is_unfinished else slots
    entries = [
        AnswerEntry(
            position=slot.position,
            sequence=1,
            value=_choose(slot.option_order, right[slot.version_id], random, sitting.ability),
        )
        for slot in answered
    ]
    save_answers(attempt_id=attempt.public_id, learner=learner, entries=entries, at=world.clock.now())
    return attempt if is_unfinished else submit_attempt(attempt=attempt, at=world.clock.now())


def _choose(order: list[str], keys: set[str], random: Random, ability: float) -> list[int]:
    """Places of the options chosen: exactly the right ones, or one that is wrong and earns nothing."""
    knows, guess = random.random() < ability, random.random()
    places = {key: place for place, key in enumerate(order, 1)}
    if knows:
        return sorted(places[key] for key in keys)
    wrong = [key for key in order if key not in keys]
    return [places[wrong[int(guess * len(wrong))]]]


def right_options(world: World) -> dict[int, set[str]]:
    """The keys of the right options by question version."""
    found: dict[int, set[str]] = {}
    options = Option.objects.filter(version__question__bank=world.exam.bank, is_correct=True)
    for version, key in options.values_list("version_id", "key"):
        found.setdefault(version, set()).add(key)
    return found
