"""What the survey adds to the administration."""

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from . import admin_views
from .viewsets import SurveyGroup


@hooks.register("register_admin_viewset")
def register_surveys() -> SurveyGroup:
    return SurveyGroup()


@hooks.register("register_admin_urls")
def register_questionnaires() -> list[URLPattern]:
    place = "surveys/questionnaires/<int:pk>/"
    return [
        path("surveys/<int:pk>/questionnaires/add/", admin_views.add, name="stakeholder_survey_add"),
        path(place, admin_views.read, name="stakeholder_survey_questionnaire"),
        path(f"{place}publish/", admin_views.publish, name="stakeholder_survey_publish"),
    ]


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        "stakeholder_survey.publish", _("Publish a questionnaire"), _("Questionnaire published")
    )
