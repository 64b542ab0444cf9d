"""What can be refused when somebody signs, and why. Each is shown to people as a sentence of its view."""


class ConductError(Exception):
    """A refusal that leaves everything as it was."""


class NotPublished(ConductError):  # noqa: N818 - reads as what happened
    """No version of the code has been published."""


class OutdatedVersion(ConductError):  # noqa: N818
    """The text that was read is not the one in force any more: it must be read anew."""


class ConsentMissing(ConductError):  # noqa: N818
    """One of the consents without which there is no endorsement was not given."""


class AlreadyStanding(ConductError):  # noqa: N818
    """This person or body already has an endorsement in force."""


class AlreadyDecided(ConductError):  # noqa: N818
    """Somebody else has decided, or the signatory has withdrawn, in the meantime."""


class CannotPublish(ConductError):  # noqa: N818
    """The draft cannot be published as it is. The message says why in the editor's language."""
