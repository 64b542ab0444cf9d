"""Raw Ed25519 against RFC 8032 section 7.1 and the malleability it forbids (section 5.1.7)."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from lms.register.ed25519 import Ed25519Signer, is_sound_key, kid_of, verify

RFC_8032 = {
    "TEST 1": (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "TEST 2": (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "TEST 3": (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    "TEST SHA(abc)": (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
}
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize("name", RFC_8032)
def test_signature_matches_rfc_8032(name: str) -> None:
    seed, public_key, message, signature = (bytes.fromhex(part) for part in RFC_8032[name])
    signer = Ed25519Signer.from_seed(seed)

    assert signer.public_key == public_key
    assert signer.sign(message) == signature
    assert verify(public_key, message, signature)


@given(position=st.integers(0, 63), flip=st.integers(1, 255))
def test_signature_with_one_byte_changed_is_refused(position: int, flip: int) -> None:
    _, public_key, message, signature = (bytes.fromhex(part) for part in RFC_8032["TEST 3"])
    changed = bytearray(signature)
    changed[position] ^= flip

    assert not verify(public_key, message, bytes(changed))


def test_signature_with_scalar_above_the_group_order_is_refused() -> None:
    _, public_key, message, signature = (bytes.fromhex(part) for part in RFC_8032["TEST 2"])
    scalar = int.from_bytes(signature[32:], "little") + GROUP_ORDER

    assert not verify(public_key, message, signature[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize(("key_length", "signature_length"), [(0, 64), (31, 64), (33, 64), (32, 0), (32, 63)])
def test_wrong_lengths_are_refused_without_exception(key_length: int, signature_length: int) -> None:
    _, public_key, message, signature = (bytes.fromhex(part) for part in RFC_8032["TEST 2"])

    assert not verify((public_key * 2)[:key_length], message, signature[:signature_length])


def test_kid_is_the_head_of_the_key_hash() -> None:
    public_key = bytes.fromhex(RFC_8032["TEST 1"][1])

    assert kid_of(public_key).hex() == "21fe31df"


# The eight points of small order, and encodings of them that are not canonical: Chalkias, Garillot and
# Nikolaenko, "Taming the many EdDSAs" (IACR ePrint 2020/1244), table 1, as in ZIP 215's test vectors.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
]
NOT_CANONICAL = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize("key", SMALL_ORDER + NOT_CANONICAL)
def test_no_signature_is_valid_under_a_key_of_small_order(key: str) -> None:
    # R = any point of small order and S = 0 fit about every eighth message under such a key.
    for commitment in SMALL_ORDER:
        for message in range(8):
            assert not verify(bytes.fromhex(key), bytes([message]), bytes.fromhex(commitment) + bytes(32))


def test_the_refusal_is_what_keeps_such_keys_out() -> None:
    identity = bytes.fromhex(SMALL_ORDER[0])

    # The library underneath accepts it for every message.
    Ed25519PublicKey.from_public_bytes(identity).verify(identity + bytes(32), b"any message")
    assert not verify(identity, b"any message", identity + bytes(32))
    assert not is_sound_key(identity)
    assert not any(is_sound_key(bytes.fromhex(key)) for key in SMALL_ORDER + NOT_CANONICAL)


@given(seed=st.binary(min_size=32, max_size=32))
def test_keys_that_people_make_are_sound(seed: bytes) -> None:
    assert is_sound_key(Ed25519Signer.from_seed(seed).public_key)


@pytest.mark.parametrize("y", range(2**255 - 19, 2**255))
def test_no_second_encoding_of_a_point_is_accepted(y: int) -> None:
    for sign in (0, 2**255):
        assert not is_sound_key((y | sign).to_bytes(32, "little"))


@given(public_key=st.binary(max_size=40), signature=st.binary(max_size=70))
def test_rubbish_is_false_and_never_an_exception(public_key: bytes, signature: bytes) -> None:
    assert verify(public_key, b"message", signature) is False
