"""The trainer's pages, from outside: what they show, to whom, and with how many queries."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone, translation

from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Attendance, Training, TrainingSession
from lms.people.enums import Role
from tests.factories.cascade import (
    CohortFactory,
    EnrolmentFactory,
    QualificationFactory,
    TierFactory,
    TrainingSessionFactory,
)
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def trainer(client, cohort):
    client.force_login(cohort.trainer)
    return cohort.trainer


def cohort_pages(cohort):
    session = cohort.sessions.first() or TrainingSessionFactory(cohort=cohort)
    day = session.days.first()
    return {
        "cohort": reverse("cascade:cohort", args=[cohort.public_id]),
        "invitations": reverse("cascade:cohort_invitations", args=[cohort.public_id]),
        "invitations_csv": reverse("cascade:cohort_invitations_csv", args=[cohort.public_id]),
        "session_add": reverse("cascade:session_add", args=[cohort.public_id]),
        "attendance": reverse("cascade:attendance", args=[session.public_id, day.date]),
    }


class TestDoors:
    @pytest.mark.parametrize(
        "page", ["cohort", "invitations", "invitations_csv", "session_add", "attendance"]
    )
    def test_pages_of_a_cohort_open_to_its_trainer_and_the_lead_and_are_404_to_all_others(
        self, client, cohort, page
    ):
        address = cohort_pages(cohort)[page]
        learner = EnrolmentFactory(cohort=cohort).learner
        answers = {}
        for name, person in {
            "trainer": cohort.trainer,
            "lead": UserFactory(role=Role.PROGRAMME_LEAD),
            "other trainer": CohortFactory(tier=cohort.tier).trainer,
            "master trainer": UserFactory(role=Role.MASTER_TRAINER),
            "learner": learner,
        }.items():
            client.force_login(person)
            answers[name] = client.get(address).status_code
        assert answers == {
            "trainer": 200,
            "lead": 200,
            "other trainer": 404,
            "master trainer": 404,
            "learner": 404,
        }
        client.logout()
        assert client.get(address).status_code == 302

    def test_auditor_opens_a_cohort_and_cannot_run_it(self, client, cohort):
        client.force_login(UserFactory(role=Role.AUDITOR))
        pages = cohort_pages(cohort)
        assert client.get(pages.pop("cohort")).status_code == 200
        assert {client.get(page).status_code for page in pages.values()} == {404}

    @pytest.mark.parametrize("name", ["send_invitations", "session_add"])
    def test_posts_to_another_trainers_cohort_are_404_and_change_nothing(
        self, client, cohort, name, mailoutbox
    ):
        EnrolmentFactory(cohort=cohort, state=EnrolmentState.INVITED)
        client.force_login(CohortFactory().trainer)
        answer = client.post(reverse(f"cascade:{name}", args=[cohort.public_id]), {"title": "x"})
        assert answer.status_code == 404
        assert mailoutbox == []

    def test_attendance_of_another_trainers_session_cannot_be_written(self, client, cohort):
        address = cohort_pages(cohort)["attendance"]
        learner = EnrolmentFactory(cohort=cohort)
        client.force_login(CohortFactory().trainer)
        assert client.post(address, {"present": [str(learner.public_id)]}).status_code == 404
        assert not Attendance.objects.exists()

    def test_trainer_page_opens_to_trainer_lead_and_whoever_trained_the_trainer(self, client):
        level_one = CohortFactory(tier=TierFactory(level=1))
        trainer = EnrolmentFactory(cohort=level_one).learner
        address = reverse("cascade:trainer", args=[trainer.public_id])
        for person, status in [
            (trainer, 200),
            (UserFactory(role=Role.PROGRAMME_LEAD), 200),
            (level_one.trainer, 200),
            (CohortFactory().trainer, 404),
            (UserFactory(), 404),
        ]:
            client.force_login(person)
            assert client.get(address).status_code == status

    def test_dashboard_and_reports_are_for_leads_and_auditors(self, client, cohort):
        for name in ("dashboard", "reports"):
            address = reverse(f"cascade:{name}")
            assert client.get(address).status_code == 302
            for role, status in [
                (Role.PROGRAMME_LEAD, 200),
                (Role.AUDITOR, 200),
                (Role.MASTER_TRAINER, 403),
                (Role.REVIEWER, 403),
            ]:
                client.force_login(UserFactory(role=role))
                assert client.get(address).status_code == status
            client.logout()

    @pytest.mark.parametrize("day", ["2026-02-31", "2026-2-1", "yesterday"])
    def test_attendance_on_a_day_that_is_none_is_404(self, client, trainer, cohort, day):
        session = TrainingSessionFactory(cohort=cohort)
        address = reverse("cascade:attendance", args=[session.public_id, date(2026, 2, 1)])
        assert client.get(address.replace("2026-02-01", day)).status_code == 404


class TestPages:
    def test_my_cohorts_lists_only_ones_own(self, client, trainer, cohort):
        CohortFactory(name_en="Somebody else's")
        page = client.get(reverse("cascade:my_cohorts")).content.decode()
        assert cohort.name_en in page
        assert "Somebody else" not in page

    def test_my_cohorts_of_somebody_without_one_says_what_happens_next(self, client):
        client.force_login(UserFactory())
        page = client.get(reverse("cascade:my_cohorts")).content.decode()
        assert "You have no cohort yet" in page

    @pytest.mark.parametrize("name", ["my_cohorts", "cohort", "attendance", "trainer", "invitations"])
    def test_query_counts_do_not_grow(self, client, queries_of, name):
        counts = set()
        for size in (1, 3, 30):
            cohort = CohortFactory()
            for _ in range(min(size, 5)):
                TrainingSessionFactory(
                    cohort=cohort,
                    days=[timezone.localdate() - timedelta(days=2), timezone.localdate()],
                )
            for enrolment in EnrolmentFactory.create_batch(size, cohort=cohort, state=EnrolmentState.INVITED):
                QualificationFactory(holder=enrolment.learner, tier=cohort.tier)
            CohortFactory.create_batch(min(size, 5), trainer=cohort.trainer, tier=cohort.tier)
            client.force_login(cohort.trainer)
            addresses = {
                **cohort_pages(cohort),
                "my_cohorts": reverse("cascade:my_cohorts"),
                "trainer": reverse("cascade:trainer", args=[cohort.trainer.public_id]),
            }
            counts.add(queries_of(addresses[name]))
        assert len(counts) == 1, counts
        assert max(counts) <= 25

    def test_cohort_page_escapes_html_in_names(self, client, trainer, cohort):
        EnrolmentFactory(cohort=cohort, learner__name_en="<img src=x onerror=alert(1)>")
        page = client.get(reverse("cascade:cohort", args=[cohort.public_id])).content.decode()
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page

    def test_trainer_page_with_700_below_stays_within_its_budget(self, client):
        trainer = UserFactory()
        tier = TierFactory()
        cohorts = [CohortFactory(trainer=trainer, tier=tier) for _ in range(18)]
        from lms.cascade.models import Enrolment
        from lms.people.models import User

        people = User.objects.bulk_create(
            User(
                phone=f"+2189200{n:05d}",
                name_ar="عبد الرحمن محمد المختار بن عبد السلام الورفلي",
                name_en="Abd al-Rahman Mohamed al-Mukhtar",
                password="!",
            )
            for n in range(702)
        )
        Enrolment.objects.bulk_create(
            Enrolment(cohort=cohorts[n % 18], tier=tier, learner=person, state=EnrolmentState.CERTIFIED)
            for n, person in enumerate(people)
        )
        client.force_login(trainer)
        page = client.get(
            reverse("cascade:trainer", args=[trainer.public_id]), headers={"accept-encoding": "gzip"}
        )
        assert page["Content-Encoding"] == "gzip"
        assert len(page.content) < 60_000
        import gzip

        text = gzip.decompress(page.content).decode()
        assert len(text) < 150_000
        assert text.count("Abd al-Rahman") == 702
        assert "<details open" not in text


class TestTree:
    def test_trainer_page_goes_down_to_any_depth(self, client):
        top = CohortFactory(name_en="Top cohort")
        below = EnrolmentFactory(cohort=top, learner__name_en="Second").learner
        second = CohortFactory(trainer=below, tier=TierFactory(programme=top.tier.programme, level=3))
        deeper = EnrolmentFactory(cohort=second, learner__name_en="Third").learner
        third = CohortFactory(trainer=deeper, tier=TierFactory(programme=top.tier.programme, level=4))
        EnrolmentFactory(cohort=third, learner__name_en="Fourth")
        client.force_login(top.trainer)
        page = client.get(reverse("cascade:trainer", args=[top.trainer.public_id])).content.decode()
        assert page.index("Second") < page.index("Third") < page.index("Fourth")

    def test_cascade_that_bites_its_own_tail_ends(self, client):
        one = CohortFactory()
        two = CohortFactory(
            trainer=EnrolmentFactory(cohort=one).learner,
            tier=TierFactory(programme=one.tier.programme, level=3),
        )
        EnrolmentFactory(cohort=two, learner=one.trainer)
        client.force_login(one.trainer)
        assert client.get(reverse("cascade:trainer", args=[one.trainer.public_id])).status_code == 200


class TestAttendancePage:
    def held_today(self, cohort):
        session = TrainingSessionFactory(cohort=cohort, days=[timezone.localdate()])
        return reverse("cascade:attendance", args=[session.public_id, timezone.localdate()])

    def test_attendance_is_saved_and_shown_again(self, client, trainer, cohort):
        here, away = EnrolmentFactory.create_batch(2, cohort=cohort)
        address = self.held_today(cohort)
        answer = client.post(address, {"present": [str(here.public_id)]}, follow=True)
        text = answer.content.decode()
        assert "Saved on the server: 1 person present." in text
        assert text.count(" checked") == 1
        assert dict(Attendance.objects.values_list("enrolment", "is_present")) == {
            here.pk: True,
            away.pk: False,
        }
        assert Training.objects.get().learner == here.learner

    def test_attendance_that_is_refused_keeps_the_ticks(self, client, trainer, cohort):
        here = EnrolmentFactory(cohort=cohort)
        address = self.held_today(cohort)
        qualification = TrainingSession.objects.get().trainer_qualification
        qualification.withdrawn_on = date(2025, 6, 1)
        qualification.save()
        answer = client.post(address, {"present": [str(here.public_id)]})
        assert answer.status_code == 409
        text = answer.content.decode()
        assert "was withdrawn on 1 June 2025" in text
        assert text.count(" checked") == 1
        assert not Attendance.objects.exists()

    def test_attendance_ignores_identifiers_of_strangers(self, client, trainer, cohort):
        EnrolmentFactory(cohort=cohort)
        stranger = EnrolmentFactory()
        client.post(self.held_today(cohort), {"present": [str(stranger.public_id), "rubbish"]})
        assert not Attendance.objects.filter(is_present=True).exists()


class TestSessionPage:
    def post(self, client, cohort, **changes):
        data = {
            "title": "Principles",
            "place": "Municipal hall",
            "materials_version": "2026-11",
            "day-TOTAL_FORMS": "3",
            "day-INITIAL_FORMS": "0",
            "day-0-date": "2026-03-01",
            "day-0-starts_at": "09:00",
            "day-0-ends_at": "15:00",
            **changes,
        }
        return client.post(reverse("cascade:session_add", args=[cohort.public_id]), data)

    def test_session_is_planned_with_its_days(self, client, trainer, cohort):
        level_one = TierFactory(programme=cohort.tier.programme, level=1)
        QualificationFactory(holder=trainer, tier=level_one)
        answer = self.post(
            client,
            cohort,
            **{"day-1-date": "2026-03-02", "day-1-starts_at": "09:00", "day-1-ends_at": "12:00"},
        )
        assert answer.status_code == 302
        assert [day.date.day for day in TrainingSession.objects.get().days.all()] == [1, 2]

    def test_session_offers_five_days_of_which_only_the_first_is_asked_for(self, client, trainer, cohort):
        page = client.get(reverse("cascade:session_add", args=[cohort.public_id]))
        days = page.context["days"]
        assert [form.empty_permitted for form in days] == [False, True, True, True, True]
        assert all(f'name="day-{number}-date"' in page.content.decode() for number in range(5))

    def test_session_of_five_days_is_planned(self, client, trainer, cohort):
        QualificationFactory(holder=trainer, tier=TierFactory(programme=cohort.tier.programme, level=1))
        days = {
            f"day-{number}-{name}": value
            for number in range(5)
            for name, value in {
                "date": f"2026-03-0{number + 1}",
                "starts_at": "09:00",
                "ends_at": "12:00",
            }.items()
        }
        assert self.post(client, cohort, **days, **{"day-TOTAL_FORMS": "5"}).status_code == 302
        assert TrainingSession.objects.get().days.count() == 5

    def test_session_of_an_uncertified_trainer_is_refused_with_the_reason(self, client, trainer, cohort):
        answer = self.post(client, cohort)
        assert "holds no trainer&#x27;s certificate" in answer.content.decode()
        assert not TrainingSession.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"day-0-ends_at": "08:00"}, "The day must end after it begins."),
            ({"day-0-date": ""}, "This field is required."),
            (
                {"day-1-date": "2026-03-01", "day-1-starts_at": "09:00", "day-1-ends_at": "10:00"},
                "Each date can stand only once.",
            ),
            ({"title": ""}, "This field is required."),
        ],
    )
    def test_session_with_bad_input_says_so_and_loses_nothing(
        self, client, trainer, cohort, changes, sentence
    ):
        page = self.post(client, cohort, **changes).content.decode()
        assert sentence in page
        assert "Municipal hall" in page
        assert not TrainingSession.objects.exists()


def test_invitations_csv_is_safe_and_audited(client, trainer, cohort):
    from wagtail.models import ModelLogEntry

    EnrolmentFactory(cohort=cohort, state=EnrolmentState.INVITED, learner__name_en="=cmd|' /C calc'!A0")
    answer = client.get(reverse("cascade:cohort_invitations_csv", args=[cohort.public_id]))
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    assert "'=cmd|" in text
    assert "/people/invitation/" in text
    assert ModelLogEntry.objects.filter(action="cascade.invitation_list", user=trainer).exists()


def test_send_invitations_button_sends_and_reports(client, trainer, cohort, mailoutbox):
    EnrolmentFactory(cohort=cohort, state=EnrolmentState.INVITED)
    address = reverse("cascade:send_invitations", args=[cohort.public_id])
    page = client.post(address, follow=True).content.decode()
    assert "1 invitation has been sent." in page
    assert len(mailoutbox) == 1
    assert client.get(address).status_code == 405
