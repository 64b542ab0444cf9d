"""What assessments add to the administration."""

from django.http import HttpRequest
from django.urls import URLPattern, path, re_path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import LogActionRegistry

from lms.people.wagtail_hooks import PermittedMenuItem

from . import admin_interchange, admin_views, item_views
from .desk.appeals import AppealViewSet
from .desk.markers import PERMISSION as MARK
from .desk.moderation import MENU_HOOK, ModerationViewSet
from .desk.urls import URLS as DESK_URLS
from .viewsets import AssessmentGroup


@hooks.register("register_admin_viewset")
def register_assessments() -> AssessmentGroup:
    return AssessmentGroup()


@hooks.register("register_admin_urls")
def register_version_urls() -> list[URLPattern]:
    return [
        path("questions/<uuid:public_id>/draft/", admin_views.draft, name="assessments_open_draft"),
        path("versions/<uuid:public_id>/preview/", admin_views.preview, name="assessments_preview"),
        re_path(
            r"^versions/(?P<public_id>[0-9a-f-]{36})/preview/(?P<language>ar|en)/$",
            admin_views.preview_phone,
            name="assessments_preview_phone",
        ),
    ]


@hooks.register("register_admin_urls")
def register_item_urls() -> list[URLPattern]:
    return [
        path("exams/<uuid:exam_id>/items/", item_views.board, name="assessments_item_board"),
        path("exams/<uuid:exam_id>/items.csv", item_views.board_csv, name="assessments_item_board_csv"),
        path("exams/<uuid:exam_id>/items.json", item_views.board_json, name="assessments_item_board_json"),
        path("exams/<uuid:exam_id>/items/<uuid:version_id>/", item_views.item, name="assessments_item"),
    ]


@hooks.register("register_admin_urls")
def register_interchange_urls() -> list[URLPattern]:
    return [
        path("question-files/", admin_interchange.start, name="assessments_question_files"),
        path("question-files/<uuid:public_id>/", admin_interchange.review, name="assessments_question_file"),
        path(
            "question-files/<uuid:bank_id>/export/", admin_interchange.export, name="assessments_export_bank"
        ),
    ]


@hooks.register("register_admin_menu_item")
def register_interchange_menu_item() -> MenuItem:
    return QuestionFilesMenuItem(
        _("Question files"),
        reverse("assessments_question_files"),
        icon_name="doc-full-inverse",
        order=310,
        permission="assessments.import_questions",
    )


class QuestionFilesMenuItem(PermittedMenuItem):
    """The page serves whoever imports and whoever exports."""

    def is_shown(self, request: HttpRequest) -> bool:
        return super().is_shown(request) or request.user.has_perm("assessments.export_questions")


@hooks.register("register_admin_urls")
def register_desk_urls() -> list[URLPattern]:
    return DESK_URLS


@hooks.register("register_admin_viewset")
def register_desk() -> list[ModelViewSet]:
    return [ModerationViewSet("moderations"), AppealViewSet("appeals")]


@hooks.register("register_admin_menu_item")
def register_marking_menu() -> MenuItem:
    menu = Menu(register_hook_name=MENU_HOOK)
    return SubmenuMenuItem(_("Marking"), menu, name="marking", icon_name="edit", order=305)


@hooks.register(MENU_HOOK)
def register_marking_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Open answers"), reverse("assessments_marking"), icon_name="edit", order=10, permission=MARK
    )


@hooks.register("register_log_actions")
def register_bank_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        "assessments.publish_version", _("Publish question"), _("Published a question version")
    )
    actions.register_action(
        "assessments.grant_accommodation", _("Grant accommodation"), _("Granted an accommodation")
    )
    actions.register_action(
        "assessments.end_accommodation", _("End accommodation"), _("Ended an accommodation")
    )
    actions.register_action(
        "assessments.import_bank", _("Import question bank"), _("Imported a question bank file")
    )
    for action, label, message in (
        ("assessments.print_papers", _("Print exam papers"), _("Put exam papers in print")),
        ("assessments.open_papers", _("Open exam papers"), _("Opened a file of exam papers")),
        ("assessments.withdraw_paper", _("Take back exam paper"), _("Took an exam paper back")),
        ("assessments.key_paper", _("Key exam paper"), _("Keyed an exam paper")),
        ("assessments.settle_paper", _("Decide on exam paper"), _("Decided where two keyings differ")),
    ):
        actions.register_action(action, label, message)
    actions.register_action(
        "assessments.export_bank", _("Export question bank"), _("Exported the questions with their answers")
    )
