"""Whether the table of days is true: held against the records and against what witnesses saw, and when.

Checkers find a certificate back-dated by this table alone, and whoever holds the log's key can sign another:
with earlier days a back-dated certificate is green, with later ones an honest one is red. Entries bear days of
their own, and heads that enough witnesses cosigned bear times that the log's key cannot make.
"""

from dataclasses import dataclass

from lms.certificates.audit_witnesses import Timeline
from lms.certificates.headdays import GRACE_DAYS, HeadDays, is_backdated
from lms.certificates.pack import DAYS
from lms.register.audit import AuditReport
from lms.register.records import Record, RecordType


@dataclass(frozen=True, slots=True)
class DaysAudit:
    """The table of an export beside what else is known of its days; `table` is None where it cannot be read."""

    table: HeadDays | None
    timeline: Timeline
    report: AuditReport

    def visit(self, record: Record) -> None:
        """Hold an entry against the table and against what witnesses saw."""
        place = f"entry {record.index}"
        covered = None if self.table is None else self.table.covered_on(record.index)
        if covered is not None and covered < record.day - GRACE_DAYS:
            self.report.add("wrong_days", place, f"on day {covered}, and written on day {record.day}")
        if record.type != RecordType.ISSUE:
            return
        if record.day < self.timeline.earliest_day(record.index):
            self.report.add(
                "back_dated", place, f"dated day {record.day}, and witnesses did not see it until later"
            )
        elif is_backdated(issued=record.day, covered_on=covered):
            self.report.add("back_dated", place, f"dated day {record.day}, and under a head on day {covered}")

    def finish(self, size: int) -> None:
        """Hold the rows against a register of `size` entries and against the heads that witnesses saw."""
        if self.table is None:
            return
        reached = self.table.rows[-1][0] if self.table.rows else 0
        if reached != size:
            self._find(f"it speaks of {reached} of {size} entries")
        first = 0
        for most, day in self.table.rows:
            # Within a row witnesses' times only rise, so its ends tell for all of it.
            if day < self.timeline.earliest_day(most - 1):
                self._find(f"entry {most - 1} on day {day}, when witnesses did not see it")
            latest = self.timeline.latest_day(first)
            if latest is not None and day > latest:
                self._find(f"entry {first} on day {day}, after witnesses saw it")
            first = most

    def _find(self, detail: str) -> None:
        self.report.add("wrong_days", DAYS, detail)
