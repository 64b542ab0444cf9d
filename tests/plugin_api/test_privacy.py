"""Privacy fails closed: no silent gap, no half erasure."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction

from lms.plugin_api import DataField, ErasureAction, ErasureEntry, PersonalDataFile
from lms.plugin_api.manager import PluginError
from lms.plugin_api.privacy import (
    PluginErasure,
    PluginInventory,
    erase_personal_data,
    export_personal_data,
    personal_data_inventory,
)
from lms.plugin_api.testing import plugin_registered

from .plugins import fail_in_sql, make_plugin, raise_personal_error

pytestmark = pytest.mark.usefixtures("no_plugins")

SUBJECT: Any = "a person"
FILE = PersonalDataFile("oaths.json", "application/json", b"[]")
ERASED = ErasureEntry("oath.Oath", ErasureAction.ERASED, 2)
FIELD = DataField("oath.Oath", "name", "to know who swore", "five years")


def test_export_personal_data_with_good_plugin_gives_files_in_its_folder() -> None:
    with (
        plugin_registered(make_plugin("oath", export_personal_data=lambda subject: [FILE])),
        plugin_registered(make_plugin("survey", export_personal_data=lambda subject: [FILE])),
    ):
        export = export_personal_data(SUBJECT)
    assert export.files == {"oath/oaths.json": FILE, "survey/oaths.json": FILE}
    assert export.is_complete


def test_export_personal_data_without_plugin_is_complete() -> None:
    export = export_personal_data(SUBJECT)
    assert export.files == {}
    assert export.is_complete


def test_export_personal_data_with_raising_plugin_is_incomplete_and_names_it() -> None:
    with (
        plugin_registered(make_plugin("bad", export_personal_data=raise_personal_error)),
        plugin_registered(make_plugin("oath", export_personal_data=lambda subject: [FILE])),
    ):
        export = export_personal_data(SUBJECT)
    assert export.incomplete == ("bad",)
    assert not export.is_complete
    assert list(export.files) == ["oath/oaths.json"]


def test_export_personal_data_with_two_files_of_one_name_is_incomplete() -> None:
    with plugin_registered(make_plugin("oath", export_personal_data=lambda subject: [FILE, FILE])):
        assert export_personal_data(SUBJECT).incomplete == ("oath",)


def test_export_personal_data_that_fails_half_way_gives_no_file() -> None:
    def files(subject: object) -> Iterator[PersonalDataFile]:
        yield FILE
        raise RuntimeError

    with plugin_registered(make_plugin("oath", export_personal_data=files)):
        export = export_personal_data(SUBJECT)
    assert (export.files, export.incomplete) == ({}, ("oath",))


def test_export_personal_data_of_a_paused_plugin_stays() -> None:
    with plugin_registered(make_plugin("oath", export_personal_data=lambda subject: [FILE]), paused=True):
        assert list(export_personal_data(SUBJECT).files) == ["oath/oaths.json"]


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../other.json", "a/../b", "a//b", "a\\b", "./a"])
def test_personal_data_file_outside_its_folder_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="plain relative path"):
        PersonalDataFile(name, "text/plain", b"")


def deletes_group(name: str) -> Callable[..., list[ErasureEntry]]:
    def erase(subject: object, dry_run: bool) -> list[ErasureEntry]:
        Group.objects.filter(name=name).delete()
        return [ERASED]

    return erase


@pytest.mark.django_db
def test_erase_personal_data_with_good_plugin_is_done_and_accounted_for() -> None:
    Group.objects.create(name="oath")
    with plugin_registered(make_plugin("oath", erase_personal_data=deletes_group("oath"))):
        report = erase_personal_data(SUBJECT, dry_run=False)
    assert report == [PluginErasure("oath", (ERASED,))]
    assert not Group.objects.filter(name="oath").exists()


@pytest.mark.django_db
def test_erase_personal_data_without_plugin_reports_nothing() -> None:
    assert erase_personal_data(SUBJECT, dry_run=False) == []


@pytest.mark.django_db
@pytest.mark.parametrize("failure", [raise_personal_error, fail_in_sql])
def test_erase_personal_data_with_raising_plugin_erases_nothing_anywhere(failure: Callable[[], None]) -> None:
    Group.objects.create(name="oath")
    with (
        plugin_registered(make_plugin("oath", erase_personal_data=deletes_group("oath"))),
        plugin_registered(make_plugin("bad", erase_personal_data=lambda subject: failure())),
        pytest.raises(PluginError, match="'bad' failed in erase_personal_data"),
    ):
        erase_personal_data(SUBJECT, dry_run=False)
    assert Group.objects.filter(name="oath").exists()


@pytest.mark.django_db
def test_erase_personal_data_with_raising_plugin_undoes_the_caller_too() -> None:
    """The platform erases its own rows in the same transaction."""
    Group.objects.create(name="core")
    with (
        plugin_registered(make_plugin("bad", erase_personal_data=raise_personal_error)),
        pytest.raises(PluginError),
        transaction.atomic(),
    ):
        Group.objects.filter(name="core").delete()
        erase_personal_data(SUBJECT, dry_run=False)
    assert Group.objects.filter(name="core").exists()


@pytest.mark.django_db
def test_dry_run_of_a_plugin_that_ignores_it_changes_nothing() -> None:
    Group.objects.create(name="oath")
    with plugin_registered(make_plugin("oath", erase_personal_data=deletes_group("oath"))):
        report = erase_personal_data(SUBJECT, dry_run=True)
    assert report == [PluginErasure("oath", (ERASED,))]
    assert Group.objects.filter(name="oath").exists()


@pytest.mark.django_db
def test_dry_run_leaves_the_transaction_of_the_caller_usable() -> None:
    with transaction.atomic():
        erase_personal_data(SUBJECT, dry_run=True)
        Group.objects.create(name="after")
    assert Group.objects.filter(name="after").exists()


@pytest.mark.django_db
def test_erasure_that_accounts_for_nothing_counts_as_failed() -> None:
    with (
        plugin_registered(make_plugin("oath", erase_personal_data=lambda subject, dry_run: None)),
        pytest.raises(PluginError),
    ):
        erase_personal_data(SUBJECT, dry_run=False)


def test_retaining_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match=r"retains oath\.Oath without a reason"):
        ErasureEntry("oath.Oath", ErasureAction.RETAINED, 1)


def test_personal_data_inventory_with_good_plugin_lists_its_fields() -> None:
    with plugin_registered(make_plugin("oath", personal_data_inventory=lambda: [FIELD])):
        assert personal_data_inventory() == [PluginInventory("oath", (FIELD,))]


def test_personal_data_inventory_without_plugin_is_empty() -> None:
    assert personal_data_inventory() == []


def test_personal_data_inventory_with_raising_plugin_is_refused() -> None:
    with (
        plugin_registered(make_plugin("oath", personal_data_inventory=lambda: [FIELD])),
        plugin_registered(make_plugin("bad", personal_data_inventory=raise_personal_error)),
        pytest.raises(PluginError, match="'bad' failed in personal_data_inventory"),
    ):
        personal_data_inventory()


def test_personal_data_inventory_of_a_paused_plugin_stays() -> None:
    with plugin_registered(make_plugin("oath", personal_data_inventory=lambda: [FIELD]), paused=True):
        assert len(personal_data_inventory()) == 1


def test_personal_data_inventory_of_other_things_is_refused() -> None:
    with (
        plugin_registered(make_plugin("oath", personal_data_inventory=lambda: ["name"])),
        pytest.raises(PluginError),
    ):
        personal_data_inventory()
