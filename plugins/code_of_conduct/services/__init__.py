"""Publishing a code and endorsing it.

Everything that changes what stands does so in one transaction with its entry in the register. Publishing,
signing and accepting wait for each other on the row of the code, so that nobody signs a text that has just
been replaced and nobody signs twice.
"""

from .deciding import accept_endorsement, decline_endorsement, withdraw_endorsement
from .drafting import load_draft, read_source
from .erasing import anonymise_endorsements
from .publishing import publish_version
from .signing import (
    Signature,
    Signed,
    name_on_record,
    sign_endorsement,
    sign_many,
    withdrawal_code_sha256,
)

__all__ = [
    "Signature",
    "Signed",
    "accept_endorsement",
    "anonymise_endorsements",
    "decline_endorsement",
    "load_draft",
    "name_on_record",
    "publish_version",
    "read_source",
    "sign_endorsement",
    "sign_many",
    "withdraw_endorsement",
    "withdrawal_code_sha256",
]
