"""What becomes of issuing keys: the next one, the retired one, the stolen one.

Each step changes the rows at once, so that a withdrawn key never signs again, and reaches checkers
with the next keyset. Where the root key lies on this server that is in the same transaction; where
custodians hold the root keys, the steps wait for `sanad keys export` and `sanad keys import`.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from lms.certificates.enums import KeyState
from lms.certificates.keys import KEY_LIFETIME, KeyRoundError, has_root, publish_keyset, take_up_key
from lms.certificates.models import Certificate, IssuingKey
from lms.register.keys import key_adapter
from lms.register.services import lock_head


@transaction.atomic
def rotate_key(*, lifetime: timedelta = KEY_LIFETIME, retire_former: bool = False) -> IssuingKey:
    """Make the next issuing key. The former ones go on until they are retired, or retire with this step.

    Issuing goes on with the former key until the keyset with the new one is signed; with
    `retire_former` it waits for that.
    """
    head = lock_head()
    former = IssuingKey.objects.filter(state=KeyState.ACTIVE)
    if IssuingKey.objects.filter(state=KeyState.PENDING).exists():
        raise KeyRoundError("pending", "a new key waits for the root keys already: sanad keys export")
    if retire_former:
        former.update(state=KeyState.RETIRED, withdrawn_at_index=head.size)
    reference = _next_reference()
    key_adapter().create(reference)
    key = take_up_key(reference, lifetime=lifetime)
    return _published(key)


@transaction.atomic
def retire_key(*, kid: str = "") -> IssuingKey:
    """End a key in good order: what was registered until now stays valid, and it signs nothing more."""
    head = lock_head()
    key = _one_key(kid, {KeyState.ACTIVE, KeyState.PENDING})
    return _withdraw(key, KeyState.RETIRED, head.size)


@transaction.atomic
def mark_compromised(*, kid: str = "", at_index: int) -> IssuingKey:
    """Say that a key was in other hands from register entry `at_index` on: all it signed from there is void.

    The index may be lowered later, when more is known, and never raised.
    """
    head = lock_head()
    key = _one_key(kid, set(KeyState.values))
    if not 0 <= at_index <= head.size:
        raise KeyRoundError("bad_index", f"the register has {head.size} entries")
    if key.withdrawn_at_index is not None and at_index > key.withdrawn_at_index:
        raise KeyRoundError(
            "bad_index",
            f"the key counts for nothing from entry {key.withdrawn_at_index} on; that is not taken back",
        )
    return _withdraw(key, KeyState.COMPROMISED, at_index)


def void_certificates(key: IssuingKey) -> int:
    """How many certificates a withdrawn key no longer vouches for."""
    return Certificate.objects.filter(
        kid=bytes(key.kid), register_index__gte=key.withdrawn_at_index or 0
    ).count()


def _withdraw(key: IssuingKey, state: KeyState, at_index: int) -> IssuingKey:
    key.state, key.withdrawn_at_index = state, at_index
    key.save(update_fields=["state", "withdrawn_at_index"])
    return _published(key)


def _published(key: IssuingKey) -> IssuingKey:
    if has_root():
        publish_keyset()
        key.refresh_from_db()
    return key


def _one_key(kid: str, states: set[str]) -> IssuingKey:
    """The key of that id, or the only one there is."""
    keys = [key for key in IssuingKey.objects.filter(state__in=states) if not kid or str(key) == kid.lower()]
    if len(keys) != 1:
        which = ", ".join(f"{key} ({key.state})" for key in IssuingKey.objects.all()) or "none"
        raise KeyRoundError("which_key", f"name one of the keys: {which}")
    return keys[0]


def _next_reference() -> str:
    """A name that sorts by day and that no earlier key bore, in the rows or in the adapter."""
    stem = f"issuing-{timezone.localdate():%Y%m%d}"
    names = [stem, *(f"{stem}-{number}" for number in range(2, 100))]
    taken = set(IssuingKey.objects.values_list("reference", flat=True))
    return next(name for name in names if name not in taken and not key_adapter().has(name))
