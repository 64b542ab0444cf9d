"""Reading the code, its endorsements and their totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.db.models import Count

from .enums import ActorKind, EndorsementState, Role, Sector
from .models import CodeVersion, Endorsement


class Signing(Enum):
    """Where a person stands with the version in force."""

    SIGNED = auto()
    NOT_SIGNED = auto()
    WITHDRAWN = auto()
    OUTDATED = auto()


@dataclass(frozen=True, slots=True)
class SectorTotal:
    sector: Sector
    count: int
    roles: list[tuple[Role, int]]


@dataclass(frozen=True, slots=True)
class Totals:
    """Endorsements that stand for the version in force. `total` is the sum of the sectors, and each sector the
    sum of its capacities."""

    total: int
    sectors: list[SectorTotal]


def version_in_force() -> CodeVersion | None:
    """The latest version of the code that the public pages show."""
    return CodeVersion.objects.filter(code__is_main=True).select_related("code").first()


def published_version(number: str) -> CodeVersion | None:
    found = CodeVersion.objects.filter(code__is_main=True, number=number)
    return found.select_related("code").first()


def published_versions() -> list[CodeVersion]:
    """All versions of the main code, the latest first, without their texts."""
    return list(CodeVersion.objects.filter(code__is_main=True).defer("text_ar", "text_en"))


def standing_endorsement(user: Any, version: CodeVersion) -> Endorsement | None:
    """The endorsement that an account gave in its own name and that stands for this version."""
    return own_signing(user, version)[1]


def own_signing(user: Any, version: CodeVersion) -> tuple[Signing, Endorsement | None]:
    """Where an account stands with the version, and the endorsement that stands for it, in one query."""
    return own_signings([user], version)[user.pk]


def own_signings(users: Sequence[Any], version: CodeVersion) -> dict[Any, tuple[Signing, Endorsement | None]]:
    """The same for many accounts, by primary key, in one query."""
    own = Endorsement.objects.filter(
        user__in=[user.pk for user in users], kind=ActorKind.PERSON, version__code=version.code_id
    )
    given: dict[Any, list[Endorsement]] = {user.pk: [] for user in users}
    for endorsement in own.select_related("version").defer("version__text_ar", "version__text_en"):
        given[endorsement.user_id].append(endorsement)
    return {pk: _signing(endorsements, version) for pk, endorsements in given.items()}


def _signing(given: Sequence[Endorsement], version: CodeVersion) -> tuple[Signing, Endorsement | None]:
    for endorsement in given:
        if _stands_for(endorsement, version):
            return Signing.SIGNED, endorsement
    if not given:
        return Signing.NOT_SIGNED, None
    withdrew = given[0].state == EndorsementState.WITHDRAWN
    return (Signing.WITHDRAWN if withdrew else Signing.OUTDATED), None


def public_register(*, text: str = "", sector: str = "", municipality: str = "") -> Any:
    """What the public register lists, the latest entry first. A search finds published names only."""
    found = Endorsement.objects.on_public_register().filter(version__code__is_main=True)
    if text.strip():
        found = found.search_name(text)
    if sector:
        found = found.filter(sector=sector)
    if municipality:
        found = found.filter(municipality__code=municipality)
    related = found.select_related("version", "municipality", "withdrawal")
    return related.defer("version__text_ar", "version__text_en").order_by("-register_index")


def totals(version: CodeVersion | None) -> Totals:
    """Endorsements that stand for the version, by sector and capacity, in one query."""
    counted: dict[tuple[str, str], int] = {}
    if version is not None:
        rows = (
            Endorsement.objects.standing()
            .filter(version__code=version.code_id, version__round=version.round)
            .order_by()
            .values_list("sector", "role")
            .annotate(count=Count("pk"))
        )
        counted = {(sector, role): count for sector, role, count in rows}
    sectors = [_sector_total(sector, counted) for sector in Sector]
    return Totals(sum(sector.count for sector in sectors), sectors)


def _sector_total(sector: Sector, counted: dict[tuple[str, str], int]) -> SectorTotal:
    roles = [(Role(role), count) for (of, role), count in counted.items() if of == sector]
    order = list(Role)
    return SectorTotal(
        sector, sum(count for _role, count in roles), sorted(roles, key=lambda row: order.index(row[0]))
    )


def _stands_for(endorsement: Endorsement, version: CodeVersion) -> bool:
    """An endorsement of the same round stands: between the two versions only the wording changed."""
    return endorsement.state == EndorsementState.IN_FORCE and endorsement.version.round == version.round
