"""Audit an exported register together with what is said about it: keys, status list, trainers.

Besides `lms.register.audit`, which takes the register as a log of any records, this knows what
certificates are: every issue must be by a key that the keyset gave for that day and index; the
status list must say what the revocations in the register add up to, no more and no less, and be the
last one logged; the table of trainers must agree with the entries, and the table of days with the
entries and with what witnesses saw; heads must be cosigned as the keyset asks, and no issue may bear a
day before the register was last seen without it; every given certificate must verify and be in the
register. The only thing taken on trust are the root keys.

Runs without Django: `sanad register_audit DIR --root KEY`, or `python -m lms.certificates.audit` from the
source alone.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

from lms.certificates.audit_days import DaysAudit
from lms.certificates.audit_witnesses import Timeline, audit_quorum, read_heads
from lms.certificates.chain import TrainerTable, open_table
from lms.certificates.credential import parse
from lms.certificates.headdays import open_head_days
from lms.certificates.keyset import Keyset, Policy, open_keyset
from lms.certificates.pack import DAYS, KEYSET, STATUS, TRAINERS
from lms.certificates.qrtext import parse_text
from lms.certificates.roots import parse_roots
from lms.certificates.statuslist import Standing, StatusList, open_status_list
from lms.register.audit import AuditReport, audit_register
from lms.register.errors import CodedError
from lms.register.note import VerifierKey
from lms.register.records import Record, RecordType, sha256_of

Part = TypeVar("Part")

_STANDINGS = {
    RecordType.REVOKE: Standing.REVOKED,
    RecordType.SUSPEND: Standing.SUSPENDED,
    RecordType.RESTORE: Standing.VALID,
}


@dataclass
class _Ledger:
    """What the records add up to, kept while they pass by."""

    keyset: Keyset
    report: AuditReport
    timeline: Timeline
    trainers: TrainerTable | None = None
    days: DaysAudit | None = None
    trainer_issues: dict[int, Record] = field(default_factory=dict)
    changes: list[tuple[int, int, Standing]] = field(default_factory=list)
    last: dict[str, Record] = field(default_factory=dict)

    def visit(self, record: Record) -> None:
        self.last[record.type] = record
        if self.days is not None:
            self.days.visit(record)
        if record.type == RecordType.ISSUE:
            self._audit_key(record)
            if self.trainers is not None and record.index in self.trainers.rows:
                self.trainer_issues[record.index] = record
        elif record.type in _STANDINGS and record.subject is not None:
            self.changes.append((record.index, record.subject, _STANDINGS[RecordType(record.type)]))

    def _audit_key(self, record: Record) -> None:
        place = f"entry {record.index}"
        key = self.keyset.key(record.kid)
        if key is None:
            self.report.add("unknown_key", place, f"no keyset key has the id {record.kid.hex()}")
        elif not key.vouches_for(record.index):
            self.report.add("key_withdrawn", place, f"issued after the key was {key.state}")
        elif not key.signs_on(record.day) or not key.signs_course(record.course or ""):
            self.report.add("key_not_entitled", place, "the key does not sign on that day or for that course")


def audit_export(
    folder: Path,
    roots: Iterable[VerifierKey],
    *,
    need: int = 1,
    since: bytes | None = None,
    certificates: Iterable[str] = (),
) -> AuditReport:
    """Audit the export in `folder` under the pinned root keys, `need` of which signed the keyset.

    `since` is the note of an older checkpoint; `certificates` are QR texts that must verify and be
    in the register. Never raises for what it finds in the folder.
    """
    report = AuditReport()
    try:
        keyset_note = (folder / KEYSET).read_bytes()
        keyset = open_keyset(keyset_note, roots, need=need)
    except (OSError, CodedError) as error:
        report.add(_fault(error), KEYSET, _words(error))
        return report
    heads = read_heads(folder, keyset, report)
    ledger = _Ledger(keyset, report, Timeline(heads))
    ledger.trainers = _read_part(folder, TRAINERS, open_table, ledger)
    ledger.days = DaysAudit(_read_part(folder, DAYS, open_head_days, ledger), ledger.timeline, report)
    leaves = list(_given_leaves(certificates, keyset, report))
    found = audit_register(
        folder,
        [keyset.log],
        since=since,
        heads=[(head.place, head.checkpoint) for head in heads],
        leaves=leaves,
        visit=ledger.visit,
    )
    report.checkpoint, report.counts = found.checkpoint, found.counts
    report.findings += found.findings
    if report.checkpoint is not None:
        _audit_keyset(ledger, keyset_note)
        status = _audit_status(folder, ledger)
        _audit_trainers(ledger)
        ledger.days.finish(report.checkpoint.size)
        audit_quorum(heads, keyset, None if status is None else status.time, report)
    return report


def _given_leaves(texts: Iterable[str], keyset: Keyset, report: AuditReport) -> Iterator[tuple[int, bytes]]:
    for number, text in enumerate(texts, start=1):
        place = f"certificate {number}"
        try:
            credential = parse(parse_text(text))
        except CodedError as error:
            report.add(error.code, place, str(error))
            continue
        key = keyset.key(credential.kid)
        if key is None or not credential.is_signed_by(key.public_key):
            report.add("bad_signature", place, "no key of the keyset signed it")
            continue
        yield credential.claims.index, credential.record.leaf_hash


def _audit_keyset(ledger: _Ledger, note: bytes) -> None:
    last = ledger.last.get(RecordType.KEYSET)
    if last is not None and last.sha256 != sha256_of(note):
        ledger.report.add("not_last_logged", KEYSET, f"entry {last.index} logged another keyset")


def _audit_status(folder: Path, ledger: _Ledger) -> StatusList | None:
    status = _read_part(folder, STATUS, open_status_list, ledger)
    if status is None:
        return None
    standings: dict[int, Standing] = {}
    for index, subject, standing in ledger.changes:
        if index < status.size:
            standings[subject] = standing
    for index in sorted(standings.keys() | status.revoked | status.suspended):
        logged, listed = standings.get(index, Standing.VALID), status.standing(index)
        if logged is not listed:
            ledger.report.add("wrong_status", f"entry {index}", f"logged as {logged}, listed as {listed}")
    last = ledger.last.get(RecordType.STATUS_LIST)
    note = (folder / STATUS).read_bytes()
    if last is not None and (status.index != last.index or last.sha256 != sha256_of(note)):
        ledger.report.add("not_last_logged", STATUS, f"entry {last.index} logged another status list")
    return status


def _audit_trainers(ledger: _Ledger) -> None:
    rows = {} if ledger.trainers is None else ledger.trainers.rows
    for index, row in rows.items():
        issue = ledger.trainer_issues.get(index)
        if issue is None or (issue.course, issue.day) != (row.course, row.issued):
            ledger.report.add("wrong_trainer", f"entry {index}", "the table of trainers says otherwise")


def _read_part(
    folder: Path, name: str, read: Callable[[bytes, list[VerifierKey]], Part], ledger: _Ledger
) -> Part | None:
    try:
        return read((folder / name).read_bytes(), [ledger.keyset.log])
    except (OSError, CodedError) as error:
        ledger.report.add(_fault(error), name, _words(error))
        return None


def _fault(error: OSError | CodedError) -> str:
    return error.code if isinstance(error, CodedError) else "missing"


def _words(error: OSError | CodedError) -> str:
    return str(error) if isinstance(error, CodedError) else "the file is missing or cannot be read"


def report_as_dict(report: AuditReport) -> dict[str, object]:
    """The report as JSON values."""
    head = report.checkpoint
    return {
        "whole": report.is_whole,
        "origin": None if head is None else head.origin,
        "size": None if head is None else head.size,
        "root": None if head is None else head.root.hex(),
        "counts": report.counts,
        "findings": [asdict(finding) for finding in report.findings],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit from the command line; the exit code is 0 for a whole register, 1 for findings."""
    parser = argparse.ArgumentParser(
        prog="register_audit", description="Audit an exported register, without database or network."
    )
    parser.add_argument("folder", type=Path, help="the folder that register_export wrote")
    pinned = parser.add_mutually_exclusive_group(required=True)
    pinned.add_argument("--root", action="append", type=_root_key, help="a root key, as name+id+base64")
    pinned.add_argument("--roots", type=_roots, metavar="FILE", help="a file of root keys and how many sign")
    parser.add_argument("--need", type=int, default=1, help="how many of the root keys must have signed")
    parser.add_argument(
        "--since", type=_file, metavar="FILE", help="an older checkpoint that the register must continue"
    )
    parser.add_argument("--certificate", action="append", default=[], help="a QR text to look for")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(arguments)
    try:
        roots = options.roots or Policy(max(options.need, 1), tuple(options.root))
    except CodedError as error:
        parser.error(str(error))
    report = audit_export(
        options.folder,
        roots.keys,
        need=roots.need,
        since=options.since,
        certificates=options.certificate,
    )
    sys.stdout.write(_as_json(report) if options.json else _as_lines(report))
    return 0 if report.is_whole else 1


def _root_key(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except CodedError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _roots(name: str) -> Policy:
    try:
        return parse_roots(_file(name).decode())
    except (CodedError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{name}: {error}") from error


def _file(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{name}: {error.strerror}") from error


def _as_json(report: AuditReport) -> str:
    return json.dumps(report_as_dict(report), ensure_ascii=False, indent=1) + "\n"


def _as_lines(report: AuditReport) -> str:
    lines = [f"{item.place}: {item.code}: {item.detail}" for item in report.findings]
    if report.checkpoint is not None:
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(report.counts.items()))
        lines.append(f"{report.checkpoint.origin}: {report.checkpoint.size} entries ({counts})")
    lines.append("The register is whole." if report.is_whole else f"{len(report.findings)} findings.")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
