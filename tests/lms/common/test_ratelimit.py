import pytest
import time_machine
from django.core.cache import cache

from lms.common.ratelimit import daily_hash, is_over_limit


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def over(key: str = "192.0.2.1") -> bool:
    return is_over_limit(scope="test", key=key, limit=3, seconds=60)


@time_machine.travel("2026-03-01 10:00:00Z", tick=False)
def test_calls_beyond_the_limit_are_counted_as_over() -> None:
    assert [over() for _ in range(5)] == [False, False, False, True, True]


@time_machine.travel("2026-03-01 10:00:00Z", tick=False)
def test_another_caller_has_a_counter_of_his_own() -> None:
    for _ in range(4):
        over()
    assert not over("192.0.2.2")


def test_next_window_begins_at_nought() -> None:
    with time_machine.travel("2026-03-01 10:00:00Z", tick=False):
        assert [over() for _ in range(4)][-1]
    with time_machine.travel("2026-03-01 10:01:00Z", tick=False):
        assert not over()


def test_hash_hides_the_address_and_changes_with_day_and_purpose() -> None:
    with time_machine.travel("2026-03-01 10:00:00Z"):
        today = daily_hash("192.0.2.1", purpose="a")
        assert today == daily_hash("192.0.2.1", purpose="a")
        assert today != daily_hash("192.0.2.1", purpose="b")
    with time_machine.travel("2026-03-02 10:00:00Z"):
        assert today != daily_hash("192.0.2.1", purpose="a")
    assert "192" not in today
