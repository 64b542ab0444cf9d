from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.home.selectors import public_figures
from lms.people.enums import Sex
from tests.factories.cascade import CohortFactory, QualificationFactory, TierFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)


def test_no_programme_has_no_figures() -> None:
    assert public_figures(TODAY) == []


def test_people_are_counted_once_and_only_while_qualified() -> None:
    tier = TierFactory(target=700, name_ar="مراقب طويل الأمد")
    woman, man = UserFactory(sex=Sex.FEMALE), UserFactory(sex=Sex.MALE)
    for holder in (woman, woman, man):
        QualificationFactory(tier=tier, holder=holder)
    QualificationFactory(tier=tier, withdrawn_on=date(2026, 5, 1))
    QualificationFactory(tier=tier, valid_until=date(2026, 5, 31))
    QualificationFactory(tier=tier, valid_from=date(2026, 7, 1))
    CohortFactory(tier=tier)
    figures = public_figures(TODAY)
    assert [(figure.value, figure.total) for figure in figures] == [(2, 700), (1, 0), (1, 0)]


def test_figures_cost_the_same_for_one_person_and_for_thirty() -> None:
    tier = TierFactory()
    costs = []
    for count in (1, 3, 30):
        for _ in range(count):
            QualificationFactory(tier=tier)
        with CaptureQueriesContext(connection) as queries:
            public_figures(TODAY)
        costs.append(len(queries))
    assert len(set(costs)) == 1
