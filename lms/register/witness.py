"""A witness: somebody outside who remembers the last head of the register and cosigns only what continues it.

    init STATE --name NAME --log KEY      make the witness's key; prints its public half
    run STATE REGISTER --out FILE         look at a register (folder or https:// address) and cosign its head

Needs the register's public key and the published files, and neither database, settings nor Django:
`sanad witness`, or `python -m lms.register.witness` from the source alone. Exit 0 when the head was
cosigned, 1 when it contradicts the one that this witness cosigned before (both signed heads are
printed: together they are the proof that the register was rewritten or shown in two versions), 2 when
nothing can be said.

What `run` guarantees: under one STATE no two heads are ever cosigned of which neither continues the
other. The head is remembered on disk before its cosignature is handed out, and a lock keeps a second
run waiting.
"""

import argparse
import fcntl
import getpass
import os
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lms.register import merkle
from lms.register.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from lms.register.cosignature import cosign, witness_key
from lms.register.errors import CodedError
from lms.register.export import CHECKPOINT, write_file
from lms.register.keyfiles import create_key, load_signer
from lms.register.note import Note, Signature, VerifierKey, add_signatures, parse_note
from lms.register.sealing import CUSTODIAN_COST
from lms.register.tiles import TileTree

MAX_FILE_BYTES = 1_000_000
TIMEOUT_SECONDS = 30
KEY, LOG, NAME, HEAD = "witness.pem", "log.pub", "name", "head"

Fetch = Callable[[str], bytes]


class WitnessError(CodedError):
    """Why this head cannot be judged; it says nothing against the register."""


class ContradictionError(CodedError):
    """Two heads, both signed by the register's key, that cannot belong to one growing register."""

    def __init__(self, message: str, known: bytes, offered: bytes) -> None:
        super().__init__("contradiction", message)
        self.known = known
        self.offered = offered


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The head that was cosigned: the register's note with this witness's line."""

    checkpoint: Checkpoint
    note: bytes


def judge_head(*, offered: bytes, known: bytes | None, log_key: VerifierKey, fetch: Fetch) -> Checkpoint:
    """Return the offered head if it continues the known one.

    Tiles come from `fetch(path)` and prove themselves by the two signed roots. Raises
    ContradictionError for a proof of misbehaviour, WitnessError for a head that is merely older or
    whose tiles are missing, and CodedError for a note that is not the register's.
    """
    new = open_checkpoint(offered, [log_key])
    if known is None:
        return new
    old = parse_checkpoint(parse_note(known).text)
    if new.size < old.size:
        # An old copy, perhaps; but one that no larger register grew from is a second register.
        _require_continuation(new, old, fetch=fetch, known=known, offered=offered)
        raise WitnessError("behind", f"this head has {new.size} entries; {old.size} were seen before")
    _require_continuation(old, new, fetch=fetch, known=known, offered=offered)
    return new


def _require_continuation(
    smaller: Checkpoint, larger: Checkpoint, *, fetch: Fetch, known: bytes, offered: bytes
) -> None:
    if 0 < smaller.size < larger.size:
        tree = TileTree(larger.size, fetch)
        try:
            if merkle.root_at(larger.size, tree.read) != larger.root:
                raise WitnessError("bad_tiles", f"the tiles are not those of the head at {larger.size}")
            proof = merkle.consistency_proof(smaller.size, larger.size, tree.read)
        except (OSError, CodedError) as error:
            raise WitnessError(
                "no_tiles", f"the head at {larger.size} cannot be followed: {error}"
            ) from error
        is_one_register = merkle.verify_consistency(
            smaller.size, larger.size, proof, smaller.root, larger.root
        )
    else:
        is_one_register = smaller.root == larger.root if smaller.size else smaller.root == merkle.EMPTY_ROOT
    if not is_one_register:
        raise ContradictionError(
            f"the head at {larger.size} does not continue the head at {smaller.size}", known, offered
        )


def cosign_head(*, state: Path, fetch: Fetch, passphrase: str, now: int) -> Witnessed:
    """Judge the published head and cosign it; what is remembered moves on first."""
    log_key = VerifierKey.parse((state / LOG).read_text().strip())
    name = (state / NAME).read_text().strip()
    signer = load_signer(state / KEY, passphrase)
    with _locked(state):
        known = (state / HEAD).read_bytes() if (state / HEAD).exists() else None
        offered = _fetched(fetch)
        checkpoint = judge_head(offered=offered, known=known, log_key=log_key, fetch=fetch)
        # The register's own line alone: other witnesses' lines are not this one's to keep or to vouch for.
        note = _own_lines(offered, log_key)
        write_file(state / HEAD, note)
        line = cosign(parse_note(note).text, name=name, signer=signer, timestamp=now)
    return Witnessed(checkpoint, add_signatures(note, line))


def _own_lines(offered: bytes, log_key: VerifierKey) -> bytes:
    note = parse_note(offered)
    lines: tuple[Signature, ...] = tuple(
        line for line in note.signatures if (line.name, line.key_id) == (log_key.name, log_key.key_id)
    )
    return Note(note.text, lines[:1]).encode()


def _fetched(fetch: Fetch) -> bytes:
    try:
        return fetch(CHECKPOINT)
    except OSError as error:
        raise WitnessError("unreachable", f"the register cannot be read: {error}") from error


@contextmanager
def _locked(state: Path) -> Iterator[None]:
    with (state / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def fetch_from(register: str) -> Fetch:
    """Read files of a register in a folder, or at an https:// (or http://) address."""
    if not register.startswith(("https://", "http://")):
        return lambda path: (Path(register) / path).read_bytes()
    base = register.rstrip("/")

    def fetch(path: str) -> bytes:
        request = urllib.request.Request(f"{base}/{path}", headers={"Cache-Control": "no-cache"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - http alone
            data: bytes = answer.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise OSError(f"{path} is too long")
        return data

    return fetch


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit codes are those above."""
    options = _parser().parse_args(arguments)
    try:
        return _initialise(options) if options.action == "init" else _run(options)
    except ContradictionError as proof:
        return _show_proof(options.state, proof)
    except CodedError as error:
        sys.stderr.write(f"{error}.\n")
    except OSError as error:
        sys.stderr.write(f"{error.filename or ''}: {error.strerror or error}.\n")
    return 2


def _initialise(options: argparse.Namespace) -> int:
    state: Path = options.state
    if (state / KEY).exists():
        raise WitnessError("exists", f"there is a witness in {state} already")
    log_key = VerifierKey.parse(options.log)
    witness_key(options.name, bytes(32))
    signer = create_key(state / KEY, _passphrase(options), cost=CUSTODIAN_COST)
    write_file(state / LOG, f"{log_key.encode()}\n".encode())
    write_file(state / NAME, f"{options.name}\n".encode())
    sys.stdout.write(f"{witness_key(options.name, signer.public_key).encode()}\n")
    return 0


def _run(options: argparse.Namespace) -> int:
    seen = cosign_head(
        state=options.state,
        fetch=fetch_from(options.register),
        passphrase=_passphrase(options),
        now=int(time.time()),
    )
    write_file(options.out, seen.note)
    head = seen.checkpoint
    sys.stdout.write(
        f"{head.origin}: {head.size} entries, root {head.root.hex()}, cosigned in {options.out}\n"
    )
    return 0


def _show_proof(state: Path, proof: ContradictionError) -> int:
    """Keep both heads and print them: neither can be denied by whoever holds the register's key."""
    file = state / f"contradiction-{int(time.time())}"
    evidence = proof.known + b"\n" + proof.offered
    write_file(file, evidence)
    sys.stdout.write(f"{proof}. Both heads bear the register's signature; they are kept in {file}.\n\n")
    sys.stdout.write(evidence.decode())
    return 1


def _passphrase(options: argparse.Namespace) -> str:
    if options.passphrase_file is not None:
        return str(options.passphrase_file.read_text()).rstrip("\n")
    if "SANAD_WITNESS_PASSPHRASE" in os.environ:
        return os.environ["SANAD_WITNESS_PASSPHRASE"]
    try:
        return getpass.getpass("Passphrase of the witness's key: ")
    except EOFError:
        raise WitnessError(
            "no_passphrase", "nobody to ask for the passphrase: set SANAD_WITNESS_PASSPHRASE or give a file"
        ) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="witness", description="Cosign the heads of a register.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    init = actions.add_parser("init", help="make the witness's key")
    init.add_argument("--name", required=True, help="such as witness.example.org/one")
    init.add_argument("--log", required=True, metavar="KEY", help="the register's key, as name+id+base64")
    run = actions.add_parser("run", help="cosign the published head")
    for action in (init, run):
        action.add_argument("state", type=Path, help="the folder of this witness")
        action.add_argument(
            "--passphrase-file", type=Path, help="instead of SANAD_WITNESS_PASSPHRASE or asking"
        )
    run.add_argument("register", help="folder or address of the published register")
    run.add_argument("--out", type=Path, required=True, help="where the cosigned head goes")
    return parser


if __name__ == "__main__":
    sys.exit(main())
