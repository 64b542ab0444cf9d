"""The bank's screens: banks, areas and questions, with what their answers say beside them."""

from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from lms.assessments import item_views
from lms.assessments.enums import QuestionKind
from lms.assessments.forms import BankForm, BelongsToBankForm, QuestionForm
from lms.assessments.models import AttemptSlot, Question, QuestionArea, QuestionBank, QuestionVersion
from lms.assessments.question_usage import read_usage
from lms.common.lists import RelatedIndexView

from .columns import KindColumn, ShareColumn, yes_or_no


class QuestionBankViewSet(ModelViewSet):
    model = QuestionBank
    icon = "folder-open-inverse"
    panels = [
        FieldPanel("code"),
        FieldRowPanel([FieldPanel("name_ar"), FieldPanel("name_en")]),
        FieldPanel("practice_course"),
    ]
    list_display = ["code", "name_ar", "name_en", "practice_course"]
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=BankForm).bind_to_model(self.model)


class AreaIndexView(RelatedIndexView):
    related = ("bank",)


class QuestionAreaViewSet(ModelViewSet):
    model = QuestionArea
    icon = "tag"
    index_view_class = AreaIndexView
    list_display = ["name_ar", "name_en", "bank", "code", "order"]
    list_filter = ["bank"]
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    panels = [
        FieldPanel("bank"),
        FieldPanel("code"),
        FieldRowPanel([FieldPanel("name_ar"), FieldPanel("name_en")]),
        FieldPanel("order"),
    ]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=BelongsToBankForm).bind_to_model(self.model)


class QuestionFilterSet(WagtailFilterSet):
    class Meta:
        model = Question
        fields = ["bank", "area", "objective", "topic", "difficulty", "scenario", "is_retired"]


class QuestionIndexView(RelatedIndexView):
    related = ("bank", "area")

    def get_base_queryset(self) -> QuerySet[Question]:
        newest = QuestionVersion.objects.filter(question=OuterRef("pk")).order_by("-number")
        drafts = newest.filter(published_at__isnull=True)
        published = Q(versions__published_at__isnull=False)
        questions: QuerySet[Question] = super().get_base_queryset()
        current = Max("versions__number", filter=published)
        slots = AttemptSlot.objects.filter(version__question=OuterRef("pk"), marks__isnull=False)
        figures = slots.order_by().values("version__question")
        facility = figures.annotate(share=Sum("marks") / Sum("max_marks")).values("share")
        answers = figures.annotate(n=Count("pk")).values("n")
        return questions.annotate(
            current=current,
            kind=Subquery(newest.values("kind")[:1]),
            has_draft=Exists(drafts),
            marked=Coalesce(Subquery(answers), 0),
            facility=Subquery(facility),
        )


class QuestionInspectView(generic.InspectView):
    """A question with all its versions, where they were asked, and the way to a new one."""

    template_name = "assessments/admin/question_inspect.html"

    def get_is_retired_display_value(self) -> str:
        return yes_or_no(self.object.is_retired)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = {
            "uses": read_usage(self.object),
            "kinds": QuestionKind.choices,
            "may_see_items": self.request.user.has_perms(item_views.PERMISSIONS),
        }
        return dict(super().get_context_data(**more, **kwargs))


class QuestionCreateView(generic.CreateView):
    def get_success_url(self) -> str:
        return reverse("questions:inspect", args=[self.object.pk])


def question_page(question: Question) -> str:
    """The question with its versions is what people look for; its filing is one step further."""
    return reverse("questions:inspect", args=[question.pk])


class QuestionViewSet(ModelViewSet):
    model = Question
    icon = "help"
    index_view_class = QuestionIndexView
    inspect_view_class = QuestionInspectView
    add_view_class = QuestionCreateView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    filterset_class = QuestionFilterSet
    ordering = ["bank__code", "code"]
    search_fields = ["code", "topic", "versions__stem_ar", "versions__stem_en"]
    search_backend_name = None
    inspect_view_fields = ["code", "bank", "area", "topic", "objective", "difficulty", "is_retired"]
    list_display = [
        TitleColumn("code", label=gettext_lazy("code"), sort_key="code", get_url=question_page),
        Column("area", label=gettext_lazy("area"), sort_key="area__order"),
        "topic",
        "difficulty",
        KindColumn("kind", label=gettext_lazy("kind")),
        Column("current", label=gettext_lazy("published version"), sort_key="current"),
        Column("marked", label=gettext_lazy("times marked"), sort_key="marked"),
        ShareColumn("facility", label=gettext_lazy("facility"), sort_key="facility"),
        BooleanColumn("has_draft", label=gettext_lazy("draft")),
        BooleanColumn("is_retired", label=gettext_lazy("retired")),
    ]
    panels = [
        FieldRowPanel([FieldPanel("bank"), FieldPanel("area")]),
        FieldRowPanel([FieldPanel("code"), FieldPanel("difficulty")]),
        FieldRowPanel([FieldPanel("topic"), FieldPanel("objective")]),
        FieldRowPanel([FieldPanel("scenario"), FieldPanel("scenario_order")]),
        FieldPanel("is_retired"),
    ]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=QuestionForm).bind_to_model(self.model)
