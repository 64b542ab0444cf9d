"""Events are told after commit; whatever a plugin does with them, what happened stands."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction

from lms.plugin_api import events
from lms.plugin_api.testing import plugin_registered

from .plugins import fail_in_sql, make_plugin, raise_personal_error

pytestmark = [pytest.mark.usefixtures("no_plugins"), pytest.mark.django_db]

CERTIFICATE: Any = "a certificate"
ENROLMENT: Any = "an enrolment"
ATTEMPT: Any = "an attempt"

# Each event: how the platform tells it, and what a plugin then hears.
EVENTS: dict[str, tuple[Callable[[], None], dict[str, Any]]] = {
    "certificate_issued": (
        lambda: events.fire_certificate_issued(CERTIFICATE),
        {"certificate": CERTIFICATE},
    ),
    "certificate_revoked": (
        lambda: events.fire_certificate_revoked(CERTIFICATE, reason="lost"),
        {"certificate": CERTIFICATE, "reason": "lost"},
    ),
    "enrolment_changed": (
        lambda: events.fire_enrolment_changed(ENROLMENT, old_state="active"),
        {"enrolment": ENROLMENT, "old_state": "active"},
    ),
    "attempt_submitted": (lambda: events.fire_attempt_submitted(ATTEMPT), {"attempt": ATTEMPT}),
}


def listener(name: str, hook: str, heard: list[dict[str, Any]]) -> Any:
    """A plugin that notes what the hook was called with."""
    hooks: dict[str, Callable[..., None]] = {
        "certificate_issued": lambda certificate: heard.append({"certificate": certificate}),
        "certificate_revoked": lambda certificate, reason: heard.append(
            {"certificate": certificate, "reason": reason}
        ),
        "enrolment_changed": lambda enrolment, old_state: heard.append(
            {"enrolment": enrolment, "old_state": old_state}
        ),
        "attempt_submitted": lambda attempt: heard.append({"attempt": attempt}),
    }
    return make_plugin(name, **{hook: hooks[hook]})


def assert_told_after_commit(capture: Any, hook: str) -> None:
    fire, expected = EVENTS[hook]
    heard: list[dict[str, Any]] = []
    with plugin_registered(listener("listener", hook, heard)):
        with capture(execute=False) as callbacks:
            fire()
        assert heard == [], "told before the commit"
        for callback in callbacks:
            callback()
    assert heard == [expected]


def assert_failure_is_logged_and_others_are_told(
    capture: Any, caplog: pytest.LogCaptureFixture, hook: str
) -> None:
    fire, expected = EVENTS[hook]
    first: list[dict[str, Any]] = []
    last: list[dict[str, Any]] = []
    with (
        plugin_registered(listener("first", hook, first)),
        plugin_registered(make_plugin("bad", **{hook: raise_personal_error})),
        plugin_registered(listener("last", hook, last)),
        capture(execute=True),
    ):
        fire()
    assert first == last == [expected]
    assert f"plugin bad failed in {hook}: RuntimeError" in caplog.text
    assert "khadija" not in caplog.text


def assert_quiet_without_plugins(capture: Any, hook: str, caplog: pytest.LogCaptureFixture) -> None:
    with capture(execute=True):
        EVENTS[hook][0]()
    assert caplog.records == []


def test_certificate_issued_with_good_plugin_is_told_after_commit(
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert_told_after_commit(django_capture_on_commit_callbacks, "certificate_issued")


def test_certificate_issued_without_plugin_is_quiet(
    django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert_quiet_without_plugins(django_capture_on_commit_callbacks, "certificate_issued", caplog)


def test_certificate_issued_with_raising_plugin_is_logged(
    django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert_failure_is_logged_and_others_are_told(
        django_capture_on_commit_callbacks, caplog, "certificate_issued"
    )


def test_certificate_revoked_with_good_plugin_is_told_after_commit(
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert_told_after_commit(django_capture_on_commit_callbacks, "certificate_revoked")


def test_certificate_revoked_without_plugin_is_quiet(
    django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert_quiet_without_plugins(django_capture_on_commit_callbacks, "certificate_revoked", caplog)


def test_certificate_revoked_with_raising_plugin_is_logged(
    django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert_failure_is_logged_and_others_are_told(
        django_capture_on_commit_callbacks, caplog, "certificate_revoked"
    )


def test_enrolment_changed_with_good_plugin_is_told_after_commit(
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert_told_after_commit(django_capture_on_commit_callbacks, "enrolment_changed")


def test_enrolment_changed_without_plugin_is_quiet(
    django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert_quiet_without_plugins(django_capture_on_commit_callbacks, "enrolment_changed", caplog)


def test_enrolment_changed_with_raising_plugin_is_logged(
    django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert_failure_is_logged_and_others_are_told(
        django_capture_on_commit_callbacks, caplog, "enrolment_changed"
    )


def test_attempt_submitted_with_good_plugin_is_told_after_commit(
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert_told_after_commit(django_capture_on_commit_callbacks, "attempt_submitted")


def test_attempt_submitted_without_plugin_is_quiet(
    django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert_quiet_without_plugins(django_capture_on_commit_callbacks, "attempt_submitted", caplog)


def test_attempt_submitted_with_raising_plugin_is_logged(
    django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert_failure_is_logged_and_others_are_told(
        django_capture_on_commit_callbacks, caplog, "attempt_submitted"
    )


def test_event_of_a_transaction_that_rolls_back_is_never_told(
    django_capture_on_commit_callbacks: Any,
) -> None:
    heard: list[dict[str, Any]] = []
    with (
        plugin_registered(listener("listener", "certificate_issued", heard)),
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
    ):
        events.fire_certificate_issued(CERTIFICATE)
        raise ZeroDivisionError
    assert heard == []


def test_event_reaches_no_paused_plugin(django_capture_on_commit_callbacks: Any) -> None:
    heard: list[dict[str, Any]] = []
    with (
        plugin_registered(listener("listener", "certificate_issued", heard), paused=True),
        django_capture_on_commit_callbacks(execute=True),
    ):
        events.fire_certificate_issued(CERTIFICATE)
    assert heard == []


def write_group(name: str) -> Callable[[], None]:
    def write() -> None:
        Group.objects.create(name=name)

    return write


def written(*names: str) -> set[str]:
    return set(Group.objects.filter(name__in=names).values_list("name", flat=True))


def write_then_fail_in_sql() -> None:
    Group.objects.create(name="half-written")
    fail_in_sql()


def test_sql_error_in_an_event_undoes_that_plugin_alone(django_capture_on_commit_callbacks: Any) -> None:
    """The callbacks run inside the test's transaction, which PostgreSQL aborts without savepoints."""
    with (
        plugin_registered(make_plugin("first", certificate_issued=write_group("first"))),
        plugin_registered(make_plugin("bad", certificate_issued=write_then_fail_in_sql)),
        plugin_registered(make_plugin("last", certificate_issued=write_group("last"))),
        django_capture_on_commit_callbacks(execute=True),
    ):
        Group.objects.create(name="the certificate")
        events.fire_certificate_issued(CERTIFICATE)
    names = set(
        Group.objects.filter(name__in=["the certificate", "first", "half-written", "last"]).values_list(
            "name", flat=True
        )
    )
    assert names == {"the certificate", "first", "last"}


@pytest.mark.django_db(transaction=True)
def test_sql_error_after_a_real_commit_leaves_the_commit_standing() -> None:
    with (
        plugin_registered(make_plugin("bad", certificate_issued=write_then_fail_in_sql)),
        plugin_registered(make_plugin("last", certificate_issued=write_group("last"))),
    ):
        with transaction.atomic():
            Group.objects.create(name="the certificate")
            events.fire_certificate_issued(CERTIFICATE)
        names = set(
            Group.objects.filter(name__in=["the certificate", "half-written", "last"]).values_list(
                "name", flat=True
            )
        )
    assert names == {"the certificate", "last"}
