"""The survey of the demo world: invented people who answer as a real sample might.

Each has a region, a role, and two leanings, trust and engagement, from which the answers follow with noise, so that
groups differ and answers go together as they do in life. All numbers are invented. Every answer passes through the
same checks as one from the web.
"""
# ruff: noqa: PLR2004 - the numbers of an invented world are its data

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from random import Random
from typing import Any

from django.utils import timezone

from lms.plugin_api import DemoWorld

from .enums import Language
from .files import OUTLINE, read_file
from .questionnaire import Profile
from .selectors import codes_by_region
from .services import Submission, add_version, publish_version, record_responses, suspicions

RESPONSES = 1024
WEEKS = 6

REGIONS = {1: 0.55, 2: 0.29, 3: 0.13, 9: 0.03}
ROLES = {1: 0.71, 2: 0.14, 3: 0.03, 4: 0.05, 5: 0.03, 6: 0.02, 7: 0.015, 9: 0.005}
AGES = {1: 0.21, 2: 0.27, 3: 0.23, 4: 0.15, 5: 0.09, 6: 0.04, 9: 0.01}
HOURS = {9: 3, 11: 5, 13: 4, 16: 4, 18: 6, 20: 9, 21: 8, 22: 5}

TRUST_OF_REGION = {1: 0.0, 2: 0.15, 3: -0.35, 9: -0.3}
INSTITUTIONS = {
    "q_trust_hnec": 0.35,
    "q_trust_judiciary": 0.25,
    "q_trust_security": -0.1,
    "q_trust_council": -0.2,
    "q_trust_parties": -1.1,
    "q_trust_social": 0.3,
    "q_trust_civil": 0.4,
    "q_trust_media": -0.7,
}
GUARANTEES = {1: 0.62, 2: 0.55, 3: 0.41, 4: 0.38, 5: 0.47, 6: 0.52, 7: 0.06}
BARRIERS = {1: 0.28, 2: 0.2, 3: 0.27, 4: 0.08, 5: 0.1, 6: 0.33, 7: 0.04}
SOURCES = {1: 0.3, 2: 0.34, 3: 0.66, 4: 0.21, 5: 0.44, 6: 0.17, 7: 0.12}
ACTIVITIES = {1: 0.46, 2: 0.58, 3: 0.17, 4: 0.22, 5: 0.2, 6: 0.25, 7: 0.08}
NEEDS = {1: 0.7, 2: 0.64, 3: 0.45, 4: 0.37, 5: 0.28, 6: 0.35, 7: 0.04}

OTHER_GUARANTEES = {
    "ar": (
        "تمديد ساعات الاقتراع في المناطق البعيدة",
        "نشر كشوف الإنفاق على الحملات",
        "تخصيص مراكز قريبة لكبار السن",
        "إشراك الكشافة في تنظيم الطوابير",
    ),
    "en": ("Longer polling hours in remote areas", "Publication of campaign spending"),
}
COMMENTS = {
    "ar": (
        "نحتاج إلى معلومات أوضح عن مواعيد التسجيل ومكان المركز.",
        "المركز في مدرسة درجها مرتفع، ويصعب على مستخدمي الكراسي المتحركة الدخول إليها.",
        "أرجو أن تُعلن النتائج في وقتها حتى لا تكثر الإشاعات.",
        "شاركت في الانتخابات الماضية وكان التنظيم جيدًا.",
        "على المجلس القادم أن يهتم بالمياه والطرق قبل كل شيء.",
        "المراقبون المحليون يطمئنون الناس، ونتمنى أن يزيد عددهم.",
        "نريد أن تتمكن النساء من الترشح دون ضغط.",
        "تأجيل الانتخابات مرة بعد مرة يضعف ثقة الناس.",
    ),
    "en": (
        "Clearer information on where to register would help.",
        "The count should be open to observers until the end.",
    ),
}


@dataclass(frozen=True, slots=True)
class Person:
    region: int
    role: int
    sex: int
    age: int
    trust: float
    engagement: float
    language: str


def build(world: DemoWorld) -> None:
    """Publish the outline questionnaire six weeks ago and let 1,024 people answer it since."""
    opened = world.now - datetime.timedelta(weeks=WEEKS)
    version = add_version(questionnaire=read_file(OUTLINE.read_bytes()))
    survey = version.survey
    survey.opens_at, survey.results_public = opened, True
    survey.save()
    version = publish_version(version=version, actor=world.leads[0] if world.leads else None, moment=opened)
    people = _submissions(world.random, opened, world.now, version.questionnaire.profile)
    record_responses(version=version, submissions=world.track(people, "Survey", RESPONSES))


def _submissions(
    random: Random, opened: datetime.datetime, now: datetime.datetime, profile: Profile
) -> Iterator[Submission]:
    places = codes_by_region()
    moments = sorted(_moment(random, opened, now) for _ in range(RESPONSES))
    for moment in moments:
        person = _person(random)
        answers = _answers(random, person)
        nearby = places.get(profile.regions.get(person.region, ""), [])
        if nearby and random.random() < 0.85:
            answers["q_municipality"] = _near_the_first(random, nearby)
        answered = {code: answer for code, answer in answers.items() if answer is not None}
        seconds = int(random.lognormvariate(6.0, 0.45)) if random.random() < 0.985 else random.randint(9, 30)
        yield Submission(
            client_uuid=uuid.UUID(int=random.getrandbits(128), version=4),
            answers=answered,
            submitted_at=moment,
            language=person.language,
            seconds=seconds,
            flags=suspicions(seconds=seconds, answered=len(answered)),
        )


def _person(random: Random) -> Person:
    region, role, age = _pick(random, REGIONS), _pick(random, ROLES), _pick(random, AGES)
    return Person(
        region=region,
        role=role,
        sex=_pick(random, {1: 0.45, 2: 0.54, 9: 0.01}),
        age=age,
        trust=random.gauss(TRUST_OF_REGION[region] + (0.25 if role in {2, 4} else 0.0), 0.8),
        engagement=random.gauss((0.7 if role in {2, 3} else 0.0) + (0.1 * (min(age, 6) - 3)), 0.9),
        language=_pick(random, {Language.ARABIC: 0.94, Language.ENGLISH: 0.06}),
    )


def _answers(random: Random, person: Person) -> dict[str, Any]:
    """Raw answers; None for an optional question that the person skips."""
    answers: dict[str, Any] = {
        "q_role": person.role,
        "q_region": person.region,
        "q_sex": person.sex,
        "q_age": person.age,
        "q_disability": _pick(random, {1: 0.79, 2: 0.13, 3: 0.04, 4: 0.01, 9: 0.03}),
        "q_registered": _pick(random, {1: _rising(0.9 + person.engagement), 2: 0.25, 8: 0.05, 9: 0.02}),
        "q_vote_intention": _graded(random, 0.9 + person.engagement, steps=4, unsure=0.06),
        "q_accept_commitment": _graded(
            random, 1.3 + 0.7 * person.trust + 0.3 * person.engagement, unsure=0.07
        ),
        "q_accept_expected": _graded(random, 0.1 + person.trust, steps=4, unsure=0.12),
        "q_guarantees": _several(random, GUARANTEES, lean=0.4 * person.engagement, none=0.02),
        "q_influence": _graded(
            random, 0.95 + 0.5 * person.trust + 0.5 * person.engagement, steps=4, unsure=0.05
        ),
        "q_barriers": _several(random, BARRIERS, lean=-0.4 * person.trust, none=0.2),
        "q_sources": _several(random, SOURCES, lean=0.3 * person.engagement, none=0.03),
        "q_code_support": _graded(random, 1.55 + 0.5 * person.trust + 0.4 * person.engagement, unsure=0.08),
    }
    for question, standing in INSTITUTIONS.items():
        answers[question] = _trust(random, person.trust + standing)
    if person.role == 2:
        answers |= _organisation(random, person)
    if 7 in answers["q_guarantees"]:
        answers["q_guarantees_other"] = random.choice(OTHER_GUARANTEES[person.language])
    if random.random() < 0.07 + 0.04 * max(person.engagement, 0):
        answers["q_comment"] = random.choice(COMMENTS[person.language])
    return {code: answer for code, answer in answers.items() if not _skipped(random, code)}


def _organisation(random: Random, person: Person) -> dict[str, Any]:
    return {
        "q_cso_activities": _several(random, ACTIVITIES, lean=0.3 * person.engagement, none=0.08),
        "q_cso_observers": min(int(random.lognormvariate(2.3, 1.1)), 400),
        "q_cso_needs": _several(random, NEEDS, lean=0.0, none=0.02),
    }


REQUIRED = {
    "q_role",
    "q_region",
    "q_sex",
    "q_age",
    "q_vote_intention",
    "q_accept_commitment",
    "q_influence",
    "q_guarantees_other",
}


def _skipped(random: Random, code: str) -> bool:
    return code not in REQUIRED and random.random() < 0.025


def _graded(random: Random, lean: float, *, steps: int = 5, unsure: float) -> int:
    """A code from 1 (most in favour) to `steps`; 8 for "don't know" and 9 for no answer."""
    if random.random() < unsure:
        return 8 if random.random() < 0.7 else 9
    middle = (steps + 1) / 2
    return max(1, min(steps, round(random.gauss(middle - 0.85 * lean * steps / 5, 1.0))))


def _trust(random: Random, lean: float) -> int:
    if random.random() < 0.05:
        return 9
    return max(1, min(5, round(random.gauss(2.9 + 0.8 * lean, 0.9))))


def _several(random: Random, shares: Mapping[int, float], *, lean: float, none: float) -> list[int]:
    """Some of the options; 8 (none) or 9 (no answer) alone."""
    if random.random() < none:
        return [8]
    odds = exp(lean)
    chosen = [
        code for code, share in shares.items() if random.random() < share * odds / (1 - share + share * odds)
    ]
    return chosen or [9]


def _rising(lean: float) -> float:
    return 1.2 / (1 + exp(-lean))


def _pick(random: Random, weights: Mapping[Any, float]) -> Any:
    return random.choices(list(weights), weights=list(weights.values()))[0]


def _near_the_first(random: Random, places: Sequence[str]) -> str:
    """Some municipalities answer far more than others."""
    return places[min(int(random.expovariate(2.2 / len(places))), len(places) - 1)]


def _moment(random: Random, opened: datetime.datetime, now: datetime.datetime) -> datetime.datetime:
    """A time since the opening, more often soon after it and in the evening of Libya, never in the future."""
    day = timezone.localtime(opened + datetime.timedelta(days=random.betavariate(1.3, 1.8) * (WEEKS * 7 - 1)))
    moment = day.replace(hour=_pick(random, HOURS), minute=random.randrange(60), second=random.randrange(60))
    return min(max(moment, opened), now)
