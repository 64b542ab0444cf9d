"""The issuing key in force, and the keyset that tells checkers about it.

Private halves are opened by reference through `lms.register.keys`; rows hold public halves only.
"""

from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.register.days import day_of
from lms.register.ed25519 import Ed25519Signer, kid_of
from lms.register.errors import CodedError
from lms.register.export import write_file
from lms.register.keyfiles import KeyFileError
from lms.register.keys import log_signer, signer_of
from lms.register.note import NoteSigner, VerifierKey
from lms.register.records import Record, RecordType, sha256_of
from lms.register.services import append_entry

from . import keyset as keysets
from .enums import KeyState
from .models import IssuingKey, Keyset

ROOT_KEY = "root"
FIRST_ISSUING_KEY = "issuing"
#: A key signs for one training wave and its renewals; a later keyset replaces it.
KEY_LIFETIME = timedelta(days=730)


class NoIssuingKeyError(CodedError):
    """No key may sign certificates today: `sanad keys init` has not been run, or the key has expired."""


#: What stops signing, or checking, until an operator has looked after the keys.
KEY_TROUBLE = (KeyFileError, NoIssuingKeyError)
#: What a person is told then: it is not their fault.
SIGNING_UNAVAILABLE = _(
    "Certificates cannot be signed at the moment. Nothing is lost: try again later, or tell the programme office."
)


def root_signer() -> NoteSigner:
    """The root key under the name that checkers pin it by."""
    return NoteSigner(f"{settings.SANAD_REGISTER_ORIGIN}/root", signer_of(ROOT_KEY))


def root_key() -> VerifierKey:
    """The root's public half, which `sanad keys init` wrote down.

    Verifying needs no more, so that the private half can leave the server for its safe. Raises KeyFileError
    when neither is there and NoteError when the file holds no key.
    """
    pinned = _root_pin()
    return VerifierKey.parse(pinned.read_text().strip()) if pinned.exists() else root_signer().key


def issuing_signer(*, on: date) -> Ed25519Signer:
    """The private half of the active issuing key. Raises NoIssuingKeyError and KeyFileError."""
    key = IssuingKey.objects.filter(state=KeyState.ACTIVE, not_before__lte=on, expires__gte=on).last()
    if key is None:
        if not settings.SANAD_ALLOW_DEVELOPMENT_KEYS:
            raise NoIssuingKeyError("no_active_key", "no issuing key is in force today")
        key = initialise_keys()
    signer = signer_of(key.reference)
    if signer.public_key != bytes(key.public_key):
        raise NoIssuingKeyError("wrong_key", f"the key file {key.reference} is not the key of the keyset")
    return signer


@transaction.atomic
def initialise_keys() -> IssuingKey:
    """Take up the first issuing key and publish it in a keyset signed by the root."""
    today = timezone.localdate()
    signer = signer_of(FIRST_ISSUING_KEY)
    key, _is_new = IssuingKey.objects.get_or_create(
        kid=kid_of(signer.public_key),
        defaults={
            "public_key": signer.public_key,
            "reference": FIRST_ISSUING_KEY,
            "not_before": today,
            "expires": today + KEY_LIFETIME,
        },
    )
    write_file(_root_pin(), f"{root_signer().key.encode()}\n".encode())
    publish_keyset()
    return key


@transaction.atomic
def publish_keyset() -> Keyset:
    """Sign what the issuing keys are now, under the next serial, and enter it in the register."""
    root = root_signer()
    published: list[Keyset] = []

    def build(index: int) -> Record:
        # The head of the register is locked here, so serials follow each other as well.
        last = Keyset.objects.order_by("serial").last()
        content = keysets.make_keyset(
            serial=last.serial + 1 if last else 1,
            issued=day_of(timezone.localdate()),
            log=log_signer().key,
            keys=[_public(key) for key in IssuingKey.objects.all()],
        )
        note = keysets.sign_keyset(content, root)
        published.append(Keyset.objects.create(serial=content.serial, note=note.decode()))
        return Record(
            type=RecordType.KEYSET,
            kid=kid_of(root.signer.public_key),
            index=index,
            day=content.issued,
            sha256=sha256_of(note),
        )

    append_entry(build=build)
    return published[0]


def current_keyset() -> keysets.Keyset | None:
    """The latest keyset, verified under the root key."""
    last = Keyset.objects.order_by("serial").last()
    return None if last is None else keysets.open_keyset(last.note.encode(), [root_key()])


def _root_pin() -> Path:
    return Path(settings.SANAD_KEYS_DIR) / f"{ROOT_KEY}.pub"


def _public(key: IssuingKey) -> keysets.IssuingKey:
    return keysets.IssuingKey(
        public_key=bytes(key.public_key),
        not_before=day_of(key.not_before),
        expires=day_of(key.expires),
        courses=(keysets.ANY_COURSE,),
        state=keysets.KeyState(key.state),
        at=key.withdrawn_at_index,
    )
