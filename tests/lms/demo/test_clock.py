"""The simulated clock: forward only, and for everybody who asks Django for the time."""

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from lms.demo.clock import Clock, running

START = datetime(2026, 1, 1, 8, tzinfo=UTC)


def test_everybody_tells_the_time_by_the_clock_while_it_runs() -> None:
    real = timezone.now()
    with running(Clock(START)):
        assert timezone.now() - START < timedelta(seconds=1)
        assert timezone.localdate() == date(2026, 1, 1)
    assert timezone.now() >= real


def test_clock_never_goes_back() -> None:
    clock = Clock(START)
    clock.reach(date(2026, 1, 5), 10)
    later = clock.now()
    clock.reach(date(2026, 1, 2), 10)

    assert clock.now() > later
