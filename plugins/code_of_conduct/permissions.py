"""What the platform's roles may do here."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions

from lms.api import Role, grant_permissions

REVIEW = (
    "code_of_conduct.view_code",
    "code_of_conduct.view_codeversion",
    "code_of_conduct.view_endorsement",
    "code_of_conduct.review_endorsement",
)
LEAD = (
    *REVIEW,
    "code_of_conduct.add_code",
    "code_of_conduct.change_code",
    "code_of_conduct.publish_code",
    "code_of_conduct.export_endorsement",
)
AUDIT = (
    "code_of_conduct.view_codeversion",
    "code_of_conduct.view_endorsement",
    "code_of_conduct.export_endorsement",
)

GRANTED: dict[Role, tuple[str, ...]] = {
    Role.PROGRAMME_LEAD: LEAD,
    Role.REVIEWER: REVIEW,
    Role.AUDITOR: AUDIT,
}


def grant_to_roles(sender: AppConfig, **_signal: Any) -> None:
    """Receive `post_migrate`. Django makes the permissions in the same signal, perhaps after this."""
    create_permissions(sender, verbosity=0)
    for role, permissions in GRANTED.items():
        grant_permissions(role=role, permissions=permissions)
