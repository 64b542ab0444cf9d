from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.register.records import RecordType


class EntryType(models.TextChoices):
    """The words for what the core attests; a plugin's own entry types are shown as they are."""

    ISSUE = RecordType.ISSUE, _("certificate issued")
    REVOKE = RecordType.REVOKE, _("certificate revoked")
    SUSPEND = RecordType.SUSPEND, _("certificate suspended")
    RESTORE = RecordType.RESTORE, _("certificate restored")
    KEYSET = RecordType.KEYSET, _("keys published")
    BATCH_APPROVAL = RecordType.BATCH_APPROVAL, _("batch approved")
    STATUS_LIST = RecordType.STATUS_LIST, _("status list published")
    ENDORSE = RecordType.ENDORSE, _("endorsement given")
    WITHDRAW = RecordType.WITHDRAW, _("endorsement withdrawn")
