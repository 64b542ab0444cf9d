"""The pinned root keys as a small file that people can print and compare.

    need 2
    sanad.example/custodian-1+5e884898+AdX…
    sanad.example/custodian-2+…
    sanad.example/custodian-3+…

A file of one line is that one key. Blank lines do not count.
"""

from lms.certificates.keyset import KeysetError, Policy
from lms.register.note import ALGORITHM_ED25519, NoteError, VerifierKey

_NEED = "need "


def parse_roots(text: str) -> Policy:
    """Read the file; without a `need` line one signature is enough. Raises `KeysetError`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    need = 1
    if lines and lines[0].startswith(_NEED):
        count = lines.pop(0).removeprefix(_NEED)
        need = int(count) if count.isascii() and count.isdigit() else 0
    try:
        policy = Policy(need, tuple(VerifierKey.parse(line) for line in lines))
    except NoteError as error:
        raise KeysetError(error.code, f"a root key cannot be read: {error}") from error
    if need < 1 or any(key.algorithm != ALGORITHM_ED25519 for key in policy.keys):
        raise KeysetError("bad_policy", "at least one root key must have signed")
    return policy


def format_roots(policy: Policy) -> str:
    """The file of a policy."""
    keys = "".join(f"{key.encode()}\n" for key in policy.keys)
    return keys if (policy.need, len(policy.keys)) == (1, 1) else f"{_NEED}{policy.need}\n{keys}"
