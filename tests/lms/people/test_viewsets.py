"""The account screens: who sees and changes whom."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation
from wagtail.models import ModelLogEntry

from lms.people.enums import Role
from lms.people.models import User
from tests.factories.people import MunicipalityFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(client):
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def lead(client):
    person = UserFactory(role=Role.PROGRAMME_LEAD)
    client.force_login(person)
    return person


def data(**changes):
    return {
        "name_ar": "خديجة الترهوني",
        "name_en": "Khadija Tarhuni",
        "email": "khadija@example.org",
        "phone": "٠٩١٢٣٤٥٦٧٨",
        "language": "ar",
        "sex": "F",
        "birth_year": "1990",
        "has_disability": "True",
        "municipality": "",
        "organisation": "",
        **changes,
    }


def index(client, query=""):
    return client.get(reverse("wagtailusers_users:index") + query).content.decode()


def edit(client, person, **changes):
    return client.post(reverse("wagtailusers_users:edit", args=[person.pk]), data(is_active="on", **changes))


class TestAdding:
    def test_lead_adds_a_person_who_waits_for_an_invitation(self, client, lead):
        place, body = MunicipalityFactory(), OrganisationFactory()
        role = Group.objects.get(name=Role.MASTER_TRAINER.value)
        answer = client.post(
            reverse("wagtailusers_users:add"),
            data(municipality=place.pk, organisation=body.pk, groups=[role.pk]),
        )
        assert answer.status_code == 302, answer.content.decode()[:2000]
        person = User.objects.get(email="khadija@example.org")
        assert (str(person.phone), person.has_disability, person.municipality, person.organisation) == (
            "+218912345678",
            True,
            place,
            body,
        )
        assert not person.has_usable_password()
        assert list(person.groups.all()) == [role]
        assert EmailAddress.objects.get().email == "khadija@example.org"

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"email": "", "phone": ""}, "Give an e-mail address or a phone number."),
            ({"phone": "12"}, "Enter a valid phone number"),
            ({"email": "TAKEN@example.org"}, "already exists"),
        ],
    )
    def test_bad_input_is_refused_with_a_sentence(self, client, lead, changes, sentence):
        UserFactory(email="taken@example.org")
        before = User.objects.count()
        answer = client.post(reverse("wagtailusers_users:add"), data(**changes))
        assert sentence in answer.content.decode()
        assert User.objects.count() == before

    def test_two_people_without_email_do_not_clash(self, client, lead):
        for phone in ("0912345678", "0912345679"):
            assert (
                client.post(reverse("wagtailusers_users:add"), data(email="", phone=phone)).status_code == 302
            )

    def test_lead_cannot_make_an_administrator(self, client, lead):
        stranger = Group.objects.create(name="Key holders")
        client.post(reverse("wagtailusers_users:add"), data(is_superuser="on", groups=[stranger.pk]))
        assert not User.objects.filter(is_superuser=True).exists()
        assert not stranger.user_set.exists()


class TestChanging:
    def test_new_email_takes_the_old_one_away_for_sign_in(self, client, lead):
        person = UserFactory(email="old@example.org")
        EmailAddress.objects.create(user=person, email="old@example.org", primary=True)
        edit(client, person)
        assert list(EmailAddress.objects.values_list("email", flat=True)) == ["khadija@example.org"]

    def test_lead_cannot_touch_an_administrator(self, client, lead):
        admin = UserFactory(is_superuser=True, email="root@example.org")
        edit(client, admin)
        admin.refresh_from_db()
        assert admin.email == "root@example.org"

    def test_lead_keeps_a_persons_other_groups(self, client, lead):
        person = UserFactory(role=Role.REVIEWER)
        other = Group.objects.create(name="Key holders")
        person.groups.add(other)
        edit(client, person, groups=[Group.objects.get(name=Role.AUDITOR.value).pk])
        assert set(person.groups.values_list("name", flat=True)) == {"Key holders", "Auditors"}

    def test_nobody_closes_his_own_account(self, client, lead):
        client.post(reverse("wagtailusers_users:edit", args=[lead.pk]), data())
        lead.refresh_from_db()
        assert lead.is_active

    def test_passwords_are_not_set_by_staff(self, client, lead):
        person = UserFactory(password="a-Word-77")
        edit(client, person, password1="other-Word-88", password2="other-Word-88")
        person.refresh_from_db()
        assert person.check_password("a-Word-77")

    @pytest.mark.parametrize("action", ["assign_role", "delete", "set_active_state"])
    def test_bulk_actions_do_not_reach_beyond_the_leads_rights(self, client, lead, action):
        admin = UserFactory(is_superuser=True)
        person = UserFactory()
        group = Group.objects.create(name="Key holders")
        address = reverse("wagtail_bulk_action", args=["people", "user", action])
        client.post(f"{address}?id={admin.pk}&id={person.pk}", {"role": group.pk, "mark_as_active": "False"})
        admin.refresh_from_db()
        assert admin.is_active
        assert User.objects.filter(pk=person.pk).exists()
        assert not group.user_set.exists()

    def test_administrators_erase_and_never_delete(self, client):
        client.force_login(UserFactory(is_superuser=True))
        person = UserFactory()
        client.post(reverse("wagtailusers_users:delete", args=[person.pk]))
        client.post(reverse("wagtail_bulk_action", args=["people", "user", "delete"]) + f"?id={person.pk}")
        assert User.objects.filter(pk=person.pk).exists()


class TestListing:
    @pytest.mark.parametrize(
        "query", ["احمد عبدالله", "Ahmed", "0912345678", "٠٩١٢٣٤٥٦٧٨", "912345", "ahmed@EXAMPLE.org"]
    )
    def test_people_are_found_by_name_phone_and_email(self, client, lead, query):
        UserFactory(
            name_ar="أحمد عبد الله الترهوني",
            name_en="Ahmed T",
            phone="+218912345678",
            email="ahmed@example.org",
        )
        UserFactory(name_ar="خديجة المصراتي", name_en="Khadija M", phone="+218923000000")
        text = index(client, f"?q={query}")
        assert "Ahmed T" in text
        assert "Khadija M" not in text

    @pytest.mark.parametrize("query", ["%", "'", "<script>", "ا" * 300, "+", "0912345678901234567890"])
    def test_search_survives_odd_input(self, client, lead, query):
        assert client.get(reverse("wagtailusers_users:index"), {"q": query}).status_code == 200

    def test_list_is_closed_to_trainers(self, client):
        client.force_login(UserFactory(role=Role.MASTER_TRAINER))
        assert client.get(reverse("wagtailusers_users:index")).status_code == 302

    def test_list_exports_safely(self, client, lead):
        UserFactory(name_ar="=cmd()", name_en="@x")
        answer = client.get(reverse("wagtailusers_users:index") + "?export=csv")
        text = b"".join(answer.streaming_content).decode()
        assert "'=cmd()" in text and "'@x" in text

    def test_list_queries_do_not_grow(self, client, lead, django_assert_max_num_queries):
        for size in (1, 3, 15):
            UserFactory.create_batch(size)
            index(client)
            with django_assert_max_num_queries(30):
                index(client)

    def test_names_are_escaped(self, client, lead):
        UserFactory(name_en="<img src=x onerror=alert(1)>")
        assert "<img src=x" not in index(client)


class TestSignInLink:
    def address(self, person):
        return reverse("people_sign_in_link", args=[person.public_id])

    def edit_page(self, client, person):
        return client.get(reverse("wagtailusers_users:edit", args=[person.pk])).content.decode()

    def entries(self):
        return ModelLogEntry.objects.filter(action="people.make_sign_in_link")

    def test_lead_makes_a_link_with_which_somebody_who_forgot_the_password_chooses_another(
        self, client, lead
    ):
        person = UserFactory(email=None, phone="+218912345678", password="a-forgotten-Passphrase-1")
        assert self.address(person) in self.edit_page(client, person)
        asked = client.get(self.address(person))
        assert asked.context.get("url") is None
        assert not self.entries().exists()

        made = client.post(self.address(person))
        url = made.context["url"]
        html = made.content.decode()
        assert f'value="{url}"' in html and "w-clipboard#copy" in html
        assert made.context["code"].path in html
        assert "no-store" in made["Cache-Control"]

        entry = self.entries().get()
        assert (entry.user, entry.object_id) == (lead, str(person.pk))
        assert url.rstrip("/").rpartition("/")[2] not in str(entry.data)

        client.logout()
        new = {"new_password1": "a-new-Passphrase-2", "new_password2": "a-new-Passphrase-2"}
        assert client.post(url, new).status_code == 302
        person.refresh_from_db()
        assert person.check_password("a-new-Passphrase-2")
        assert client.get(url).status_code == 404

    def test_reviewer_in_no_cohort_gets_a_first_way_in(self, client, lead):
        reviewer = UserFactory(role=Role.REVIEWER)
        reviewer.set_unusable_password()
        reviewer.save()
        url = client.post(self.address(reviewer)).context["url"]
        client.logout()
        new = {"new_password1": "a-new-Passphrase-2", "new_password2": "a-new-Passphrase-2"}
        client.post(url, new)
        assert client.session["_auth_user_id"] == str(reviewer.pk)

    @pytest.mark.parametrize("fields", [{"is_superuser": True}, {"is_active": False}])
    def test_lead_makes_none_for_an_administrator_or_a_closed_account(self, client, lead, fields):
        person = UserFactory(**fields)
        for answer in (client.get(self.address(person)), client.post(self.address(person))):
            assert answer.status_code == 302
        assert self.address(person) not in self.edit_page(client, person)
        assert not self.entries().exists()

    def test_nobody_makes_one_for_oneself(self, client):
        for person in (UserFactory(role=Role.PROGRAMME_LEAD), UserFactory(is_superuser=True)):
            client.force_login(person)
            assert client.post(self.address(person)).status_code == 302
            assert self.address(person) not in self.edit_page(client, person)
        assert not self.entries().exists()

    def test_administrator_makes_one_for_another_administrator(self, client):
        client.force_login(UserFactory(is_superuser=True))
        assert "url" in client.post(self.address(UserFactory(is_superuser=True))).context
        assert self.entries().count() == 1

    @pytest.mark.parametrize("role", [Role.MASTER_TRAINER, Role.REVIEWER, Role.AUDITOR])
    def test_others_make_none(self, client, role):
        client.force_login(UserFactory(role=role))
        answer = client.post(self.address(UserFactory()))
        assert answer.status_code == 302 and answer["Location"] == reverse("wagtailadmin_home")
        assert not self.entries().exists()

    def test_visitor_is_asked_to_sign_in(self, client):
        answer = client.post(self.address(UserFactory()))
        assert answer.status_code == 302 and "login" in answer["Location"]
        assert not self.entries().exists()
