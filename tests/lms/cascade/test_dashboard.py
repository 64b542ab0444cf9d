"""What the programme lead sees: figures, warnings, downloads."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from lms.cascade import selectors, services
from lms.cascade.charts import bars
from lms.cascade.enums import EnrolmentState
from lms.cascade.reports import REPORTS
from lms.people.enums import Role
from lms.plugin_api import DashboardCard, DataExport
from lms.plugin_api.testing import plugin_registered
from tests.factories.cascade import (
    CohortFactory,
    EnrolmentFactory,
    ProgrammeFactory,
    QualificationFactory,
    TierFactory,
    TrainingSessionFactory,
)
from tests.factories.people import MunicipalityFactory, RegionFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def english():
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture
def programme():
    return ProgrammeFactory()


@pytest.fixture
def tier(programme):
    TierFactory(programme=programme, level=1, target=18)
    return TierFactory(programme=programme, level=2, target=700)


def cohort_in(tier, *, qualified=True, **fields):
    cohort = CohortFactory(tier=tier, **fields)
    if qualified:
        QualificationFactory(holder=cohort.trainer, tier__programme=tier.programme)
    return cohort


def warnings(programme, today=TODAY):
    return [(warning.kind, warning.text) for warning in selectors.programme_warnings(programme, today)]


def kinds(programme, today=TODAY):
    return [kind for kind, _text in warnings(programme, today)]


class TestWarnings:
    @pytest.mark.parametrize(
        ("count", "warned"), [(0, False), (13, True), (14, False), (18, False), (19, True)]
    )
    def test_active_municipalities_outside_14_to_18_warn(self, programme, tier, count, warned):
        for _ in range(count):
            EnrolmentFactory(cohort=cohort_in(tier))
        assert ("municipalities" in kinds(programme)) == warned
        if warned:
            assert (
                "municipalities",
                f"{count} municipalities are active; the programme plans 14 to 18.",
            ) in warnings(programme)

    def test_municipality_without_learners_is_not_active(self, programme, tier):
        for _ in range(14):
            EnrolmentFactory(cohort=cohort_in(tier))
        EnrolmentFactory(cohort=cohort_in(tier), state=EnrolmentState.WITHDRAWN)
        for _ in range(5):
            cohort_in(tier)
        assert "municipalities" not in kinds(programme)

    def test_cohort_above_its_capacity_warns(self, programme, tier):
        cohort = cohort_in(tier, capacity=2, name_en="Misrata cohort")
        EnrolmentFactory.create_batch(2, cohort=cohort)
        assert "capacity" not in kinds(programme)
        EnrolmentFactory(cohort=cohort)
        assert ("capacity", "Misrata cohort has 3 learners for 2 places.") in warnings(programme)

    def test_cohort_without_trainer_or_with_an_uncertified_one_warns(self, programme, tier):
        CohortFactory(tier=tier, trainer=None, name_en="One")
        cohort_in(tier, qualified=False, name_en="Two", trainer__name_en="Salem")
        cohort_in(tier, name_en="Three")
        texts = dict(warnings(programme))
        assert texts["no_trainer"] == "One has no trainer."
        assert texts["not_qualified"] == "Salem trains Two and holds no valid trainer's certificate."
        assert not [text for kind, text in warnings(programme) if kind != "empty" and "Three" in text]

    def test_certificate_that_ends_before_the_cohort_warns(self, programme, tier):
        cohort = cohort_in(tier, qualified=False, name_en="One", trainer__name_en="Salem")
        held = QualificationFactory(
            holder=cohort.trainer, tier__programme=programme, valid_until=cohort.ends_on - timedelta(1)
        )
        assert ("qualification_ends", "The certificate of Salem ends before One does.") in warnings(programme)
        services.withdraw_qualification(certificate_number=held.certificate_number, on=TODAY)
        assert "not_qualified" in kinds(programme)

    def test_finished_cohort_needs_no_trainer_any_more(self, programme, tier):
        CohortFactory(tier=tier, trainer=None)
        assert kinds(programme, date(2027, 1, 1)) == []

    def test_first_tier_is_trained_by_the_programme_without_warning(self, programme, tier):
        CohortFactory(tier=programme.tiers.get(level=1), trainer=None)
        assert "no_trainer" not in kinds(programme)

    @pytest.mark.parametrize(("women", "warned"), [(0, True), (2, True), (3, False), (10, False)])
    def test_share_of_women_below_the_target_warns(self, programme, tier, women, warned):
        cohort = cohort_in(tier, name_en="One")
        EnrolmentFactory.create_batch(women, cohort=cohort, learner__sex="F")
        EnrolmentFactory.create_batch(10 - women, cohort=cohort, learner__sex="M")
        found = kinds(programme)
        assert ("women" in found, "cohort_women" in found) == (warned, warned)

    def test_share_of_women_obeys_the_cohorts_own_target_and_says_nothing_about_a_few(self, programme, tier):
        own = cohort_in(tier, women_share_target=0)
        EnrolmentFactory.create_batch(6, cohort=own, learner__sex="M")
        few = cohort_in(tier)
        EnrolmentFactory.create_batch(4, cohort=few, learner__sex="M")
        assert "cohort_women" not in kinds(programme)

    def test_past_day_without_attendance_warns_until_it_is_recorded(self, programme, tier):
        cohort = CohortFactory(tier=tier, name_en="One")
        session = TrainingSessionFactory(cohort=cohort, days=[date(2026, 2, 1), date(2026, 3, 1)])
        learner = EnrolmentFactory(cohort=cohort)
        assert ("attendance", "Attendance is missing for 1 past day of One.") in warnings(programme)
        services.record_attendance(
            day=session.days.first(), presence={learner.pk: True}, actor=cohort.trainer
        )
        assert "attendance" not in kinds(programme)

    def test_invitations_that_nobody_opens_warn_after_a_week(self, programme, tier):
        enrolment = EnrolmentFactory(cohort=cohort_in(tier), state=EnrolmentState.INVITED)
        day = enrolment.enrolled_at.date()
        assert "invitations" not in kinds(programme, day + timedelta(7))
        assert "invitations" in kinds(programme, day + timedelta(9))

    def test_programme_without_tiers_says_so(self, programme):
        assert kinds(programme) == ["tiers"]

    def test_warnings_queries_do_not_grow(self, programme, tier, django_assert_num_queries):
        for size in (1, 3, 30):
            for _ in range(size):
                EnrolmentFactory(cohort=cohort_in(tier))
            with django_assert_num_queries(5):
                selectors.programme_warnings(programme, TODAY)


class TestFigures:
    def test_programme_figures_count_people_places_and_states(self, programme, tier):
        west = RegionFactory(name_en="West", order=1)
        east = RegionFactory(name_en="East", order=2)
        misrata = cohort_in(tier, municipality=MunicipalityFactory(name_en="Misrata", region=west))
        tobruk = cohort_in(tier, municipality=MunicipalityFactory(name_en="Tobruk", region=east))
        certified = EnrolmentFactory(cohort=misrata, state=EnrolmentState.CERTIFIED, learner__sex="F")
        QualificationFactory(holder=certified.learner, tier=tier, certificate_number="old")
        QualificationFactory(holder=certified.learner, tier=tier, certificate_number="new")
        EnrolmentFactory(cohort=misrata, learner__sex="M")
        EnrolmentFactory(cohort=tobruk, state=EnrolmentState.INVITED, learner__sex="M")
        EnrolmentFactory(cohort=tobruk, state=EnrolmentState.WITHDRAWN, learner__sex="F")
        figures = selectors.programme_figures(programme, TODAY)
        observers = figures.observers
        assert (observers.tier.target, observers.learners, observers.women, observers.certified) == (
            700,
            3,
            1,
            1,
        )
        assert (figures.tiers[0].tier.target, figures.tiers[0].certified) == (18, 2)
        assert [
            (place.name, place.cohorts, place.learners, place.women, place.certified)
            for place in figures.regions
        ] == [("West", 1, 2, 1, 1), ("East", 1, 1, 0, 0)]
        assert [place.name for place in figures.municipalities] == ["Misrata", "Tobruk"]
        assert dict(figures.states) == {
            "Invited": 1,
            "In training": 1,
            "Training completed": 0,
            "Certified": 1,
            "Withdrawn": 1,
        }

    def test_programme_figures_tell_expired_from_withdrawn_certificates(self, programme, tier):
        QualificationFactory(tier=tier, valid_until=TODAY - timedelta(1))
        QualificationFactory(tier=tier, withdrawn_on=TODAY)
        QualificationFactory(tier=tier, withdrawn_on=TODAY + timedelta(1))
        observers = selectors.programme_figures(programme, TODAY).observers
        assert (observers.certified, observers.expired, observers.withdrawn) == (1, 1, 1)

    def test_disability_is_shown_from_five_consents_on(self, programme, tier):
        cohort = cohort_in(tier)
        EnrolmentFactory.create_batch(3, cohort=cohort, learner__has_disability=False)
        EnrolmentFactory(cohort=cohort, learner__has_disability=True)
        EnrolmentFactory.create_batch(3, cohort=cohort, learner__has_disability=None)
        assert not selectors.programme_figures(programme, TODAY).observers.shows_disability
        EnrolmentFactory(cohort=cohort, learner__has_disability=True)
        observers = selectors.programme_figures(programme, TODAY).observers
        assert observers.shows_disability
        assert (observers.disability, observers.disability_answers) == (2, 5)

    def test_training_days_and_head_count_are_of_distinct_people(self, programme, tier):
        cohort = CohortFactory(tier=tier)
        session = TrainingSessionFactory(
            cohort=cohort, days=[date(2026, 2, 1), date(2026, 2, 2), date(2026, 4, 1)]
        )
        learners = EnrolmentFactory.create_batch(3, cohort=cohort)
        for day in session.days.all()[:2]:
            services.record_attendance(
                day=day, presence={one.pk: True for one in learners}, actor=cohort.trainer
            )
        figures = selectors.programme_figures(programme, TODAY)
        assert (figures.days_held, figures.days_planned, figures.people_trained) == (2, 1, 3)

    def test_figures_queries_do_not_grow(self, programme, tier, django_assert_num_queries):
        for size in (1, 3, 30):
            for _ in range(size):
                EnrolmentFactory(cohort=cohort_in(tier))
            with django_assert_num_queries(11):
                selectors.programme_figures(programme, TODAY)


class Hooks:
    """A plugin's part of the dashboard."""

    @staticmethod
    def write(destination):
        destination.write(b"a,b\n")

    @staticmethod
    def fail(destination):
        raise RuntimeError


def hooks_with(**functions):
    from types import ModuleType

    from lms.plugin_api import hookimpl

    module = ModuleType("offered")
    for name, function in functions.items():
        setattr(module, name, hookimpl(function))
    return module


class TestDashboardPage:
    def open(self, client, name="dashboard", role=Role.PROGRAMME_LEAD, query=""):
        client.force_login(UserFactory(role=role))
        return client.get(reverse(f"cascade:{name}") + query)

    def test_dashboard_before_the_first_programme_says_what_to_do(self, client):
        assert "There is no programme yet" in self.open(client).content.decode()

    def test_dashboard_shows_figures_bars_and_warnings(self, client, programme, tier):
        cohort = CohortFactory(tier=tier, trainer=None, name_en="Misrata cohort", ends_on=date(2099, 1, 1))
        EnrolmentFactory(cohort=cohort, state=EnrolmentState.CERTIFIED)
        text = self.open(client).content.decode()
        assert "<small>/ 700</small>" in text
        assert "Misrata cohort has no trainer." in text
        assert '<rect class="fill-1" x="0" width="100.0"' in text

    def test_dashboard_draws_bars_from_the_right_in_arabic(self, client, programme, tier):
        EnrolmentFactory.create_batch(2, cohort=cohort_in(tier))
        EnrolmentFactory(cohort=cohort_in(tier), state=EnrolmentState.CERTIFIED)
        with translation.override("ar"):
            text = self.open(client).content.decode()
        assert '<rect class="fill-4" x="50.0" width="50.0"' in text

    def test_dashboard_of_another_programme_is_chosen_by_its_code(self, client, programme, tier):
        other = ProgrammeFactory(code="older", name_en="Older programme", starts_on=date(2020, 1, 1))
        assert (
            "Older programme</bdi></h1>"
            in self.open(client, query=f"?programme={other.code}").content.decode()
        )
        assert self.open(client, query="?programme=none").status_code == 404

    def test_dashboard_queries_do_not_grow(self, client, programme, tier, queries_of):
        client.force_login(UserFactory(role=Role.PROGRAMME_LEAD))
        counts = set()
        for size in (1, 3, 30):
            for _ in range(size):
                EnrolmentFactory(cohort=cohort_in(tier))
            counts.add(queries_of(reverse("cascade:dashboard")))
        assert len(counts) == 1, counts

    def test_dashboard_shows_the_cards_of_plugins_and_survives_a_failing_one(self, client, programme, tier):
        card = DashboardCard(
            "offered.card", 1, "A card", "cascade/_bar.html", permission="cascade.view_dashboard"
        )
        own = DashboardCard("offered.own", 2, "The lead's own affair", "cascade/_bar.html")

        def explode(request):
            raise RuntimeError

        with (
            plugin_registered(hooks_with(dashboard_cards=lambda request: [card, own]), "offered"),
            plugin_registered(hooks_with(dashboard_cards=explode), "broken"),
        ):
            text = self.open(client).content.decode()
        assert 'aria-label="A card"' in text
        assert "own affair" not in text

    def test_reports_offer_the_exports_of_plugins_and_name_the_one_that_fails(self, client, programme):
        good = DataExport(
            "offered.good", "Good", "text/csv", "cascade.view_dashboard", Hooks.write, "good.csv"
        )
        bad = DataExport("offered.bad", "Bad", "text/csv", "cascade.view_dashboard", Hooks.fail)
        with plugin_registered(hooks_with(data_exports=lambda user: [good, bad]), "offered"):
            assert "Good" in self.open(client, "reports").content.decode()
            answer = client.get(reverse("cascade:plugin_export", args=["offered.good"]))
            assert b"".join(answer.streaming_content) == b"a,b\n"
            assert 'filename="good.csv"' in answer["Content-Disposition"]
            failed = client.get(reverse("cascade:plugin_export", args=["offered.bad"]))
            assert failed.status_code == 500
            assert "offered" in failed.content.decode()
            assert client.get(reverse("cascade:plugin_export", args=["offered.none"])).status_code == 404


class TestReports:
    def text(self, client, key):
        return b"".join(client.get(reverse("cascade:report_csv", args=[key])).streaming_content).decode()

    @pytest.fixture
    def hostile(self, tier):
        cohort = cohort_in(tier, name_en="=1+1", name_ar="@SUM(A1)")
        learner = EnrolmentFactory(
            cohort=cohort,
            learner__name_ar="=HYPERLINK(1)",
            learner__name_en="-2+3",
            learner__phone="+218912345678",
        )
        session = TrainingSessionFactory(
            cohort=cohort, trainer_qualification=cohort.trainer.qualifications.get(), title="+1", place="\t=1"
        )
        services.record_attendance(day=session.days.get(), presence={learner.pk: True}, actor=cohort.trainer)

    @pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.key)
    def test_reports_run_no_formulas(self, client, programme, hostile, report):
        client.force_login(UserFactory(role=Role.PROGRAMME_LEAD))
        text = self.text(client, report.key)
        assert text.startswith("\ufeff")
        rows = text.lstrip("\ufeff").splitlines()
        assert len(rows) >= 2
        for row in rows:
            for cell in row.split(","):
                assert not cell.strip('"\t ').startswith(("=", "-", "@")), cell
                assert not cell.startswith("+") or cell[1:].isdigit(), cell

    def test_report_of_people_keeps_phones_whole(self, client, programme, hostile):
        client.force_login(UserFactory(role=Role.PROGRAMME_LEAD))
        assert ",+218912345678," in self.text(client, "people")

    @pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.key)
    def test_reports_are_404_without_their_permission_and_audited_with_it(self, client, programme, report):
        from wagtail.models import ModelLogEntry

        address = reverse("cascade:report_csv", args=[report.key])
        assert client.get(address).status_code == 302
        client.force_login(UserFactory(role=Role.MASTER_TRAINER))
        assert client.get(address).status_code == 404
        client.force_login(UserFactory(role=Role.AUDITOR))
        assert client.get(address).status_code == 200
        assert ModelLogEntry.objects.get(action="cascade.report").data == {"report": report.key}

    def test_report_that_does_not_exist_is_404(self, client, programme):
        client.force_login(UserFactory(role=Role.PROGRAMME_LEAD))
        assert client.get(reverse("cascade:report_csv", args=["nothing"])).status_code == 404


def test_bars_fit_the_longest_and_survive_zeros():
    assert [(bar.length, bar.part_length) for bar in bars([("a", 10, 5), ("b", 5, 0)])] == [
        (100, 50),
        (50, 0),
    ]
    assert [(bar.length, bar.offset) for bar in bars([("a", 0, 0)])] == [(0, 100)]
    assert bars([]) == []
