"""Key files: made whole and private, refused when anybody else could have read them."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lms.register.ed25519 import verify
from lms.register.keyfiles import DEVELOPMENT_MARK, KeyFileError, create_key, load_signer

SECRET = "a long secret of the service manager"


def refusal(path: Path, passphrase: str = "", **options: bool) -> str:
    with pytest.raises(KeyFileError) as refused:
        load_signer(path, passphrase, **options)
    assert str(path.parent) not in str(refused.value)
    return refused.value.code


@pytest.mark.parametrize("passphrase", ["", SECRET])
def test_created_key_is_private_and_opens_again(tmp_path: Path, passphrase: str) -> None:
    path = tmp_path / "keys" / "issuing.pem"

    made = create_key(path, passphrase)
    opened = load_signer(path, passphrase)

    assert opened.public_key == made.public_key
    assert verify(made.public_key, b"message", opened.sign(b"message"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [item.name for item in path.parent.iterdir()] == ["issuing.pem"]


def test_key_is_private_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "issuing.pem"
    program = (
        "import os, sys; os.umask(0); from pathlib import Path; "
        "from lms.register.keyfiles import create_key; create_key(Path(sys.argv[1]))"
    )

    subprocess.run([sys.executable, "-c", program, str(path)], check=True)

    assert path.stat().st_mode & 0o777 == 0o600


def test_encrypted_key_is_not_in_the_file_in_clear(tmp_path: Path) -> None:
    create_key(tmp_path / "issuing.pem", SECRET)

    assert b"BEGIN ENCRYPTED PRIVATE KEY" in (tmp_path / "issuing.pem").read_bytes()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    create_key(tmp_path / "issuing.pem")
    (tmp_path / "issuing.pem").chmod(mode)

    assert refusal(tmp_path / "issuing.pem") == "key_exposed"


def test_missing_key_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "issuing.pem") == "key_missing"


def test_folder_in_place_of_a_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "issuing.pem").mkdir()

    assert refusal(tmp_path / "issuing.pem") == "key_unreadable"


@pytest.mark.parametrize(
    ("written_with", "opened_with"), [(SECRET, ""), (SECRET, "another secret"), ("", SECRET)]
)
def test_passphrase_that_does_not_fit_is_refused(tmp_path: Path, written_with: str, opened_with: str) -> None:
    create_key(tmp_path / "issuing.pem", written_with)

    assert refusal(tmp_path / "issuing.pem", opened_with) == "key_locked"


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "issuing.pem"
    path.write_bytes(content)
    path.chmod(0o600)

    assert refusal(path) == "key_unreadable"


def test_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "issuing.pem"
    path.write_bytes(
        X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    path.chmod(0o600)

    assert refusal(path) == "key_unreadable"


def test_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "issuing.pem"
    made = create_key(path)

    with pytest.raises(KeyFileError) as refused:
        create_key(path)

    assert refused.value.code == "key_exists"
    assert load_signer(path).public_key == made.public_key
    assert len(list(tmp_path.iterdir())) == 1


def test_of_many_who_create_at_once_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "issuing.pem"

    def attempt(_: int) -> bytes | None:
        try:
            return create_key(path).public_key
        except KeyFileError:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [key for key in pool.map(attempt, range(16)) if key]

    assert made == [load_signer(path).public_key]


def test_development_key_says_so_and_can_be_refused(tmp_path: Path) -> None:
    path = tmp_path / "issuing.pem"
    create_key(path, SECRET, is_development=True)
    create_key(tmp_path / "real.pem", SECRET)

    assert path.read_bytes().startswith(DEVELOPMENT_MARK)
    assert load_signer(path, SECRET).public_key
    assert refusal(path, SECRET, allow_development=False) == "key_development"
    assert load_signer(tmp_path / "real.pem", SECRET, allow_development=False).public_key
