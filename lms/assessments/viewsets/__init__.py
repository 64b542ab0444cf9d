"""The office's screens of assessments, in one menu."""

from django.utils.translation import gettext_lazy
from wagtail.admin.viewsets.model import ModelViewSetGroup

from .accommodations import AccommodationViewSet
from .bank import QuestionAreaViewSet, QuestionBankViewSet, QuestionViewSet
from .blueprints import BlueprintViewSet
from .exams import AttemptViewSet, ExamViewSet
from .scenarios import ScenarioViewSet
from .versions import QuestionVersionViewSet


class AssessmentGroup(ModelViewSetGroup):
    menu_label = gettext_lazy("Exams")
    menu_icon = "clipboard-list"
    menu_order = 300
    items = (
        ExamViewSet("exams"),
        AttemptViewSet("attempts"),
        AccommodationViewSet("accommodations"),
        QuestionViewSet("questions"),
        QuestionVersionViewSet("question_versions"),
        ScenarioViewSet("scenarios"),
        BlueprintViewSet("blueprints"),
        QuestionAreaViewSet("question_areas"),
        QuestionBankViewSet("question_banks"),
    )
