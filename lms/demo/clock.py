"""A simulated clock, so that the demo world has a past.

Services ask `django.utils.timezone.now()` for the time, and so do Django's automatic timestamps.
While the world is built that one function answers with a clock that the builder sets forward;
nothing else in the code has to know that this is not the real time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from unittest import mock

from django.utils import timezone


class Clock:
    """The time of the demo world. It only ever runs forward, as the register demands."""

    def __init__(self, start: datetime) -> None:
        self.moment = start

    def now(self) -> datetime:
        """Each look takes a thousandth of a second, so that what happens later is later."""
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def reach(self, day: date, hour: int = 9) -> None:
        """Let at least that hour of the day, on the clock of Libya, have come; never goes back."""
        moment = datetime.combine(day, time(hour), timezone.get_default_timezone()).astimezone(UTC)
        self.moment = max(self.moment, moment)


@contextmanager
def running(clock: Clock) -> Iterator[None]:
    """Let everything tell the time by `clock`."""
    with mock.patch.object(timezone, "now", clock.now):
        yield
