"""What this plugin tells the platform."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models.signals import post_migrate
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lms.plugin_api import (
    CertificateGate,
    DashboardCard,
    DataExport,
    DataField,
    DemoWorld,
    ErasureEntry,
    NavigationItem,
    PersonalDataFile,
    hookimpl,
)

from . import demo, privacy
from .exports import write_endorsements
from .gate import SIGNED
from .permissions import grant_to_roles
from .selectors import own_signing, totals, version_in_force

post_migrate.connect(
    grant_to_roles, sender=apps.get_app_config("code_of_conduct"), dispatch_uid="code_of_conduct.roles"
)


@hookimpl
def certificate_gates() -> list[CertificateGate]:
    return [SIGNED]


@hookimpl
def navigation_items() -> list[NavigationItem]:
    return [
        NavigationItem("code_of_conduct.text", 300, _("Code of conduct"), reverse("code_of_conduct:text"))
    ]


@hookimpl
def dashboard_cards(request: Any) -> Iterable[DashboardCard]:
    version = version_in_force()
    if version is None or not request.user.is_authenticated:
        return
    signing, own = own_signing(request.user, version)
    yield DashboardCard(
        key="code_of_conduct.own",
        order=300,
        title=_("Code of conduct"),
        template="code_of_conduct/cards/own.html",
        context={"version": version, "own": own, "signing": signing.name},
    )
    if request.user.has_perm("code_of_conduct.view_endorsement"):
        yield DashboardCard(
            key="code_of_conduct.sectors",
            order=310,
            title=_("Endorsements by sector"),
            template="code_of_conduct/cards/sectors.html",
            context={"version": version, "totals": totals(version)},
            permission="code_of_conduct.view_endorsement",
        )


@hookimpl
def data_exports() -> list[DataExport]:
    return [
        DataExport(
            key="code_of_conduct.endorsements",
            label=_("Endorsements of the code of conduct"),
            media_type="text/csv",
            permission="code_of_conduct.export_endorsement",
            write=write_endorsements,
            filename="endorsements.csv",
        )
    ]


@hookimpl
def export_personal_data(subject: Any) -> Iterable[PersonalDataFile]:
    return privacy.personal_files(subject)


@hookimpl
def erase_personal_data(subject: Any, dry_run: bool) -> Iterable[ErasureEntry]:
    return privacy.erase(subject, dry_run=dry_run)


@hookimpl
def personal_data_inventory() -> list[DataField]:
    return privacy.inventory()


@hookimpl
def demo_data(world: DemoWorld) -> None:
    demo.fill(world)
