"""The only core functions a plugin may import, beside the contract in `lms.plugin_api`.

Plugins refer to core models by name in foreign keys ("people.User"); what they may call is listed
in `__all__` and stays compatible while the hook API keeps its number.
"""

from lms.common.arabic import search_key
from lms.common.archive import ArchiveError, replacing, save_archive, write_archive
from lms.common.archive import Column as ArchiveColumn
from lms.common.archive import Row as ArchiveRow
from lms.common.archive import Table as ArchiveTable
from lms.common.csv_safe import safe_cell, safe_row
from lms.common.dates import format_moment
from lms.common.models import BilingualNameModel, PublicIdModel, new_public_id
from lms.common.permissions import ViewOnlyPolicy
from lms.common.ratelimit import client_key, daily_hash, is_over_limit
from lms.people.enums import Role
from lms.people.services import grant_permissions
from lms.register.canonical import compact as canonical_json
from lms.register.selectors import Inclusion, inclusion_of, records_at
from lms.register.services import SEAL_CONTEXT, Attestation, Statement, attest, attest_many

__all__ = [
    "SEAL_CONTEXT",
    "ArchiveColumn",
    "ArchiveError",
    "ArchiveRow",
    "ArchiveTable",
    "Attestation",
    "BilingualNameModel",
    "Inclusion",
    "PublicIdModel",
    "Role",
    "Statement",
    "ViewOnlyPolicy",
    "attest",
    "attest_many",
    "canonical_json",
    "client_key",
    "daily_hash",
    "format_moment",
    "grant_permissions",
    "inclusion_of",
    "is_over_limit",
    "new_public_id",
    "records_at",
    "replacing",
    "safe_cell",
    "safe_row",
    "save_archive",
    "search_key",
    "write_archive",
]
