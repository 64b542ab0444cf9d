"""Certificate types, and certificates issued through the service."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Enrolment
from lms.certificates.models import Certificate, CertificateType
from lms.certificates.services.issuing import issue_certificate

from .cascade import EnrolmentFactory, TierFactory


class CertificateTypeFactory(DjangoModelFactory[CertificateType]):
    class Meta:
        model = CertificateType

    code = factory.Sequence(lambda n: f"TYPE-{n}")
    tier = factory.SubFactory(TierFactory)
    name_ar = "شهادة مراقب طويل الأمد"
    name_en = "Long-term observer certificate"
    validity_days = 730
    required_gates: list[str] = []
    statement_ar = "تشهد الجهة المنفذة بأن حاملها قد أتم التدريب واجتاز امتحان الاعتماد."
    statement_en = "This certifies that the holder has completed the training and passed the exam."
    signatory_ar = "مدير البرنامج"
    signatory_en = "Programme director"
    signatory_title_ar = "عن الجهة المنفذة"
    signatory_title_en = "For the organisation"


def enrolled(
    certificate_type: CertificateType | None = None, **fields: Any
) -> tuple[Enrolment, CertificateType]:
    """A person in training, with the certificate that the training leads to."""
    certificate_type = certificate_type or CertificateTypeFactory()
    enrolment = EnrolmentFactory(cohort__tier=certificate_type.tier, state=EnrolmentState.ACTIVE, **fields)
    return enrolment, certificate_type


def issued(certificate_type: CertificateType | None = None, **fields: Any) -> Certificate:
    enrolment, certificate_type = enrolled(certificate_type, **fields)
    return issue_certificate(enrolment=enrolment, certificate_type=certificate_type)
