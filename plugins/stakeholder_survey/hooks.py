"""What this plugin tells the platform."""

from collections.abc import Callable
from typing import Any, BinaryIO

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lms.plugin_api import (
    DashboardCard,
    DataExport,
    DataField,
    DemoWorld,
    ErasureAction,
    ErasureEntry,
    NavigationItem,
    PersonalDataFile,
    hookimpl,
)

from . import demo, selectors
from .exports import Export, write_csv, write_hdf5
from .models import QuestionnaireVersion, Survey

LABEL = "stakeholder_survey"
EXPORT_PERMISSION = f"{LABEL}.export_response"


@hookimpl
def navigation_items(request: Any) -> list[NavigationItem]:
    return [NavigationItem(f"{LABEL}.survey", 60, _("Survey"), reverse(f"{LABEL}:index"))]


@hookimpl
def dashboard_cards(request: Any) -> list[DashboardCard]:
    """How far the newest survey has come, for those who may see responses."""
    if not request.user.has_perm(f"{LABEL}.view_response"):
        return []
    survey = Survey.objects.published().order_by("-pk").first()
    if survey is None:
        return []
    regions = selectors.count_by_region(survey)
    return [
        DashboardCard(
            f"{LABEL}.progress",
            60,
            _("Stakeholder survey"),
            "stakeholder_survey/card.html",
            {"survey": survey, "total": selectors.responses_to(survey).count(), "regions": regions},
            permission=f"{LABEL}.view_response",
        )
    ]


@hookimpl
def data_exports(user: Any) -> list[DataExport]:
    """Two files a survey. Open texts, which may name people, are left to the command line."""
    exports = []
    for survey in Survey.objects.published():
        names = {"survey": survey.name}
        exports += [
            DataExport(
                f"{LABEL}.{survey.code}-hdf5",
                _("%(survey)s: archive (HDF5)") % names,
                "application/x-hdf5",
                EXPORT_PERMISSION,
                _filling(write_hdf5, survey),
                f"{survey.code}.h5",
            ),
            DataExport(
                f"{LABEL}.{survey.code}-csv",
                _("%(survey)s: table (CSV)") % names,
                "text/csv",
                EXPORT_PERMISSION,
                _filling(write_csv, survey),
                f"{survey.code}.csv",
            ),
        ]
    return exports


def _filling(write: Callable[[Export, BinaryIO], int], survey: Survey) -> Callable[[BinaryIO], None]:
    def fill(destination: BinaryIO) -> None:
        write(Export(survey), destination)

    return fill


@hookimpl
def export_personal_data(subject: Any) -> list[PersonalDataFile]:
    """Nothing can be found by person, and the file says why."""
    text = _(
        "Answers to surveys are anonymous. They are stored without name, account, telephone number or address, so what "
        "you may have answered cannot be found and is not in this file."
    )
    published = QuestionnaireVersion.objects.filter(published_by=subject).count()
    lines = [str(text)]
    if published:
        lines.append(str(_("Questionnaires that you have published: %(number)d") % {"number": published}))
    return [PersonalDataFile("survey.txt", "text/plain; charset=utf-8", "\n\n".join(lines).encode())]


@hookimpl
def erase_personal_data(subject: Any, dry_run: bool) -> list[ErasureEntry]:
    """Responses hold no link to a person; who published a questionnaire stays with it."""
    anonymous = _("Answers are anonymous: none can be found by person, so none can be erased by person.")
    entries = [ErasureEntry(f"{LABEL}.Response", ErasureAction.RETAINED, 0, anonymous)]
    published = QuestionnaireVersion.objects.filter(published_by=subject).count()
    if published:
        entries.append(
            ErasureEntry(
                f"{LABEL}.QuestionnaireVersion",
                ErasureAction.RETAINED,
                published,
                _("Who published a questionnaire answers for its text. The name goes with the account."),
            )
        )
    return entries


@hookimpl
def personal_data_inventory() -> list[DataField]:
    until_sent = _("Until sent or given up, at most two days")
    return [
        DataField(
            f"{LABEL}.Response",
            "answers",
            _("Statistics. Anonymous; yet people may write personal data into open texts."),
            _("As long as the survey is kept; open texts leave the platform only on request."),
        ),
        DataField(
            f"{LABEL}.Response",
            "municipality",
            _("Statistics by place. With age, sex and role it might tell on a person where few answered."),
            _("As long as the survey is kept; published only for groups of ten or more."),
        ),
        DataField(f"{LABEL}.Draft", "answers", _("To continue a response in the same browser"), until_sent),
        DataField(f"{LABEL}.Draft", "key", _("Hash of the token in the respondent's browser"), until_sent),
        DataField(
            f"{LABEL}.QuestionnaireVersion",
            "published_by",
            _("Accountability for published questions"),
            _("As long as the survey is kept"),
        ),
    ]


@hookimpl
def demo_data(world: DemoWorld) -> None:
    demo.build(world)
