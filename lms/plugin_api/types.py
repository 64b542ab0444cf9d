"""What plugins and the platform hand to each other across the hooks.

Everything here is frozen data. Words meant for people may be lazy translations, so that a module-level
constant still speaks the language of the reader. Every ``key`` is ``<plugin>.<name>`` with the name of
the plugin that offers it: two plugins can then never claim the same thing, and the platform refuses a
plugin that speaks for another.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

if TYPE_CHECKING:
    import datetime
    import random

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import Model
    from django_stubs_ext import StrOrPromise

__all__ = [
    "CertificateGate",
    "DashboardCard",
    "DataExport",
    "DataField",
    "DemoWorld",
    "ErasureAction",
    "ErasureEntry",
    "GateResult",
    "NavigationItem",
    "PersonalDataFile",
]


@dataclass(frozen=True, slots=True)
class GateResult:
    """The answer of a gate about one learner.

    ``reason`` says in the learner's language what is missing and ``action_url`` leads to the page where
    it is done. A result that does not pass must give its reason: a learner is never refused without a
    sentence.
    """

    passed: bool
    reason: StrOrPromise = ""
    action_url: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.passed, bool):
            # A forgotten call, as in ``passed=rows.exists``, is truthy and would open the gate.
            raise TypeError("a gate passes or it does not: give True or False")
        if not self.passed and not self.reason:
            raise ValueError("a gate that does not pass must give a reason")


@dataclass(frozen=True, slots=True)
class CertificateGate:
    """A condition which a certificate type may require by its ``key``.

    ``label`` is what staff choose from when they set up a certificate type. ``check(learner,
    certificate_type)`` may query the database; it must not write.

    ``check_many(learners, certificate_type)`` may be given besides: the same answer for many people at once, by
    the learner's primary key, in a number of queries that does not grow. It must answer for everybody.
    """

    key: str
    label: StrOrPromise
    check: Callable[[AbstractBaseUser, Model], GateResult]
    check_many: Callable[[Sequence[AbstractBaseUser], Model], Mapping[Any, GateResult]] | None = None


@dataclass(frozen=True, slots=True)
class DashboardCard:
    """A card on the page of the person who asks, or on the dashboard of the programme.

    One without a ``permission`` is about the reader's own affairs and stands on their own start page. One
    with a ``permission`` is about the programme, such as a statistic: it stands on the programme dashboard,
    for those who hold the permission.

    ``template`` is rendered by the platform with ``context`` (plus ``card`` and the request's own
    context), inside the plugin's isolation: a template that fails costs this plugin's cards and not the
    page. Lower ``order`` comes first.
    """

    key: str
    order: int
    title: StrOrPromise
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    permission: str = ""


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry of the site's menu. One with a ``permission`` is shown only to those who hold it."""

    key: str
    order: int
    label: StrOrPromise
    url: str
    permission: str = ""


@dataclass(frozen=True, slots=True)
class DataExport:
    """A file which staff may download from the reports page.

    ``permission`` is required ("app_label.codename"): nothing is exported to people who merely signed in.
    ``write(destination)`` receives an open, seekable binary file and fills it; the platform sends it only
    when the whole file was written without an error. ``filename`` defaults to the key.
    """

    key: str
    label: StrOrPromise
    media_type: str
    permission: str
    write: Callable[[BinaryIO], None]
    filename: str = ""

    def __post_init__(self) -> None:
        if not self.permission:
            raise ValueError(f"data export {self.key} names no permission")


@dataclass(frozen=True, slots=True)
class PersonalDataFile:
    """One file of what is held about a person, as it is handed to that person.

    ``name`` is a relative path such as ``signatures.json`` or ``answers/2.pdf``; the platform puts the
    files of each plugin into a folder of its own.
    """

    name: str
    media_type: str
    content: bytes

    def __post_init__(self) -> None:
        parts = self.name.split("/")
        if any(part in {"", ".", ".."} for part in parts) or "\\" in self.name:
            raise ValueError("the name of a personal data file must be a plain relative path")


class ErasureAction(enum.StrEnum):
    """What became of a person's rows."""

    ERASED = "erased"
    ANONYMISED = "anonymised"
    RETAINED = "retained"


@dataclass(frozen=True, slots=True)
class ErasureEntry:
    """What erasure did, or in a dry run would do, to ``count`` rows of ``model`` ("app_label.ModelName").

    What is retained must say why: the person is entitled to the reason.
    """

    model: str
    action: ErasureAction
    count: int
    reason: StrOrPromise = ""

    def __post_init__(self) -> None:
        if self.action is ErasureAction.RETAINED and not self.reason:
            raise ValueError(f"erasure retains {self.model} without a reason")


@dataclass(frozen=True, slots=True)
class DataField:
    """One line of the record of processing: a ``field`` of ``model`` ("app_label.ModelName") that holds
    personal data, what it is kept for and how long."""

    model: str
    field: str
    purpose: StrOrPromise
    retention: StrOrPromise


class DemoWorld(Protocol):
    """The world that the ``demo`` command builds, as a plugin sees it.

    It is deterministic: a plugin draws only from ``random`` and reads the time only from ``now``, so that
    one seed always gives the same world.
    """

    @property
    def random(self) -> random.Random: ...

    @property
    def now(self) -> datetime.datetime: ...

    @property
    def leads(self) -> Sequence[AbstractBaseUser]:
        """Programme leads, who publish and administer."""

    @property
    def trainers(self) -> Sequence[AbstractBaseUser]: ...

    @property
    def observers(self) -> Sequence[AbstractBaseUser]: ...

    def track(self, items: Iterable[Any], label: str, total: int) -> Iterable[Any]:
        """Yield the items unchanged while showing progress under the label."""
