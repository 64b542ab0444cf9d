"""The credential: published COSE and CWT bytes, one encoding only, no mutation accepted."""

import unicodedata
from dataclasses import replace
from datetime import date

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.certificates.credential import (
    MAX_BYTES,
    Claims,
    Credential,
    CredentialError,
    encode_claims,
    issue_record,
    parse,
    sign,
    verify,
)
from lms.register.days import day_of
from lms.register.ed25519 import Ed25519Signer, kid_of
from lms.register.records import MAX_INDEX, sha256_of

SIGNER = Ed25519Signer.from_seed(bytes(range(32)))
CLAIMS = Claims(
    certificate_id=bytes.fromhex("00112233445566778899"),
    name="فاطمة الزهراء عبد السلام",
    course="LTO",
    index=431,
    issued=day_of(date(2026, 2, 16)),
    expires=day_of(date(2028, 2, 15)),
    trainer_index=12,
)
MESSAGE = sign(CLAIMS, SIGNER)


def test_message_is_exactly_these_bytes() -> None:
    """The format is printed on papers that outlive this program: it must never drift."""
    name = CLAIMS.name.encode()
    claims = b"".join(
        [
            b"\xa4",
            b"\x04\x19\x52\xed",  # exp: 21229
            b"\x06\x19\x50\x14",  # iat: 20500
            b"\x07\x4a" + bytes.fromhex("00112233445566778899"),  # cti
            b"\x3a\x00\x01\x00\x00\x85\x01",  # -65537: [1,
            b"\x78" + bytes([len(name)]) + name,
            b"\x63LTO\x19\x01\xaf\x0c",  # "LTO", 431, 12]
        ]
    )
    protected = b"\xa2\x01\x27\x04\x44" + kid_of(SIGNER.public_key)
    head = b"\xd2\x84\x49" + protected + b"\xa0\x58" + bytes([len(claims)])

    assert encode_claims(CLAIMS) == claims
    assert head + claims + b"\x58\x40" + MESSAGE[-64:] == MESSAGE
    assert len(MESSAGE) == 164


def test_signature_is_over_the_sig_structure_of_rfc_9052() -> None:
    protected = bytes.fromhex("a201270444") + kid_of(SIGNER.public_key)
    to_be_signed = cbor2.dumps(["Signature1", protected, b"", encode_claims(CLAIMS)])

    assert parse(MESSAGE).signed_bytes == to_be_signed
    assert verify(SIGNER.public_key, to_be_signed, MESSAGE[-64:])


def test_rfc_9052_sign1_example_structure_verifies() -> None:
    """cose-wg/Examples eddsa-examples/eddsa-sig-01: the same Sig_structure over their payload."""
    public_key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    protected = bytes.fromhex("a201270300")
    to_be_signed = cbor2.dumps(["Signature1", protected, b"", b"This is the content."])
    signature = bytes.fromhex(
        "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb87"
        "11497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d"
    )

    assert to_be_signed.hex().startswith("846a5369676e61747572653145a201270300405454686973")
    assert verify(public_key, to_be_signed, signature)


def test_registered_claims_have_the_labels_of_rfc_8392() -> None:
    claims = cbor2.loads(encode_claims(CLAIMS))

    assert claims[4] == 21_229
    assert claims[6] == 20_500
    assert claims[7] == CLAIMS.certificate_id
    assert [label for label in claims if label < -65536] == [-65537]


def test_parsed_message_gives_the_claims_back() -> None:
    credential = parse(MESSAGE)

    assert credential.claims == CLAIMS
    assert credential.kid == kid_of(SIGNER.public_key)
    assert credential.is_signed_by(SIGNER.public_key)
    assert not credential.is_signed_by(Ed25519Signer.from_seed(bytes(32)).public_key)
    assert (credential.claims.issued_on, credential.claims.expires_on) == (
        date(2026, 2, 16),
        date(2028, 2, 15),
    )


names = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"]), min_size=1, max_size=40
).map(lambda text: unicodedata.normalize("NFC", text))
claims_strategy = st.builds(
    lambda **fields: fields,
    certificate_id=st.binary(min_size=10, max_size=10),
    name=names,
    course=st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,31}\Z"),
    index=st.integers(1, MAX_INDEX),
    issued=st.integers(0, 65_535),
)


@given(fields=claims_strategy, lifetime=st.none() | st.integers(0, 4000), back=st.none() | st.integers(1))
def test_claims_round_trip(fields: dict, lifetime: int | None, back: int | None) -> None:
    expires = None if lifetime is None else min(fields["issued"] + lifetime, 65_535)
    trainer = None if back is None else max(fields["index"] - back, 0)
    claims = Claims(**fields, expires=expires, trainer_index=trainer)

    credential = parse(sign(claims, SIGNER))

    assert credential.claims == claims
    assert credential.is_signed_by(SIGNER.public_key)


def accepted(message: bytes) -> bool:
    try:
        return parse(message).is_signed_by(SIGNER.public_key)
    except CredentialError:
        return False


def test_every_one_byte_mutation_is_refused() -> None:
    for position in range(len(MESSAGE)):
        for flip in range(1, 256):
            changed = bytearray(MESSAGE)
            changed[position] ^= flip
            assert not accepted(bytes(changed)), f"byte {position} ^ {flip}"


def test_every_truncation_insertion_and_deletion_is_refused() -> None:
    assert accepted(MESSAGE)
    for position in range(len(MESSAGE)):
        assert not accepted(MESSAGE[:position])
        assert not accepted(MESSAGE[position + 1 :])
        assert not accepted(MESSAGE[:position] + MESSAGE[position + 1 :])
        assert not accepted(MESSAGE[:position] + b"\x00" + MESSAGE[position:])
    assert not accepted(MESSAGE + b"\x00")
    assert not accepted(MESSAGE + MESSAGE)


@settings(max_examples=400)
@given(st.binary(max_size=420))
def test_random_bytes_are_refused_without_another_exception(data: bytes) -> None:
    with pytest.raises(CredentialError):
        parse(data)


@settings(max_examples=400)
@given(data=st.data())
def test_heavily_damaged_messages_are_refused_without_another_exception(data: st.DataObject) -> None:
    changed = bytearray(MESSAGE)
    for position in data.draw(st.lists(st.integers(0, len(MESSAGE) - 1), min_size=1, max_size=12)):
        changed[position] = data.draw(st.integers(0, 255))

    assert bytes(changed) == MESSAGE or not accepted(bytes(changed))


def forged(payload: bytes, *, protected: bytes | None = None, unprotected: bytes = b"\xa0") -> bytes:
    """A message with a *valid* signature over whatever payload, so that only the parser stands between."""
    if protected is None:
        protected = b"\xa2\x01\x27\x04\x44" + kid_of(SIGNER.public_key)
    signature = SIGNER.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return b"\xd2\x84" + cbor2.dumps(protected) + unprotected + cbor2.dumps(payload) + cbor2.dumps(signature)


GOOD = encode_claims(CLAIMS)
OWN = [1, CLAIMS.name, "LTO", 431, 12]


def with_own(*own: object) -> bytes:
    fields = {4: CLAIMS.expires, 6: CLAIMS.issued, 7: CLAIMS.certificate_id, -65537: list(own)}
    return cbor2.dumps(fields, canonical=True)


def test_forging_helper_makes_acceptable_messages() -> None:
    assert forged(GOOD) == MESSAGE
    assert accepted(forged(with_own(*OWN)))


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\xbf" + GOOD[1:] + b"\xff", "not_cbor"),
        (b"\xa5\x06\x19\x50\x14" + GOOD[1:], "not_cbor"),
        (GOOD + b"\x00", "not_deterministic"),
        (GOOD.replace(b"\x19\x50\x14", b"\x1a\x00\x00\x50\x14"), "not_deterministic"),
        (GOOD.replace(b"\x06\x19\x50\x14", b""), "not_cbor"),
        (cbor2.dumps({6: 20_500, 4: 21_229, 7: b"\0" * 10, -65537: OWN}), "not_deterministic"),
        (cbor2.dumps({1: "issuer", 6: 20_500, 7: b"\0" * 10, -65537: OWN}), "not_deterministic"),
        (cbor2.dumps({6: 20_500.0, 7: b"\0" * 10, -65537: OWN}), "not_deterministic"),
        (cbor2.dumps({6: True, 7: b"\0" * 10, -65537: OWN}), "not_deterministic"),
        (cbor2.dumps({6: 20_500, 7: "0123456789", -65537: OWN}), "bad_id"),
        (cbor2.dumps({6: 20_500, 7: b"\0" * 9, -65537: OWN}), "bad_id"),
        (cbor2.dumps({6: 20_500, -65537: OWN}), "bad_id"),
        (cbor2.dumps({7: b"\0" * 10, -65537: OWN}), "bad_day"),
        (cbor2.dumps({6: 20_500, 7: b"\0" * 10}), "bad_claims"),
        (cbor2.dumps([1, 2, 3]), "bad_claims"),
        (cbor2.dumps({6: 20_500, 7: b"\0" * 10, -65537: {}}), "bad_claims"),
        (with_own(), "bad_claims"),
        (with_own(*OWN, None), "bad_claims"),
        (with_own(*OWN[:4]), "bad_claims"),
        (with_own(2, *OWN[1:]), "unknown_version"),
        (with_own(2, "a shape of the future"), "unknown_version"),
        (with_own(0, *OWN[1:]), "unknown_version"),
        (with_own("1", *OWN[1:]), "unknown_version"),
        (with_own(True, *OWN[1:]), "not_deterministic"),
        (with_own(1, b"bytes", "LTO", 431, 12), "bad_name"),
        (with_own(1, "", "LTO", 431, 12), "name_empty"),
        (with_own(1, "Fatima \u202eevil", "LTO", 431, 12), "name_bidi_control"),
        (with_own(1, "فاطمة\u200f", "LTO", 431, 12), "name_bidi_control"),
        (with_own(1, "Fatima\u2066", "LTO", 431, 12), "name_bidi_control"),
        (with_own(1, "Fati\u200bma", "LTO", 431, 12), "name_control"),
        (with_own(1, "Fatima\n", "LTO", 431, 12), "name_control"),
        (with_own(1, "Fatima\0", "LTO", 431, 12), "name_control"),
        (with_own(1, "\u0627\u0653\u0645\u0646\u0629", "LTO", 431, 12), "name_not_nfc"),
        (with_own(1, "Zoe\u0308", "LTO", 431, 12), "name_not_nfc"),
        (with_own(1, "Fatima  Ali", "LTO", 431, 12), "name_spacing"),
        (with_own(1, " Fatima", "LTO", 431, 12), "name_spacing"),
        (with_own(1, "Fatima\u00a0Ali", "LTO", 431, 12), "name_spacing"),
        (with_own(1, "Fatima", "", 431, 12), "bad_course"),
        (with_own(1, "Fatima", "L T O", 431, 12), "bad_course"),
        (with_own(1, "Fatima", "دورة", 431, 12), "bad_course"),
        (with_own(1, "Fatima", "LTO", -1, None), "bad_index"),
        (with_own(1, "Fatima", "LTO", 2**32, None), "bad_index"),
        (with_own(1, "Fatima", "LTO", 1.0, None), "not_deterministic"),
        (with_own(1, "Fatima", "LTO", 431, 431), "bad_trainer"),
        (with_own(1, "Fatima", "LTO", 0, 0), "bad_trainer"),
        (cbor2.dumps({4: 20_499, 6: 20_500, 7: b"\0" * 10, -65537: OWN}), "bad_day"),
        (cbor2.dumps({4: None, 6: 20_500, 7: b"\0" * 10, -65537: OWN}, canonical=True), "not_deterministic"),
        (cbor2.dumps({6: 65_536, 7: b"\0" * 10, -65537: OWN}), "bad_day"),
    ],
)  # fmt: skip
def test_validly_signed_but_malformed_claims_are_refused(payload: bytes, code: str) -> None:
    with pytest.raises(CredentialError) as refused:
        parse(forged(payload))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"", "not_cbor"),
        (MESSAGE[1:], "bad_envelope"),
        (b"\xd8\x3d" + MESSAGE, "bad_envelope"),
        (b"\xd8\x12" + MESSAGE[1:], "not_deterministic"),
        (b"\xd2\x9f" + MESSAGE[2:] + b"\xff", "not_cbor"),
        (MESSAGE + b"\x00", "not_deterministic"),
        (forged(GOOD, unprotected=b"\xa1\x04\x41\x31"), "not_deterministic"),
        (forged(GOOD, protected=b"\xa1\x01\x27"), "bad_envelope"),
        (forged(GOOD, protected=b"\xa2\x01\x26\x04\x44" + kid_of(SIGNER.public_key)), "bad_envelope"),
        (forged(GOOD, protected=b"\xa2\x01\x27\x04\x45" + kid_of(SIGNER.public_key) + b"\0"), "bad_envelope"),
        (
            forged(GOOD, protected=b"\xa3\x01\x27\x03\x00\x04\x44" + kid_of(SIGNER.public_key)),
            "not_deterministic",
        ),
        (
            forged(GOOD, protected=b"\xa2\x04\x44" + kid_of(SIGNER.public_key) + b"\x01\x27"),
            "not_deterministic",
        ),
        (MESSAGE[:-66] + b"\x58\x3f" + MESSAGE[-63:], "bad_envelope"),
        (b"\xd2" * 400, "not_cbor"),
        (b"\x00" * (MAX_BYTES + 1), "too_long"),
    ],
)
def test_other_envelopes_are_refused(message: bytes, code: str) -> None:
    with pytest.raises(CredentialError) as refused:
        parse(message)
    assert refused.value.code == code


def test_claims_too_long_for_a_code_are_refused_at_signing() -> None:
    longest = replace(CLAIMS, name="م" * 139)

    assert len(sign(longest, SIGNER)) <= MAX_BYTES
    with pytest.raises(CredentialError) as refused:
        sign(replace(CLAIMS, name="م" * 145), SIGNER)
    assert refused.value.code == "too_long"


def test_expiry_is_optional_and_absent_rather_than_null() -> None:
    message = sign(replace(CLAIMS, expires=None), SIGNER)

    assert parse(message).claims.expires_on is None
    assert 4 not in cbor2.loads(cbor2.loads(message).value[2])


def test_record_of_an_issue_follows_from_the_message() -> None:
    record = issue_record(MESSAGE)

    assert (record.type, record.kid) == ("issue", kid_of(SIGNER.public_key))
    assert (record.index, record.course, record.day) == (431, "LTO", 20_500)
    assert record.sha256 == sha256_of(MESSAGE)
    assert "فاطمة" not in record.encode().decode()


def test_another_signature_of_the_same_claims_is_another_record() -> None:
    other = sign(CLAIMS, Ed25519Signer.from_seed(bytes(32)))

    assert issue_record(other).leaf_hash != issue_record(MESSAGE).leaf_hash


def test_credential_object_rebuilds_the_message() -> None:
    credential = Credential(CLAIMS, kid_of(SIGNER.public_key), MESSAGE[-64:])

    assert credential.message == MESSAGE
