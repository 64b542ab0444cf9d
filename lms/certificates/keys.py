"""The issuing key in force, and the keyset that tells checkers about it.

Private halves are opened by reference through `lms.register.keys`; rows hold public halves only. What
becomes of keys over time is in `services/issuing_keys.py`.
"""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.register.days import day_of
from lms.register.ed25519 import Signer, kid_of
from lms.register.errors import CodedError
from lms.register.export import write_file
from lms.register.keyfiles import KeyFileError
from lms.register.keys import key_adapter, log_signer, signer_of
from lms.register.note import NoteSigner, VerifierKey, parse_note
from lms.register.records import Record, RecordType, sha256_of
from lms.register.services import append_entry, lock_head

from . import keyset as keysets
from .enums import KeyState
from .models import IssuingKey, Keyset
from .roots import format_roots, parse_roots

ROOT_KEY = "root"
FIRST_ISSUING_KEY = "issuing"
#: A key signs for one training wave and its renewals; a later keyset replaces it.
KEY_LIFETIME = timedelta(days=730)


class NoIssuingKeyError(CodedError):
    """No key may sign certificates today: `sanad keys init` has not been run, or the key has expired."""


class KeyRoundError(CodedError):
    """A step of the keys' life that cannot be taken, in words for the operator."""


#: What stops signing, or checking, until an operator has looked after the keys.
KEY_TROUBLE = (KeyFileError, NoIssuingKeyError)
#: What a person is told then: it is not their fault.
SIGNING_UNAVAILABLE = _(
    "Certificates cannot be signed at the moment. Nothing is lost: try again later, or tell the programme office."
)


def root_signer() -> NoteSigner:
    """The root key that lies on this server, under the name that checkers pin it by."""
    return NoteSigner(f"{settings.SANAD_REGISTER_ORIGIN}/root", signer_of(ROOT_KEY))


def root_policy() -> keysets.Policy:
    """The pinned root keys and how many of them sign a keyset, which `sanad keys init` wrote down.

    Verifying needs no more, so that private halves can be in their safes, or never were here. Raises
    KeyFileError when nothing is pinned and KeysetError when the file holds no keys.
    """
    pinned = root_pin()
    if pinned.exists():
        return parse_roots(pinned.read_text())
    return keysets.Policy(1, (root_signer().key,))


def has_root() -> bool:
    """Whether keysets can be signed here and now; otherwise custodians do it elsewhere."""
    return root_policy().need == 1 and (settings.SANAD_ALLOW_DEVELOPMENT_KEYS or key_adapter().has(ROOT_KEY))


def issuing_signer(*, on: date) -> Signer:
    """The private half of the active issuing key. Raises NoIssuingKeyError and KeyFileError."""
    key = IssuingKey.objects.filter(state=KeyState.ACTIVE, not_before__lte=on, expires__gte=on).last()
    if key is None:
        # Only a machine that never had keys makes its own: a withdrawn key is not quietly replaced.
        if not settings.SANAD_ALLOW_DEVELOPMENT_KEYS or IssuingKey.objects.exists():
            raise NoIssuingKeyError("no_active_key", "no issuing key is in force today")
        key = initialise_keys()
    signer = signer_of(key.reference)
    if signer.public_key != bytes(key.public_key):
        raise NoIssuingKeyError("wrong_key", f"the key {key.reference} is not the key of the keyset")
    return signer


@transaction.atomic
def initialise_keys(*, roots: keysets.Policy | None = None) -> IssuingKey:
    """Take up the first issuing key; publish it, unless it is for custodians (`roots`) to sign for it."""
    write_file(root_pin(), format_roots(roots or keysets.Policy(1, (root_signer().key,))).encode())
    key = take_up_key(FIRST_ISSUING_KEY)
    if roots is None:
        publish_keyset()
        key.refresh_from_db()
    return key


def take_up_key(reference: str, *, lifetime: timedelta = KEY_LIFETIME) -> IssuingKey:
    """Enter a key of the adapter as an issuing key that waits for the root keys."""
    today = timezone.localdate()
    signer = signer_of(reference)
    key, _is_new = IssuingKey.objects.get_or_create(
        kid=kid_of(signer.public_key),
        defaults={
            "public_key": signer.public_key,
            "reference": reference,
            "not_before": today,
            "expires": today + lifetime,
            "state": KeyState.PENDING,
        },
    )
    return key


def proposed_keyset() -> keysets.Keyset:
    """What the root keys are to sign next: the keys as they are here, and the witnesses of the settings."""
    last = Keyset.objects.order_by("serial").last()
    try:
        witnesses = keysets.Policy(
            settings.SANAD_WITNESS_QUORUM, tuple(VerifierKey.parse(key) for key in settings.SANAD_WITNESSES)
        )
    except CodedError as error:
        raise KeyRoundError("bad_witnesses", f"SANAD_WITNESSES or SANAD_WITNESS_QUORUM: {error}") from error
    return keysets.make_keyset(
        serial=last.serial + 1 if last else 1,
        issued=day_of(timezone.localdate()),
        log=log_signer().key,
        keys=[_public(key) for key in IssuingKey.objects.all()],
        witnesses=witnesses,
    )


@transaction.atomic
def publish_keyset() -> Keyset:
    """Sign what the issuing keys are now, under the next serial, and enter it in the register."""
    # The head of the register is locked, so that serials follow each other as entries do.
    lock_head()
    root = root_signer()
    return _enter_keyset(keysets.sign_keyset(proposed_keyset(), root), kid_of(root.signer.public_key))


@transaction.atomic
def accept_keyset(note: bytes) -> Keyset:
    """Take in the keyset that custodians signed for what the keys are now.

    Raises KeysetError when it is not signed as the pinned root keys ask, and KeyRoundError when the keys
    have changed since the proposal was written: what would be published is then not what was decided.
    """
    lock_head()
    roots = root_policy()
    content = keysets.open_keyset(note, roots.keys, need=roots.need)
    if replace(proposed_keyset(), issued=content.issued) != content:
        raise KeyRoundError(
            "outdated_proposal", "the keys have changed since this was proposed: export and sign once more"
        )
    signers = keysets.signed_by(note, roots.keys)
    return _enter_keyset(note, kid_of(signers[0].public_key))


def current_keyset() -> keysets.Keyset | None:
    """The latest keyset, verified under the root keys."""
    last = Keyset.objects.order_by("serial").last()
    if last is None:
        return None
    roots = root_policy()
    return keysets.open_keyset(last.note.encode(), roots.keys, need=roots.need)


def root_pin() -> Path:
    """The file of the pinned root keys."""
    return Path(settings.SANAD_KEYS_DIR) / f"{ROOT_KEY}.pub"


def _enter_keyset(note: bytes, kid: bytes) -> Keyset:
    content = keysets.read_proposal(parse_note(note).text)
    append_entry(
        build=lambda index: Record(
            type=RecordType.KEYSET,
            kid=kid,
            index=index,
            day=day_of(timezone.localdate()),
            sha256=sha256_of(note),
        )
    )
    IssuingKey.objects.filter(state=KeyState.PENDING).update(state=KeyState.ACTIVE)
    return Keyset.objects.create(serial=content.serial, note=note.decode())


def _public(key: IssuingKey) -> keysets.IssuingKey:
    is_current = key.state in {KeyState.PENDING, KeyState.ACTIVE}
    return keysets.IssuingKey(
        public_key=bytes(key.public_key),
        not_before=day_of(key.not_before),
        expires=day_of(key.expires),
        courses=(keysets.ANY_COURSE,),
        state=keysets.KeyState.ACTIVE if is_current else keysets.KeyState(key.state),
        at=key.withdrawn_at_index,
    )
