"""What the cascade adds to the administration."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogFormatter

from lms.people.wagtail_hooks import PermittedMenuItem

from . import admin_views
from .enums import EnrolmentState
from .viewsets import CascadeViewSetGroup


@hooks.register("register_admin_viewset")
def register_cascade() -> CascadeViewSetGroup:
    return CascadeViewSetGroup()


@hooks.register("register_admin_urls")
def register_import_urls() -> list[URLPattern]:
    return [
        path("trainees/import/", admin_views.start_import, name="cascade_import"),
        path("trainees/import/<uuid:public_id>/", admin_views.review_import, name="cascade_review_import"),
    ]


@hooks.register("register_admin_menu_item")
def register_import_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Import trainees"),
        reverse("cascade_import"),
        icon_name="upload",
        order=160,
        permission="cascade.import_trainees",
    )


@hooks.register("register_admin_menu_item")
def register_dashboard_menu_item() -> MenuItem:
    return PermittedMenuItem(
        _("Programme dashboard"),
        reverse("cascade:dashboard"),
        icon_name="view",
        order=140,
        permission="cascade.view_dashboard",
    )


class MoveFormatter(LogFormatter):
    """A move in words: from which state to which, and why."""

    label = _("Move an enrolment")

    def format_message(self, log_entry: Any) -> str:
        states = dict(EnrolmentState.choices)
        text = _("From “%(old)s” to “%(new)s”") % {
            "old": states.get(log_entry.data.get("from"), "?"),
            "new": states.get(log_entry.data.get("to"), "?"),
        }
        reason = log_entry.data.get("reason")
        return f"{text}: {reason}" if reason else text


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    actions.register_action("cascade.enrol", _("Enrol"), _("Learner enrolled"))
    actions.register_action("cascade.move_enrolment")(MoveFormatter)
    actions.register_action("cascade.invite", _("Invite"), _("Invitation sent"))
    actions.register_action(
        "cascade.invitation_list", _("List of invitations"), _("List of invitation links downloaded")
    )
    actions.register_action("cascade.record_attendance", _("Record attendance"), _("Attendance recorded"))
    actions.register_action("cascade.import_trainees", _("Import trainees"), _("Trainees imported"))
    actions.register_action("cascade.report", _("Report"), _("Report downloaded"))
