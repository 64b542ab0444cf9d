from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Sector(models.TextChoices):
    """The sectors of article 1 of the code."""

    POLITICAL = "political", pgettext_lazy("sector", "Political")
    SECURITY = "security", pgettext_lazy("sector", "Security")
    SOCIAL = "social", pgettext_lazy("sector", "Social")
    CIVIL = "civil", pgettext_lazy("sector", "Civil")


class ActorKind(models.TextChoices):
    PERSON = "person", pgettext_lazy("endorsement", "Person")
    BODY = "body", pgettext_lazy("endorsement", "Body")


class Role(models.TextChoices):
    """In which capacity somebody endorses. It belongs to the endorsement: the same person may stand
    elsewhere next year."""

    PARTY = "party", _("Political party or movement")
    LIST = "list", _("Electoral list")
    CANDIDATE = "candidate", _("Candidate")
    AGENT = "agent", _("Agent of a candidate or list")
    SECURITY_BODY = "security_body", _("Body charged with securing elections")
    SECURITY_MEMBER = "security_member", _("Member of a security body")
    SOCIAL_COUNCIL = "social_council", _("Social council or council of elders")
    NOTABLE = "notable", _("Notable or elder")
    CSO = "cso", _("Civil society organisation")
    MEDIA_OUTLET = "media_outlet", _("Media outlet")
    OBSERVER = "observer", _("Election observer")
    JOURNALIST = "journalist", _("Journalist")

    @property
    def sector(self) -> Sector:
        return _SECTOR_OF[self]

    @property
    def kind(self) -> ActorKind:
        return ActorKind.BODY if self in _BODIES else ActorKind.PERSON


_SECTOR_OF = {
    Role.PARTY: Sector.POLITICAL,
    Role.LIST: Sector.POLITICAL,
    Role.CANDIDATE: Sector.POLITICAL,
    Role.AGENT: Sector.POLITICAL,
    Role.SECURITY_BODY: Sector.SECURITY,
    Role.SECURITY_MEMBER: Sector.SECURITY,
    Role.SOCIAL_COUNCIL: Sector.SOCIAL,
    Role.NOTABLE: Sector.SOCIAL,
    Role.CSO: Sector.CIVIL,
    Role.MEDIA_OUTLET: Sector.CIVIL,
    Role.OBSERVER: Sector.CIVIL,
    Role.JOURNALIST: Sector.CIVIL,
}
_BODIES = frozenset(
    {Role.PARTY, Role.LIST, Role.SECURITY_BODY, Role.SOCIAL_COUNCIL, Role.CSO, Role.MEDIA_OUTLET}
)


class Change(models.TextChoices):
    """What a new version means for those who signed the one before it."""

    SUBSTANTIVE = "substantive", _("Substantive: everybody is asked to sign anew")
    EDITORIAL = "editorial", _("Editorial: the endorsements given stay valid")


class EndorsementState(models.TextChoices):
    PENDING = "pending", pgettext_lazy("endorsement", "Awaiting review")
    IN_FORCE = "in_force", pgettext_lazy("endorsement", "In force")
    DECLINED = "declined", pgettext_lazy("endorsement", "Not accepted")
    WITHDRAWN = "withdrawn", pgettext_lazy("endorsement", "Withdrawn")


class IdentityTier(models.IntegerChoices):
    """How sure the platform was of who signed."""

    SELF_DECLARED = 0, _("Declared by the signatory")
    ACCOUNT = 1, _("Signed in with an account")
    ATTESTED = 2, _("Attested in person")


class Language(models.TextChoices):
    ARABIC = "ar", _("Arabic")
    ENGLISH = "en", _("English")
