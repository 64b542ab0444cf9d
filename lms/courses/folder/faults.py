"""What is wrong with a folder: file, line, reason, all of it at once."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple


class Fault(NamedTuple):
    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class FolderError(Exception):
    """A course that cannot be read or written, with every reason why."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class Place:
    """Where in a file something stands, and the list its faults go to."""

    file: str
    faults: list[Fault] = field(default_factory=list)
    line: int = 1

    def at(self, line: int) -> "Place":
        return replace(self, line=line)

    def below(self, lines: int) -> "Place":
        return replace(self, line=self.line + lines)

    def fault(self, reason: str) -> None:
        self.faults.append(Fault(self.file, self.line, reason))
