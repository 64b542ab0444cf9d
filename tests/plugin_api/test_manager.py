"""The isolation of plugin code, on whichever database the suite runs."""

import logging
from contextlib import suppress

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from lms.plugin_api import manager
from lms.plugin_api.manager import PluginError, call_closed, call_open, isolation
from lms.plugin_api.testing import plugin_registered

from .plugins import fail_in_sql, make_plugin, raise_personal_error

pytestmark = pytest.mark.usefixtures("no_plugins")


def keep(_plugin: str, returned: object) -> object:
    return returned


def swallow_a_failed_statement() -> list[object]:
    with suppress(DatabaseError):
        fail_in_sql()
    return []


def test_implementations_run_in_the_order_of_registration() -> None:
    with (
        plugin_registered(make_plugin("one", navigation_items=lambda: 1)),
        plugin_registered(make_plugin("two", navigation_items=lambda: 2)),
        plugin_registered(make_plugin("three", navigation_items=lambda: 3)),
    ):
        assert call_open("navigation_items", keep, request=None) == [1, 2, 3]


def test_implementation_receives_the_arguments_it_names() -> None:
    with (
        plugin_registered(
            make_plugin("all", erase_personal_data=lambda subject, dry_run: (subject, dry_run))
        ),
        plugin_registered(make_plugin("some", erase_personal_data=lambda dry_run: dry_run)),
        plugin_registered(make_plugin("none", erase_personal_data=lambda: "-")),
    ):
        answers = call_closed("erase_personal_data", keep, subject="s", dry_run=True)
        assert [answer.value for answer in answers] == [("s", True), True, "-"]


def test_failing_plugin_is_left_out_and_the_others_are_kept() -> None:
    with (
        plugin_registered(make_plugin("bad", navigation_items=raise_personal_error)),
        plugin_registered(make_plugin("good", navigation_items=lambda: "kept")),
    ):
        assert call_open("navigation_items", keep, request=None) == ["kept"]


def test_closed_call_hands_over_the_failure_of_each_plugin() -> None:
    with (
        plugin_registered(make_plugin("bad", certificate_gates=raise_personal_error)),
        plugin_registered(make_plugin("good", certificate_gates=lambda: "kept")),
    ):
        bad, good = call_closed("certificate_gates", keep)
    assert (good.plugin, good.unwrap()) == ("good", "kept")
    with pytest.raises(PluginError, match="'bad' failed in certificate_gates") as failure:
        bad.unwrap()
    assert isinstance(failure.value.__cause__, RuntimeError)


def test_paused_plugin_is_skipped_unless_the_hook_goes_on() -> None:
    with plugin_registered(make_plugin("asleep", navigation_items=lambda: "here"), paused=True):
        assert call_open("navigation_items", keep, request=None) == []
        assert call_open("navigation_items", keep, while_paused=True, request=None) == ["here"]


def test_failure_is_logged_by_plugin_and_place_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    with plugin_registered(make_plugin("leaky", navigation_items=raise_personal_error)):
        call_open("navigation_items", keep, request=None)
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "plugin leaky failed in navigation_items: RuntimeError at" in record.getMessage()
    assert "plugins.py:" in record.getMessage()
    assert "khadija" not in caplog.text


@override_settings(DEBUG=True)
def test_failure_shows_its_message_to_a_developer(caplog: pytest.LogCaptureFixture) -> None:
    with plugin_registered(make_plugin("leaky", navigation_items=raise_personal_error)):
        call_open("navigation_items", keep, request=None)
    assert "khadija" in caplog.text


def test_interrupts_pass_through() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with (
        plugin_registered(make_plugin("stopped", navigation_items=interrupt)),
        pytest.raises(KeyboardInterrupt),
    ):
        call_open("navigation_items", keep, request=None)


@pytest.mark.django_db
def test_sql_error_of_a_plugin_leaves_the_transaction_usable() -> None:
    with plugin_registered(make_plugin("clumsy", navigation_items=fail_in_sql)), transaction.atomic():
        Group.objects.create(name="before")
        assert call_open("navigation_items", keep, request=None) == []
        Group.objects.create(name="after")
    assert Group.objects.filter(name__in=["before", "after"]).count() == 2


@pytest.mark.django_db
def test_sql_error_that_a_plugin_swallowed_leaves_the_transaction_usable() -> None:
    """On PostgreSQL the plugin then counts as failed, since everything after its error was lost."""
    with (
        plugin_registered(make_plugin("sly", navigation_items=swallow_a_failed_statement)),
        transaction.atomic(),
    ):
        answered = call_open("navigation_items", keep, request=None)
        assert answered == ([] if connection.vendor == "postgresql" else [[]])
        Group.objects.create(name="after")
    assert Group.objects.filter(name="after").exists()


@pytest.mark.django_db
def test_writes_of_a_failing_plugin_are_undone() -> None:
    def write_and_fail() -> None:
        Group.objects.create(name="half")
        raise ValueError

    with plugin_registered(make_plugin("half", navigation_items=write_and_fail)), transaction.atomic():
        call_open("navigation_items", keep, request=None)
    assert not Group.objects.filter(name="half").exists()


@pytest.mark.django_db(transaction=True)
def test_reading_outside_a_transaction_opens_none() -> None:
    """A page that only reads must not take the write lock of SQLite."""
    seen = []
    with isolation("reader", "navigation_items"):
        seen.append(connection.in_atomic_block)
    with isolation("writer", "certificate_issued", atomic=True):
        seen.append(connection.in_atomic_block)
    assert seen == [False, True]


def test_registering_the_same_module_twice_is_harmless() -> None:
    plugin = make_plugin("again", navigation_items=lambda: 1)
    with plugin_registered(plugin):
        manager.register("again", plugin)
        assert call_open("navigation_items", keep, request=None) == [1]


def test_hook_with_an_unknown_argument_is_refused_at_registration() -> None:
    plugin = make_plugin("curious", navigation_items=lambda request, password: [])
    with pytest.raises(
        ImproperlyConfigured, match=r"(?s)hooks of the plugin 'curious' are refused.*password"
    ):
        manager.register("curious", plugin)
    assert not manager.pm.has_plugin("curious")


def test_two_plugins_under_one_name_are_refused() -> None:
    with (
        plugin_registered(make_plugin("same", navigation_items=lambda: 1)),
        pytest.raises(ImproperlyConfigured, match="already registered"),
    ):
        manager.register("same", make_plugin("same", navigation_items=lambda: 2))
