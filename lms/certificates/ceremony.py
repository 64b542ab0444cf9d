"""The root ceremony: custodians sign a keyset one after another, on machines without a network.

    make-key NAME FILE        a custodian's root key, under a passphrase; prints its public half
    show PROPOSAL             what the proposed keyset says
    sign PROPOSAL --key FILE --name NAME --out FILE
    combine SIGNED… --roots FILE --out FILE
    verify KEYSET --roots FILE

Needs Python and the cryptography library alone: `sanad keys ceremony FILE` packs it into one file
that custodians carry. Each of them signs the text that they read; a signed file is that text with a
signature line, so nothing secret travels, and files of different texts cannot be combined.
"""

import argparse
import difflib
import getpass
import hashlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from lms.certificates.keyset import ANY_COURSE, Keyset, open_keyset, read_proposal
from lms.certificates.roots import parse_roots
from lms.register.days import date_of
from lms.register.errors import CodedError
from lms.register.keyfiles import create_key, load_signer
from lms.register.note import Note, NoteError, NoteSigner, VerifierKey, parse_note, sign_note
from lms.register.sealing import CUSTODIAN_COST

MIN_PASSPHRASE = 12


class CeremonyError(CodedError):
    """Something that ends the ceremony, in a sentence for the people in the room."""


def describe(keyset: Keyset) -> str:
    """What custodians read before they sign."""
    lines = [
        f"Keyset serial {keyset.serial}, of {date_of(keyset.issued).isoformat()}",
        f"Register      {keyset.log.encode()}",
    ]
    for key in keyset.keys:
        until = "" if key.at is None else f" from entry {key.at} on"
        courses = "all courses" if ANY_COURSE in key.courses else ", ".join(key.courses)
        days = f"{date_of(key.not_before).isoformat()} to {date_of(key.expires).isoformat()}"
        lines.append(f"Issuing key   {key.kid.hex()}  {key.state}{until}, {days}, {courses}")
    for what, policy in (("Witnesses", keyset.witnesses), ("Approvers", keyset.approvers)):
        lines.append(f"{what:13} {policy.need} of {len(policy.keys)}")
        lines += [f"              {key.encode()}" for key in policy.keys]
    return "".join(f"{line}\n" for line in lines)


def combine(signed: Sequence[bytes], roots: Sequence[VerifierKey], *, need: int) -> bytes:
    """One keyset out of several that custodians signed; raises `CeremonyError` and `KeysetError`."""
    notes = [parse_note(data) for data in signed]
    if len({note.text for note in notes}) != 1:
        raise CeremonyError("different_texts", "the custodians did not sign the same text")
    lines = {signature.line: signature for note in notes for signature in note.signatures}
    data = Note(notes[0].text, tuple(lines.values())).encode()
    open_keyset(data, roots, need=need)
    return data


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step; 0 when it was done, 1 when it was refused."""
    options = _parser().parse_args(arguments)
    action: Callable[[argparse.Namespace], None] = options.action
    try:
        action(options)
    except CodedError as error:
        return _refuse(str(error))
    except FileExistsError as error:
        return _refuse(f"{error.filename} exists already and is left as it is")
    except (OSError, UnicodeDecodeError) as error:
        return _refuse(str(error))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ceremony", description="Sign a keyset with root keys, offline.")
    steps = parser.add_subparsers(required=True, metavar="STEP")
    make = steps.add_parser("make-key", help="make a custodian's root key")
    make.add_argument("name", help="such as sanad.example/custodian-1")
    make.add_argument("file", type=Path)
    make.set_defaults(action=_make_key)
    show = steps.add_parser("show", help="tell what a proposed or signed keyset says")
    show.add_argument("proposal", type=Path)
    show.add_argument("--previous", type=Path, help="an earlier keyset, to see what changes")
    show.set_defaults(action=_show)
    sign = steps.add_parser("sign", help="sign a proposed keyset")
    sign.add_argument("proposal", type=Path)
    sign.add_argument("--key", type=Path, required=True)
    sign.add_argument("--name", required=True)
    sign.add_argument("--out", type=Path, required=True)
    sign.add_argument("--serial", type=int, help="the serial that is expected; asked for otherwise")
    sign.set_defaults(action=_sign)
    join = steps.add_parser("combine", help="join what custodians signed into one keyset")
    join.add_argument("signed", type=Path, nargs="+")
    join.add_argument("--out", type=Path, required=True)
    join.set_defaults(action=_combine)
    check = steps.add_parser("verify", help="check a keyset under the pinned root keys")
    check.add_argument("keyset", type=Path)
    check.set_defaults(action=_verify)
    for step in (join, check):
        step.add_argument("--roots", type=Path, required=True, help="the file of the pinned root keys")
    for step in (make, sign):
        step.add_argument("--passphrase-file", type=Path, help="instead of asking for the passphrase")
    return parser


def _make_key(options: argparse.Namespace) -> None:
    VerifierKey(options.name, bytes(32))
    passphrase = _passphrase(options)
    if len(passphrase) < MIN_PASSPHRASE:
        raise CeremonyError("weak", f"a passphrase has at least {MIN_PASSPHRASE} characters: take five words")
    if options.passphrase_file is None and _asked("Once more: ") != passphrase:
        raise CeremonyError("mistyped", "the two passphrases are not the same")
    signer = create_key(options.file, passphrase, cost=CUSTODIAN_COST)
    _say(f"{VerifierKey(options.name, signer.public_key).encode()}\n")


def _show(options: argparse.Namespace) -> None:
    text = _text_of(options.proposal)
    _say(describe(read_proposal(text)))
    _say(f"Fingerprint   {fingerprint(text)}\n")
    if options.previous is not None:
        before, after = _text_of(options.previous).splitlines(), text.splitlines()
        _say("".join(f"{line}\n" for line in difflib.unified_diff(before, after, "before", "after", n=2)))


def _sign(options: argparse.Namespace) -> None:
    text = _text_of(options.proposal)
    keyset = read_proposal(text)
    _say(f"{describe(keyset)}Fingerprint   {fingerprint(text)}\n")
    serial = options.serial if options.serial is not None else input("Type the serial to sign this: ")
    if str(serial) != str(keyset.serial):
        raise CeremonyError("not_confirmed", f"the keyset has serial {keyset.serial}; nothing was signed")
    signer = load_signer(options.key, _passphrase(options))
    _write_new(options.out, sign_note(text, NoteSigner(options.name, signer)))
    _say(f"Signed by {options.name} in {options.out}\n")


def _combine(options: argparse.Namespace) -> None:
    roots = parse_roots(options.roots.read_text())
    data = combine([path.read_bytes() for path in options.signed], roots.keys, need=roots.need)
    _write_new(options.out, data)
    _say(f"Keyset in {options.out}, signed by {roots.need} of {len(roots.keys)} or more\n")


def _verify(options: argparse.Namespace) -> None:
    roots = parse_roots(options.roots.read_text())
    keyset = open_keyset(options.keyset.read_bytes(), roots.keys, need=roots.need)
    _say(f"{describe(keyset)}The keyset is signed as the root keys ask.\n")


def fingerprint(text: str) -> str:
    """What people read to each other to be sure that they have the same text: 128 bits of SHA-256."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    return " ".join(digest[start : start + 4] for start in range(0, 32, 4))


def _text_of(path: Path) -> str:
    """The text of a proposal, or of a keyset that is signed already."""
    data = path.read_bytes()
    try:
        return parse_note(data).text
    except NoteError:
        return data.decode()


def _passphrase(options: argparse.Namespace) -> str:
    if options.passphrase_file is not None:
        return str(options.passphrase_file.read_text()).rstrip("\n")
    return _asked("Passphrase: ")


def _asked(prompt: str) -> str:
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise CeremonyError(
            "no_passphrase", "there is nobody to ask for the passphrase: give a file of it"
        ) from None


def _write_new(path: Path, data: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(data)


def _say(text: str) -> None:
    sys.stdout.write(text)


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
