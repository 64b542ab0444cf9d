"""A person's data: a copy to take away, and erasure. Both cover the core and every plugin, and both fail
closed.
"""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from lms.plugin_api import ErasureAction, ErasureEntry
from lms.plugin_api.host import erase_personal_data, export_personal_data, plugin_title

from .holdings import HOLDINGS, Holding
from .models import User


@dataclass(frozen=True, slots=True)
class PersonalArchive:
    """A ZIP file with everything that is held about a person, and the plugins whose part is missing."""

    content: bytes
    incomplete: tuple[str, ...]


def export_person(person: User) -> PersonalArchive:
    """Gather what the core and all plugins hold about a person: one JSON file a kind of row, and the plugins'
    own files.
    """
    plugins = export_personal_data(person)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for number, holding in enumerate(HOLDINGS):
            rows = _export_rows(holding, person)
            if rows:
                label, name = holding.model_class._meta.label_lower.split(".")
                role = "" if number == _first_of(holding) else f"-as-{holding.person}"
                bundle.writestr(f"{label}/{name}{role}.json", _json(rows))
        for path, file in plugins.files.items():
            bundle.writestr(path, file.content)
        bundle.writestr("README.txt", _readme(plugins.incomplete))
    return PersonalArchive(archive.getvalue(), plugins.incomplete)


def _first_of(holding: Holding) -> int:
    return next(number for number, other in enumerate(HOLDINGS) if other.model == holding.model)


def _export_rows(holding: Holding, person: User) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in row.items()} for row in holding.rows_to_show(person)]


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value


def _json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, cls=_Encoder, ensure_ascii=False, indent=1)


class _Encoder(DjangoJSONEncoder):
    """Telephone numbers and the like are what they print."""

    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def _readme(incomplete: tuple[str, ...]) -> str:
    texts = []
    for language in ("ar", "en"):
        with translation.override(language):
            text = _("This is a copy of the personal data that the platform holds about you.")
            for plugin in incomplete:
                missing = _(
                    "The part of “%(plugin)s” is missing because of an error. Ask for the copy again later."
                )
                text += "\n" + missing % {"plugin": plugin_title(plugin)}
            texts.append(text)
    return "\n\n".join(texts) + "\n"


def request_erasure(*, person: User) -> None:
    """Put the person on the programme leads' list. Asking twice keeps the first date."""
    User.objects.filter(pk=person.pk, erasure_requested_at=None).update(erasure_requested_at=timezone.now())


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What erasure did, or would do: entries of the core, then of each plugin by its name for people."""

    core: tuple[ErasureEntry, ...]
    plugins: tuple[tuple[str, tuple[ErasureEntry, ...]], ...]


def erase_person(*, person: User, actor: User, dry_run: bool) -> ErasureReport:
    """Erase what may go, strip the rest of the name, and say what stays and why.

    One transaction over core and plugins: if a plugin fails (PluginError), nothing has happened. A dry run
    does the same work and rolls it back. Raises ValidationError for people whose account carries rights.
    """
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=person.pk)
        _refuse_erasure(person, actor)
        plugins = tuple(
            (plugin_title(erasure.plugin), erasure.entries)
            for erasure in erase_personal_data(person, dry_run=dry_run)
        )
        report = ErasureReport(tuple(_erase_core(person)), plugins)
        log(person, "people.erase", user=actor)
        ModelLogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk)
        ).update(label=str(person.public_id))
        if dry_run:
            transaction.set_rollback(True)
    return report


def _refuse_erasure(person: User, actor: User) -> None:
    if person.pk == actor.pk:
        raise ValidationError(_("Nobody can erase himself. Ask another programme lead."), code="self")
    if person.is_superuser or person.groups.exists():
        raise ValidationError(
            _("%(person)s still has a role. Take the roles away first.") % {"person": person.name},
            code="has_role",
        )
    if person.erased_at:
        raise ValidationError(_("This person's data has been erased already."), code="erased")


def _erase_core(person: User) -> list[ErasureEntry]:
    entries = []
    for holding in HOLDINGS:
        count = holding.rows(person).count()
        if not count:
            continue
        if holding.on_erasure is ErasureAction.ERASED:
            holding.rows(person).delete()
        entries.append(ErasureEntry(holding.model, holding.on_erasure, count, holding.reason))
    _anonymise(person)
    return entries


def _anonymise(person: User) -> None:
    """Keep of the account what reports count (sex, municipality) and nothing that leads to the person."""
    person.is_active = False
    person.set_unusable_password()
    person.email = person.phone = None
    person.name_ar = person.name_en = ""
    person.birth_year = person.has_disability = person.organisation = None
    person.erased_at = timezone.now()
    person.save()
    person.user_permissions.clear()


def describe(entry: ErasureEntry) -> dict[str, Any]:
    """An entry in words, for the page that shows the report."""
    labels = {
        ErasureAction.ERASED: _("erased"),
        ErasureAction.ANONYMISED: _("made anonymous"),
        ErasureAction.RETAINED: _("kept"),
    }
    return {
        "name": _model_name(entry.model),
        "action": labels[entry.action],
        "count": entry.count,
        "reason": entry.reason,
    }


def _model_name(label: str) -> str:
    model: type[models.Model] = apps.get_model(label)
    return str(model._meta.verbose_name_plural)
