from typing import Any

import pytest
from django.contrib.auth.models import Group

from lms.plugin_api.demo import run_demo_data
from lms.plugin_api.manager import PluginError
from lms.plugin_api.testing import plugin_registered

from .plugins import fail_in_sql, make_plugin, raise_personal_error

pytestmark = [pytest.mark.usefixtures("no_plugins"), pytest.mark.django_db]

WORLD: Any = "a world"


def write(world: object) -> None:
    Group.objects.create(name=f"made for {world}")


def refuse_to_be_called(world: object) -> None:
    pytest.fail("called after the demo had stopped")


def is_written() -> bool:
    return Group.objects.filter(name="made for a world").exists()


def test_demo_data_with_good_plugin_fills_the_world() -> None:
    with plugin_registered(make_plugin("oath", demo_data=write)):
        run_demo_data(WORLD)
    assert is_written()


def test_demo_data_without_plugin_is_quiet() -> None:
    run_demo_data(WORLD)
    assert not is_written()


@pytest.mark.parametrize("failure", [raise_personal_error, fail_in_sql])
def test_demo_data_with_raising_plugin_stops_and_names_it(failure: Any) -> None:
    with (
        plugin_registered(make_plugin("oath", demo_data=write)),
        plugin_registered(make_plugin("bad", demo_data=lambda world: failure())),
        plugin_registered(make_plugin("late", demo_data=refuse_to_be_called)),
        pytest.raises(PluginError, match="'bad' failed in demo_data") as stopped,
    ):
        run_demo_data(WORLD)
    assert stopped.value.plugin == "bad"
    assert not is_written()


def test_demo_data_of_a_paused_plugin_is_left_out() -> None:
    with plugin_registered(make_plugin("oath", demo_data=write), paused=True):
        run_demo_data(WORLD)
    assert not is_written()


def test_demo_data_that_returns_something_is_refused() -> None:
    with plugin_registered(make_plugin("oath", demo_data=lambda world: [1])), pytest.raises(PluginError):
        run_demo_data(WORLD)
