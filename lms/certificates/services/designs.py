"""A new version of how certificates of a type look."""

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import Max
from wagtail.log_actions import log

from lms.certificates.models import CertificateDesign, CertificateType, PaperPicture
from lms.certificates.pictures import clean_mark
from lms.people.models import User
from lms.register.services import lock_head


@transaction.atomic
def add_design(
    *, certificate_type: CertificateType, actor: User, logo: PaperPicture | None = None, **fields: Any
) -> CertificateDesign:
    """Put a design in force for certificates that are issued from now on; earlier ones keep theirs.

    The register's lock is held, so that no certificate is issued between the count and the design.
    """
    head = lock_head()
    last = CertificateDesign.objects.filter(type=certificate_type).aggregate(last=Max("version"))["last"]
    design = CertificateDesign(
        type=certificate_type,
        version=(last or 0) + 1,
        from_index=head.size,
        logo=logo,
        created_by=actor,
        **fields,
    )
    design.full_clean()
    design.save()
    log(design, "certificates.add_design", user=actor)
    return design


def keep_picture(data: bytes) -> PaperPicture:
    """Store a logo or signature once. Raises PictureError."""
    content = clean_mark(data)
    picture, _is_new = PaperPicture.objects.get_or_create(
        sha256=hashlib.sha256(content).hexdigest(), defaults={"content": content}
    )
    return picture
