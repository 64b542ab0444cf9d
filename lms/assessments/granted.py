"""What a person may be granted in an exam: the effects, without the reason."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Granted:
    """The effects of an accommodation. `break_seconds`: of all breaks together."""

    time_multiplier: Decimal = Decimal(1)
    break_seconds: int = 0
    large_print: bool = False
    read_aloud: bool = False

    @property
    def has_more_time(self) -> bool:
        return self.time_multiplier > 1

    @property
    def break_minutes(self) -> int:
        return self.break_seconds // 60

    @property
    def is_anything(self) -> bool:
        return self != NOTHING

    def fields(self) -> dict[str, Any]:
        """As an attempt carries them."""
        return {
            "time_multiplier": self.time_multiplier,
            "break_seconds_allowed": self.break_seconds,
            "large_print": self.large_print,
            "read_aloud": self.read_aloud,
        }

    def at_least(self, other: "Granted") -> "Granted":
        """The larger of both in everything: what a running exam was granted is not taken away."""
        return Granted(
            max(self.time_multiplier, other.time_multiplier),
            max(self.break_seconds, other.break_seconds),
            self.large_print or other.large_print,
            self.read_aloud or other.read_aloud,
        )


NOTHING = Granted()
