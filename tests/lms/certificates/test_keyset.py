"""The keyset: what root keys signed, one spelling only, never an older one again."""

from dataclasses import replace

import pytest

from lms.certificates.keyset import (
    IssuingKey,
    KeysetError,
    KeyState,
    Policy,
    keyset_text,
    make_keyset,
    open_keyset,
    require_newer,
    sign_keyset,
)
from lms.certificates.signed_document import seal
from lms.register.cosignature import witness_key
from lms.register.ed25519 import kid_of
from lms.register.note import ALGORITHM_COSIGNATURE, NoteSigner, VerifierKey, add_signatures, sign_note
from tests.vectors.world import ORIGIN, TODAY, issuing_key, signer_of

ROOTS = [NoteSigner(f"{ORIGIN}/custodian-{number}", signer_of(f"custodian {number}")) for number in (1, 2, 3)]
ROOT_KEYS = [root.key for root in ROOTS]
LOG = VerifierKey(ORIGIN, signer_of("log").public_key)
ACTIVE = issuing_key(signer_of("issuing"), courses=("LTO", "MASTER"))
RETIRED = issuing_key(signer_of("retired"), state=KeyState.RETIRED, at=500)
STOLEN = issuing_key(signer_of("stolen"), state=KeyState.COMPROMISED, at=900)
KEYSET = make_keyset(serial=3, issued=TODAY, log=LOG, keys=[STOLEN, ACTIVE, RETIRED])
NOTE = sign_keyset(KEYSET, ROOTS[0])


def refusal(data: bytes, **options: int) -> str:
    with pytest.raises(KeysetError) as refused:
        open_keyset(data, ROOT_KEYS, **options)
    return refused.value.code


def rewritten(old: str, new: str) -> bytes:
    """The keyset with a text replaced and properly signed again."""
    text = keyset_text(KEYSET)
    assert old in text
    return sign_note(text.replace(old, new, 1), ROOTS[0])


def test_signed_keyset_round_trips() -> None:
    assert open_keyset(NOTE, ROOT_KEYS) == KEYSET
    assert KEYSET.origin == ORIGIN


def test_note_can_be_read_by_the_people_who_sign_it() -> None:
    lines = NOTE.decode().splitlines()

    assert lines[0] == "sanad/keyset/v1"
    assert ' "serial": 3,' in lines
    assert f'   "kid": "{ACTIVE.kid.hex()}",' in lines
    assert '   "state": "compromised"' in lines


def test_keys_are_found_by_the_id_in_a_credential() -> None:
    assert KEYSET.key(kid_of(signer_of("stolen").public_key)) == STOLEN
    assert KEYSET.key(b"none") is None


def test_key_rules() -> None:
    assert ACTIVE.signs_course("LTO")
    assert not ACTIVE.signs_course("OTHER")
    assert RETIRED.signs_course("OTHER")
    assert [ACTIVE.signs_on(TODAY + days) for days in (-366, -365, 365, 366)] == [False, True, True, False]
    assert ACTIVE.vouches_for(10**6)
    assert [STOLEN.vouches_for(index) for index in (0, 899, 900, 901)] == [True, True, False, False]


def test_custodians_sign_one_after_another() -> None:
    text = keyset_text(KEYSET)
    collected = add_signatures(sign_keyset(KEYSET, ROOTS[2]), ROOTS[0].sign(text))

    assert open_keyset(collected, ROOT_KEYS, need=2) == KEYSET
    assert refusal(collected, need=3) == "not_signed"
    assert refusal(sign_keyset(KEYSET, ROOTS[1]), need=2) == "not_signed"


def test_keyset_by_another_root_is_refused() -> None:
    stranger = NoteSigner(f"{ORIGIN}/custodian-1", signer_of("stranger"))

    assert refusal(sign_keyset(KEYSET, stranger)) == "not_signed"


@pytest.mark.parametrize("position", range(0, len(NOTE), 7))
def test_changed_keyset_is_refused(position: int) -> None:
    changed = bytearray(NOTE)
    changed[position] ^= 1

    with pytest.raises(KeysetError):
        open_keyset(bytes(changed), ROOT_KEYS)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("sanad/keyset/v1", "sanad/keyset/v2", "wrong_kind"),
        ("sanad/keyset/v1", "sanad/status/v1", "wrong_kind"),
        ('"serial": 3', '"serial": 3.0', "not_canonical"),
        ('"serial": 3', '"serial":  3', "not_canonical"),
        ('"serial": 3', '"serial": 0', "bad_serial"),
        ('"serial": 3', '"serial": "3"', "bad_value"),
        ('"serial": 3', '"serial": 3,\n "zone": 1', "not_canonical"),
        (' "serial": 3,\n', "", "bad_fields"),
        ('"state": "compromised"', '"state": "doubtful"', "bad_state"),
        ('"state": "compromised"', '"state": "active"', "bad_state"),
        ('"at": 900', '"at": null', "bad_state"),
        (ACTIVE.kid.hex(), "00000000", "bad_kids"),
        ('"courses": [\n    "LTO",\n    "MASTER"\n   ]', '"courses": []', "bad_courses"),
        ('"LTO",\n    "MASTER"', '"MASTER",\n    "LTO"', "bad_courses"),
        ('"LTO"', '"L T O"', "bad_courses"),
        ('"need": 0', '"need": 1', "bad_policy"),
        (LOG.encode(), LOG.encode().replace(ORIGIN, "other.example"), "bad_key"),
    ],
)
def test_properly_signed_nonsense_is_refused(old: str, new: str, code: str) -> None:
    assert refusal(rewritten(old, new)) == code


def test_document_of_another_kind_is_no_keyset() -> None:
    assert refusal(seal("status", {"serial": 1}, [ROOTS[0]])) == "wrong_kind"


def test_keys_out_of_order_or_twice_are_refused() -> None:
    with pytest.raises(KeysetError) as refused:
        replace(KEYSET, keys=KEYSET.keys[::-1])
    assert refused.value.code == "bad_kids"
    with pytest.raises(KeysetError):
        replace(KEYSET, keys=(ACTIVE, ACTIVE))


@pytest.mark.parametrize(
    "fields",
    [
        {"public_key": b"short"},
        {"expires": TODAY - 366},
        {"not_before": -1},
        {"expires": 65_536},
        {"courses": ()},
        {"courses": ("LTO", "LTO")},
        {"state": KeyState.RETIRED},
        {"state": KeyState.COMPROMISED, "at": -1},
        {"at": 5},
    ],
)
def test_impossible_keys_are_refused(fields: dict) -> None:
    with pytest.raises(KeysetError):
        replace(ACTIVE, **fields)


def test_lower_serial_is_refused() -> None:
    newer = replace(KEYSET, serial=4)

    assert require_newer(None, KEYSET) is KEYSET
    assert require_newer(KEYSET, KEYSET) is KEYSET
    assert require_newer(KEYSET, newer) is newer
    with pytest.raises(KeysetError) as refused:
        require_newer(newer, KEYSET)
    assert refused.value.code == "lower_serial"


def test_second_content_under_one_serial_is_refused() -> None:
    with pytest.raises(KeysetError) as refused:
        require_newer(KEYSET, replace(KEYSET, issued=TODAY + 1))
    assert refused.value.code == "serial_reused"


def test_policies_for_witnesses_and_approvers_are_part_of_the_format() -> None:
    witnesses = Policy(
        2, tuple(VerifierKey(f"w{n}", signer_of(f"w{n}").public_key, ALGORITHM_COSIGNATURE) for n in range(3))
    )
    keyset = replace(KEYSET, witnesses=witnesses, approvers=Policy(1, (ROOT_KEYS[0],)))

    assert open_keyset(sign_keyset(keyset, ROOTS[0]), ROOT_KEYS) == keyset
    with pytest.raises(KeysetError):
        Policy(1, ())


def test_witness_that_could_not_disagree_is_refused() -> None:
    one = witness_key("w1", signer_of("w1").public_key)
    for keys in [
        (one, witness_key("w2", one.public_key)),
        (one, witness_key("w1", signer_of("w2").public_key)),
    ]:
        with pytest.raises(KeysetError):
            Policy(1, keys)
    for key in (VerifierKey("w1", one.public_key), witness_key("w1", LOG.public_key)):
        with pytest.raises(KeysetError) as refused:
            replace(KEYSET, witnesses=Policy(1, (key,)))
        assert refused.value.code == "bad_policy"


def test_key_id_is_not_a_free_choice() -> None:
    assert IssuingKey(b"k" * 32, 1, 2, ("*",)).kid == kid_of(b"k" * 32)
