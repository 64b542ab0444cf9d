"""Every hook of the platform, exactly as a plugin implements it.

docs/plugins/hooks.md explains each with an example; the test suite refuses a hook that is not documented
there with its exact signature, or that no test calls. A plugin may leave out trailing arguments, or all
of them, as pluggy allows.

``HOOK_API`` rises only when a plugin written for the former number would break. A new hook, or a new
argument of an old one, does not raise it.
"""

# mypy: disable-error-code="empty-body"
# A specification has a signature and a docstring and is never called.

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import Model
    from django.http import HttpRequest

    from lms.plugin_api.types import (
        CertificateGate,
        DashboardCard,
        DataExport,
        DataField,
        DemoWorld,
        ErasureEntry,
        NavigationItem,
        PersonalDataFile,
    )

PROJECT_NAME = "lms"
HOOK_API = 1

hookspec = pluggy.HookspecMarker(PROJECT_NAME)
hookimpl = pluggy.HookimplMarker(PROJECT_NAME)


@hookspec
def certificate_gates() -> Iterable[CertificateGate]:
    """Declare the gates that this plugin offers to certificate types.

    The list is a declaration and is also read at start-up: it must not touch the database. The checks
    inside may.

    Closed: a gate of a plugin that raises, here or in its check, blocks every certificate that requires
    it.
    """


@hookspec
def certificate_issued(certificate: Model) -> None:
    """Learn that a certificate was issued, after the issuing transaction has committed.

    Event: an error is logged and the certificate stands. Delivered at most once; not delivered while
    paused.
    """


@hookspec
def certificate_revoked(certificate: Model, reason: str) -> None:
    """Learn that a certificate was revoked, after commit.

    Event: an error is logged and the revocation stands. Delivered at most once; not delivered while
    paused.
    """


@hookspec
def enrolment_changed(enrolment: Model, old_state: str) -> None:
    """Learn that an enrolment moved to another state, after commit. ``old_state`` is empty for a new
    enrolment.

    Event: an error is logged and the change stands. Delivered at most once; not delivered while paused.
    """


@hookspec
def attempt_submitted(attempt: Model) -> None:
    """Learn that an examination attempt was handed in, after commit.

    Event: an error is logged and the attempt stands. Delivered at most once; not delivered while paused.
    """


@hookspec
def dashboard_cards(request: HttpRequest) -> Iterable[DashboardCard]:
    """Offer cards for the dashboard of ``request.user``.

    Open: the cards of a plugin that raises are left out and the error is logged. Not called while paused.
    """


@hookspec
def navigation_items(request: HttpRequest) -> Iterable[NavigationItem]:
    """Offer entries for the site's menu. Called for every page, also for visitors who have not signed in:
    keep it free of queries.

    Open: the entries of a plugin that raises are left out and the error is logged. Not called while
    paused.
    """


@hookspec
def data_exports(user: AbstractBaseUser) -> Iterable[DataExport]:
    """Offer files to the reports page. The platform shows a user only the exports whose permission the
    user holds.

    Open in the list, where a plugin that raises is left out and logged; a download that fails is an
    error, never half a file.
    """


@hookspec
def export_personal_data(subject: AbstractBaseUser) -> Iterable[PersonalDataFile]:
    """Hand out everything this plugin holds about one person.

    Closed: when a plugin raises, the export is marked incomplete and the plugin is named.
    """


@hookspec
def erase_personal_data(subject: AbstractBaseUser, dry_run: bool) -> Iterable[ErasureEntry]:
    """Erase or anonymise what this plugin holds about one person and account for all of it, including
    what must be kept.

    All plugins and the platform erase in one transaction, and a dry run is rolled back whatever the
    plugin did. Delete files in ``transaction.on_commit``, which a rollback forgets.

    Closed: when one plugin raises, nothing is erased anywhere.
    """


@hookspec
def personal_data_inventory() -> Iterable[DataField]:
    """Name every field of this plugin that holds personal data, with its purpose and retention.

    Closed: the inventory is not shown without the plugins that could not answer.
    """


@hookspec
def demo_data(world: DemoWorld) -> None:
    """Fill the demo world with what this plugin is about, through its own services.

    Called once, in one transaction, when people, courses and cohorts exist and before certificates are
    issued, so that the plugin's gates can be passed.

    Closed: the demo stops and names the plugin. Not called while paused.
    """
