"""CSV that shows no more than the page does and runs nothing in a spreadsheet."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import translation

from lms.people.enums import Role as PlatformRole
from lms.plugin_api.host import find_data_export, write_data_export
from plugins.code_of_conduct.services import sign_endorsement, withdraw_endorsement
from tests.factories.code_of_conduct import body_signature, endorse, endorse_as_body, publish
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def public_rows(client: object, **query: str) -> list[dict[str, str]]:
    with translation.override("en"):
        response = client.get(reverse("code_of_conduct:register_csv"), query)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_public_file_holds_what_was_entered_in_the_register(client: object) -> None:
    version = publish()
    endorse(version, name="خديجة")
    withdraw_endorsement(endorsement=endorse_as_body(version), reason="secret reason")
    sign_endorsement(signature=body_signature(version, name="حزب ينتظر"))
    rows = public_rows(client)
    assert [(row["Name"], row["State"]) for row in rows] == [
        ("حزب النخيل التجريبي", "Withdrawn"),
        ("خديجة", "In force"),
    ]
    assert not any("secret" in str(row) or "example.org" in str(row) for row in rows)


def test_public_file_leaves_out_names_that_are_not_published(client: object) -> None:
    endorse(publish(), agreed_publication=False, name="نجاة")
    (row,) = public_rows(client)
    assert row["Name"] == ""


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_names_do_not_run_as_formulas(client: object, name: str) -> None:
    endorse(publish(), name=name)
    (row,) = public_rows(client)
    assert row["Name"] == f"'{name}"


def test_public_file_is_narrowed_as_the_page_is(client: object) -> None:
    version = publish()
    endorse(version, name="أحمد الترهوني")
    endorse_as_body(version)
    assert [row["Sector"] for row in public_rows(client, q="احمد")] == ["Civil"]
    assert [row["Sector"] for row in public_rows(client, sector="political")] == ["Political"]


def test_staff_file_holds_every_state_and_needs_the_permission() -> None:
    version = publish()
    endorse(version, agreed_publication=False, name="نجاة")
    sign_endorsement(signature=body_signature(version))
    lead = UserFactory(role=PlatformRole.PROGRAMME_LEAD)
    offered = find_data_export(lead, "code_of_conduct.endorsements")
    with translation.override("en"), write_data_export(offered) as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file, "utf-8-sig")))
    assert [(row["Name"], row["State"]) for row in rows] == [
        ("نجاة", "In force"),
        ("حزب النخيل التجريبي", "Awaiting review"),
    ]
    assert find_data_export(UserFactory(), "code_of_conduct.endorsements") is None


@pytest.mark.parametrize("count", [1, 3, 30])
def test_files_take_the_same_queries_however_many_rows(
    client: object, count: int, at_most_queries: object
) -> None:
    version = publish()
    for _person in range(count):
        endorse(version)
    with at_most_queries(1):
        assert len(public_rows(client)) == count
