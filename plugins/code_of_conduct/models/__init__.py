"""The code, its published versions and those who endorsed them.

Draft articles are edited at will; publishing freezes them into a version whose texts, digests and seal never
change. An endorsement belongs to one version for ever: it can be declined or withdrawn, on the record, and
is never deleted. A digest of each version, endorsement and withdrawal stands in the platform's register.
"""

from .codes import Article, Code, CodeVersion, SealedModel
from .endorsements import Endorsement, Withdrawal

__all__ = ["Article", "Code", "CodeVersion", "Endorsement", "SealedModel", "Withdrawal"]
