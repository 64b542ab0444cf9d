"""Make tests/vectors/verdicts.json: the table of verdicts as examples for every implementation.

    python -m tests.vectors.make_verdicts            write the file
    python -m tests.vectors.make_verdicts --check    only say whether it is up to date

The file holds root keys, packs (each a set of files as a checker downloads them; tiles in base64)
and two lists:

* `cases`: a scanned text, the device's clock and the pack in; verdict, reason, claims and the chain
  of training out.
* `refusals`: a pack with something done to it, and the part and code for which it is refused.

What a case expects is written by hand in this script (of damage only that it must be refused, the
code being the reference's); the Python verifier has to agree before anything is written, and the
test suite compares the file with both.
"""

import base64
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cbor2

from lms.certificates.chain import make_table, sign_table
from lms.certificates.credential import Claims, encode_claims, sign
from lms.certificates.headdays import make_head_days, sign_head_days
from lms.certificates.keyset import KeyState
from lms.certificates.pack import Pack, PackError, open_pack
from lms.certificates.qrtext import build_text, encode_digits, parse_text
from lms.certificates.statuslist import Standing, sign_status_list
from lms.certificates.verdict import Colour, Reason, claims_as_dict
from lms.register.ed25519 import kid_of
from lms.register.note import NoteSigner, VerifierKey
from tests.vectors.world import BASE_URL, DAY, TODAY, World, fetch_from, flip, issuing_key, noon, signer_of

TARGET = Path(__file__).with_name("verdicts.json")
NOW = noon(TODAY)
HARD_NAMES = {
    "lam-alef and shadda": "محمّد الأمين عبد الإله آل العلّاقي",
    "tanwin": "محمدٌ بنُ عليٍّ",
    "mixed digits": "أحمد ١٢ علي 34",
    "53 characters": "عبد الرحمن مصطفى عبد الحفيظ عبد الله الورفلي المصراتي",
    "Latin with marks": "Jean-François Müller-Åkesson",
    "markup and quotes": "<b>O'Brien</b> & \"#$*_`\\ Co",
    "one letter": "م",
    "joiner": "می‌خواهم",
}


Change = dict[str, object]


@dataclass
class Book:
    """The vectors being written."""

    packs: dict[str, Pack] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    cases: list[dict[str, object]] = field(default_factory=list)
    refusals: list[dict[str, object]] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)

    def add_pack(self, name: str, world: World, *, time: int) -> None:
        self.files[name] = world.files(time=time)
        self.packs[name] = open_pack(fetch_from(self.files[name]), [world.root.key])
        self.roots = [world.root.key.encode()]

    def case(
        self,
        name: str,
        text: str,
        reason: Reason,
        *,
        pack: str = "fresh",
        now: int = NOW,
        claims: Claims | None = None,
        chained: list[str] | None = None,
    ) -> None:
        """Write down a case, unless the Python verifier disagrees with it."""
        verdict = self.packs[pack].judge(text, now=now)
        if verdict.reason is not reason or verdict.claims != claims:
            raise SystemExit(f"{name}: expected {reason}, the verifier says {verdict}")
        chain = self.packs[pack].answer(text, now=now)["chain"]
        if chained is not None and [link["state"] for link in chain] != chained:
            raise SystemExit(f"{name}: expected the chain {chained}, the verifier says {chain}")
        self.cases.append(
            {
                "name": name,
                "pack": pack,
                "now": now,
                "text": text,
                "verdict": str(verdict.colour),
                "reason": str(reason),
                "claims": None if claims is None else claims_as_dict(claims),
                "chain": chain,
            }
        )

    def refuse(
        self,
        name: str,
        pack: str,
        *changes: Change,
        part: str,
        code: str | None = None,
        known: str | None = None,
        roots: list[str] | None = None,
        need: int = 1,
    ) -> None:
        """Write down how a changed pack is refused, unless the Python verifier disagrees."""
        keys = [VerifierKey.parse(root) for root in roots or self.roots]
        seen = self.packs[known].keyset if known else None
        try:
            open_pack(fetch_from(changed(self.files[pack], changes)), keys, need=need, known=seen)
        except PackError as error:
            found = error
        else:
            raise SystemExit(f"{name}: the verifier opens the pack")
        if found.part != part or code not in (None, found.code):
            raise SystemExit(f"{name}: expected {part} {code}, the verifier says {found.part} {found.code}")
        self.refusals.append(
            {
                "name": name,
                "pack": pack,
                "changes": list(changes),
                "known": known,
                "roots": roots or self.roots,
                "need": need,
                "part": found.part,
                "code": found.code,
            }
        )

    def as_json(self) -> str:
        packs = {
            name: {
                path: base64.b64encode(data).decode() if path.startswith("tile/") else data.decode()
                for path, data in files.items()
            }
            for name, files in self.files.items()
        }
        book = {"roots": self.roots, "packs": packs, "cases": self.cases, "refusals": self.refusals}
        return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def changed(files: dict[str, bytes], changes: Iterable[Change]) -> dict[str, bytes]:
    """A pack's files after changes: a bit flipped, a file cut short, left out or replaced."""
    files = dict(files)
    for change in changes:
        name = str(change["file"])
        match change:
            case {"flip": int(place), "mask": int(mask)}:
                files[name] = flip(files[name], place, mask)
            case {"cut": int(length)}:
                files[name] = files[name][:length]
            case {"put": str(content)}:
                files[name] = content.encode()
            case _:
                del files[name]
    return files


class Story:
    """The world the cases play in, and the certificates that they use."""

    def __init__(self) -> None:
        self.world = world = World()
        self.retired, self.stolen, self.narrow = (signer_of(name) for name in ("retired", "stolen", "narrow"))
        self.outgoing = signer_of("outgoing")
        self.trainer = world.issue_trainer(issued=TODAY - 100)
        self.good = world.issue(issued=TODAY - 60, trainer_index=self.trainer)
        self.named = {kind: world.issue(name, issued=TODAY - 50) for kind, name in HARD_NAMES.items()}
        self.endless = world.issue("بلا أجل", issued=TODAY - 40, expires=None)
        self.expired = world.issue("منتهية", issued=TODAY - 40, expires=TODAY - 1)
        self.last_day = world.issue("آخر يوم", issued=TODAY - 40, expires=TODAY)
        self.revoked = world.issue("ملغاة", issued=TODAY - 40)
        self.suspended = world.issue("موقوفة", issued=TODAY - 40)
        self.restored = world.issue("معادة", issued=TODAY - 40)
        self.revoked_expired = world.issue("ملغاة ومنتهية", issued=TODAY - 40, expires=TODAY - 1)
        self.by_retired = world.issue("مفتاح قديم", by=self.retired, issued=TODAY - 40)
        self.before_theft = world.issue("قبل السرقة", by=self.stolen, issued=TODAY - 40)
        withdrawn_at = len(world.entries)
        self.after_retirement = world.issue("بعد السحب", by=self.retired, issued=TODAY - 30)
        self.after_theft = world.issue("بعد السرقة", by=self.stolen, issued=TODAY - 30)
        self.wrong_course = world.issue("دورة أخرى", by=self.narrow, issued=TODAY - 30)
        self.right_course = world.issue("دورة صحيحة", by=self.narrow, issued=TODAY - 30, course="MASTER")
        self.by_outgoing = world.issue("مفتاح منتهٍ", by=self.outgoing, issued=TODAY - 20)
        self.too_late = world.issue("بعد انتهاء المفتاح", by=self.outgoing, issued=TODAY - 19)
        self.too_early = world.issue("قبل بدء المفتاح", by=self.outgoing, issued=TODAY - 29)
        self.ahead = world.issue("مؤجلة", issued=TODAY + 5, logged_on=TODAY - 12)
        for text, standing in (
            (self.revoked, Standing.REVOKED),
            (self.revoked_expired, Standing.REVOKED),
            (self.suspended, Standing.SUSPENDED),
            (self.restored, Standing.SUSPENDED),
            (self.restored, Standing.VALID),
        ):
            world.set_standing(self.claims(text).index, standing, day=TODAY - 10)
        self._train(world)
        self.backdated = world.issue("مؤرخة", issued=TODAY - 2, logged_on=TODAY)
        self.backdated_far = world.issue("قديمة جدا", issued=TODAY - 300, logged_on=TODAY)
        self.backdated_revoked = world.issue("مؤرخة ملغاة", issued=TODAY - 9, logged_on=TODAY)
        self.night_shift = world.issue("قبيل منتصف الليل", issued=TODAY - 1, logged_on=TODAY)
        world.set_standing(self.claims(self.backdated_revoked).index, Standing.REVOKED)
        self.not_a_certificate = world.attest("endorse", day=TODAY, course="CODE-1")
        world.keys = [
            issuing_key(world.issuing),
            issuing_key(self.retired, state=KeyState.RETIRED, at=withdrawn_at),
            issuing_key(self.stolen, state=KeyState.COMPROMISED, at=withdrawn_at),
            issuing_key(self.narrow, courses=("MASTER",)),
            issuing_key(self.outgoing, not_before=TODAY - 28, expires=TODAY - 20),
        ]

    def _train(self, world: World) -> None:
        """Trainers of every fate, with somebody trained under each."""
        fates = {
            "expired": {"issued": TODAY - 9, "expires": TODAY - 8},
            "on its last day": {"issued": TODAY - 9, "expires": TODAY - 7},
            "revoked": {"issued": TODAY - 9},
            "suspended": {"issued": TODAY - 9},
            "restored": {"issued": TODAY - 9},
            "revoked afterwards": {"issued": TODAY - 9},
            "under a trainer": {"issued": TODAY - 9, "trainer_index": self.trainer},
        }
        trainers = {fate: world.issue_trainer(fate, **fields) for fate, fields in fates.items()}
        late = world.claims("مدربة لاحقة", issued=TODAY - 8, course="MASTER")
        trainers["not a trainer"] = late.index
        world.issue("مدربة لاحقة", issued=TODAY - 8, course="MASTER")
        world.set_standing(trainers["revoked"], Standing.REVOKED, day=TODAY - 8)
        world.set_standing(trainers["suspended"], Standing.SUSPENDED, day=TODAY - 8)
        world.set_standing(trainers["restored"], Standing.SUSPENDED, day=TODAY - 8)
        world.set_standing(trainers["restored"], Standing.VALID, day=TODAY - 8)
        self.trained = {
            fate: world.issue(f"متدربة {number}", issued=TODAY - 7, trainer_index=index)
            for number, (fate, index) in enumerate(trainers.items())
        }
        world.set_standing(trainers["revoked afterwards"], Standing.REVOKED, day=TODAY - 6)

    def claims(self, text: str) -> Claims:
        from lms.certificates.credential import parse

        return parse(parse_text(text)).claims

    def unlogged(self, **fields: object) -> str:
        """A certificate signed by the issuing key that never entered the register."""
        return build_text(BASE_URL, sign(self.world.claims("غير مسجلة", **fields), self.world.issuing))

    def forged(self, payload: bytes) -> str:
        """A message with a valid signature over a payload that the platform would never sign."""
        signer = self.world.issuing
        protected = b"\xa2\x01\x27\x04\x44" + kid_of(signer.public_key)
        signature = signer.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
        parts = (protected, None, payload, signature)
        body = b"".join(b"\xa0" if part is None else cbor2.dumps(part) for part in parts)
        return build_text(BASE_URL, b"\xd2\x84" + body)


def write_book() -> Book:
    book, story = Book(), Story()
    book.add_pack("fresh", story.world, time=NOW - 3600)
    book.add_pack("two weeks old", story.world, time=NOW - 14 * DAY)
    book.add_pack("older", story.world, time=NOW - 14 * DAY - 1)
    _honest(book, story)
    _clerk(book, story)
    _thief(book, story)
    _time_traveller(book, story)
    _chains(book, story)
    _damage(book, story)
    _refused_packs(book, story)
    return book


def _chains(book: Book, story: Story) -> None:
    states = {
        "expired": ["expired"],
        "on its last day": ["valid"],
        "revoked": ["revoked"],
        "suspended": ["suspended"],
        "restored": ["valid"],
        "revoked afterwards": ["valid"],
        "under a trainer": ["valid", "valid"],
        "not a trainer": ["unknown"],
    }
    for fate, chained in states.items():
        text = story.trained[fate]
        book.case(f"chain: trainer {fate}", text, Reason.VALID, claims=story.claims(text), chained=chained)
    early = story.unlogged(index=len(story.world.entries), trainer_index=story.trainer)
    book.case(
        "chain: newer than the register",
        early,
        Reason.NEWER_THAN_REGISTER,
        claims=story.claims(early),
        chained=["valid"],
    )
    before = story.world.trainers[story.trainer].issued - 1
    unborn = story.unlogged(index=len(story.world.entries), issued=before, trainer_index=story.trainer)
    # Not in the register: no chain lends it credit.
    book.case(
        "chain: forged under a real trainer", unborn, Reason.NOT_IN_REGISTER, claims=story.claims(unborn)
    )


def _honest(book: Book, story: Story) -> None:
    def good(name: str, text: str) -> None:
        book.case(f"honest: {name}", text, Reason.VALID, claims=story.claims(text))

    good("a certificate in the register", story.good)
    good("the digits alone", story.good.partition("#")[2])
    good("pasted with blanks around", f"  {story.good}\n")
    good("the host of the paper has since been given up", story.good.replace("sanad.example", "old.example"))
    good("a certificate without end", story.endless)
    good("on its last day", story.last_day)
    good("suspended and restored", story.restored)
    good("by a retired key, logged before it was retired", story.by_retired)
    good("by a compromised key, logged before the theft", story.before_theft)
    good("by a key that may sign this course", story.right_course)
    good("by a key that has since ended", story.by_outgoing)
    good("logged just after midnight", story.night_shift)
    for kind, text in story.named.items():
        good(f"a name with {kind}", text)


def _clerk(book: Book, story: Story) -> None:
    def bad(name: str, text: str, reason: Reason) -> None:
        book.case(f"clerk: {name}", text, reason, claims=story.claims(text))

    bad("expired yesterday", story.expired, Reason.EXPIRED)
    bad("revoked", story.revoked, Reason.REVOKED)
    bad("revoked and expired: the graver reason is given", story.revoked_expired, Reason.REVOKED)
    bad("suspended", story.suspended, Reason.SUSPENDED)
    bad("issued by a retired key after its end", story.after_retirement, Reason.KEY_RETIRED)
    bad("issued for a course that the key may not sign", story.wrong_course, Reason.KEY_NOT_FOR_COURSE)
    bad("issued the day after the key ended", story.too_late, Reason.KEY_NOT_VALID_THEN)
    bad("issued the day before the key began", story.too_early, Reason.KEY_NOT_VALID_THEN)
    bad("dated in the future", story.ahead, Reason.NOT_YET_VALID)
    others = {
        "empty": "",
        "a web address": "https://example.org/",
        "our own address without digits": f"{BASE_URL}/v#",
        "our own address with a number in words": f"{BASE_URL}/v#abc",
        "a product code": "4006381333931",
        "a telephone number": "+218911234567",
        "a wireless network": "WIFI:S:cafe;T:WPA;P:secret;;",
        "another page of ours": story.good.replace("/v#", "/courses#"),
        "an unsafe scheme": story.good.replace("https", "ftp"),
        "Arabic digits in place of Latin ones": story.good.partition("#")[0] + "#" + "٠١٢" * 60,
    }
    for name, text in others.items():
        book.case(f"clerk: {name}", text, Reason.NOT_OURS)


def _thief(book: Book, story: Story) -> None:
    world, good = story.world, story.claims(story.good)
    unknown = build_text(BASE_URL, sign(good, signer_of("nobody")))
    book.case("thief: signs with a key of their own", unknown, Reason.UNKNOWN_KEY)
    message = bytearray(parse_text(unknown))
    message[8:12] = kid_of(world.issuing.public_key)
    own_key = build_text(BASE_URL, bytes(message))
    book.case("thief: names the issuing key, signs with their own", own_key, Reason.BAD_SIGNATURE)
    grafted = parse_text(story.good)[:-64] + parse_text(story.endless)[-64:]
    book.case("thief: grafts another signature", build_text(BASE_URL, grafted), Reason.BAD_SIGNATURE)

    def stolen(name: str, text: str, reason: Reason) -> None:
        book.case(f"thief with the issuing key: {name}", text, reason, claims=story.claims(text))

    reused = story.unlogged(index=good.index, issued=good.issued)
    stolen("reuses the index of another certificate", reused, Reason.NOT_IN_REGISTER)
    stolen(
        "reuses the index of an entry that is no certificate",
        story.unlogged(index=story.not_a_certificate),
        Reason.NOT_IN_REGISTER,
    )
    size = len(world.entries)
    stolen(
        "beyond the register, dated before it",
        story.unlogged(index=size, issued=TODAY - 1),
        Reason.NOT_IN_REGISTER,
    )
    stolen("beyond the register, dated today", story.unlogged(index=size), Reason.NEWER_THAN_REGISTER)
    stolen("far beyond the register", story.unlogged(index=2**32 - 1), Reason.NEWER_THAN_REGISTER)
    ended = story.unlogged(index=size, issued=TODAY - 1, expires=TODAY - 1)
    stolen("beyond the register and ended", ended, Reason.NOT_IN_REGISTER)
    stolen("uses a key after its theft was announced", story.after_theft, Reason.KEY_COMPROMISED)
    stolen("back-dated by two days", story.backdated, Reason.BACK_DATED)
    stolen("back-dated to last year", story.backdated_far, Reason.BACK_DATED)
    stolen("back-dated and revoked", story.backdated_revoked, Reason.BACK_DATED)
    late = build_text(BASE_URL, sign(world.claims("بعد الإعلان", index=size), story.stolen))
    stolen("uses a compromised key beyond the register", late, Reason.KEY_COMPROMISED)


def _time_traveller(book: Book, story: Story) -> None:
    def at(name: str, text: str, reason: Reason, *, now: int, pack: str = "fresh") -> None:
        book.case(f"time: {name}", text, reason, now=now, pack=pack, claims=story.claims(text))

    size = len(story.world.entries)
    end = story.claims(story.good).expires or 0
    at("a device clock in 1970", story.good, Reason.CLOCK_BEHIND, now=0)
    at("a clock an hour and a second behind", story.good, Reason.CLOCK_BEHIND, now=NOW - 7201)
    at("a clock an hour behind is near enough", story.good, Reason.VALID, now=NOW - 7200)
    at("a slow clock does not revive an expired certificate", story.expired, Reason.EXPIRED, now=0)
    at("a slow clock does not hide a revocation", story.revoked, Reason.REVOKED, now=0)
    at("a register of exactly fourteen days", story.good, Reason.VALID, now=NOW, pack="two weeks old")
    at("a register a second older", story.good, Reason.REGISTER_STALE, now=NOW, pack="older")
    at("an old register still knows a revocation", story.revoked, Reason.REVOKED, now=NOW, pack="older")
    at("the last second of the last day", story.good, Reason.REGISTER_STALE, now=noon(end) + DAY // 2 - 1)
    at("the first second after it", story.good, Reason.EXPIRED, now=noon(end) + DAY // 2)
    newer = story.unlogged(index=size, issued=TODAY - 13)
    at(
        "issued after an old register was taken",
        newer,
        Reason.NEWER_THAN_REGISTER,
        now=NOW,
        pack="two weeks old",
    )
    same_day = story.unlogged(index=size, issued=TODAY - 14)
    at(
        "issued on the day of the register",
        same_day,
        Reason.NEWER_THAN_REGISTER,
        now=NOW,
        pack="two weeks old",
    )
    missing = story.unlogged(index=size, issued=TODAY - 15)
    at("issued before it and missing from it", missing, Reason.NOT_IN_REGISTER, now=NOW, pack="two weeks old")
    tomorrow = story.unlogged(index=size, issued=TODAY + 1)
    at("beyond the register and dated tomorrow", tomorrow, Reason.DATED_AHEAD, now=NOW)
    at("the same once tomorrow has come", tomorrow, Reason.NEWER_THAN_REGISTER, now=NOW + DAY)
    at("dated ahead with a clock in 1970", tomorrow, Reason.DATED_AHEAD, now=0)
    at("dated ahead in the register, its day has come", story.ahead, Reason.VALID, now=NOW + 5 * DAY)
    midnight = noon(TODAY + 1) - DAY // 2
    at("the second before midnight in Libya", tomorrow, Reason.DATED_AHEAD, now=midnight - 1)
    at("midnight in Libya", tomorrow, Reason.NEWER_THAN_REGISTER, now=midnight)


def _damage(book: Book, story: Story) -> None:
    message = parse_text(story.good)
    verdict = book.packs["fresh"].judge
    for position in range(0, len(message), 2):
        text = build_text(BASE_URL, flip(message, position, 1 << (position // 2) % 8))
        reason = verdict(text, now=NOW).reason
        allowed = {Reason.MALFORMED, Reason.BAD_SIGNATURE, Reason.UNKNOWN_KEY, Reason.UNKNOWN_VERSION}
        if reason not in allowed:
            raise SystemExit(f"a flipped bit in byte {position} was judged {reason}")
        book.case(f"damage: a bit of byte {position} flipped", text, reason)
    for length in sorted({1, 2, *range(4, len(message), 6), len(message) - 1}):
        book.case(f"damage: cut to {length} bytes", build_text(BASE_URL, message[:length]), Reason.MALFORMED)
    book.case("damage: a byte too many", build_text(BASE_URL, message + b"\0"), Reason.MALFORMED)
    book.case("damage: twice", build_text(BASE_URL, message * 2), Reason.MALFORMED)
    book.case("damage: 401 bytes", build_text(BASE_URL, bytes(401)), Reason.MALFORMED)
    book.case("damage: a digit too many", story.good + "0", Reason.MALFORMED)
    book.case("damage: a digit too few", story.good[:-1], Reason.MALFORMED)
    overflow = f"{BASE_URL}/v#" + "9" * 17 + encode_digits(message)[17:]
    book.case("damage: digits that stand for no bytes", overflow, Reason.MALFORMED)
    _refused_claims(book, story)


def _refused_claims(book: Book, story: Story) -> None:
    claims = story.claims(story.good)
    good = encode_claims(claims)
    own = [1, claims.name, "LTO", claims.index, None]

    def own_claims(*values: object, **fields: object) -> bytes:
        return cbor2.dumps(
            {6: claims.issued, 7: claims.certificate_id, -65537: list(values)} | fields, canonical=True
        )

    payloads = {
        "indefinite length": b"\xbf" + good[1:] + b"\xff",
        "a duplicate key": b"\xa5" + good[1:5] + good[1:],
        "trailing bytes in the claims": good + b"\0",
        "keys out of order": b"\xa4" + good[5:9] + good[1:5] + good[9:],
        "a long form of a short number": good.replace(b"\x06\x19", b"\x06\x1a\0\0", 1),
        "an unknown claim": b"\xa5\x01\x61x" + good[1:],
        "a float for a day": own_claims(*own).replace(b"\x06\x19", b"\x06\xf9", 1),
        "a bidirectional control in the name": own_claims(1, "علي \u202eأحمد", *own[2:]),
        "a direction mark in the name": own_claims(1, "علي\u200f", *own[2:]),
        "a zero-width space in the name": own_claims(1, "ع\u200bلي", *own[2:]),
        "a name not in NFC": own_claims(1, "\u0627\u0653منة", *own[2:]),
        "two blanks in the name": own_claims(1, "علي  أحمد", *own[2:]),
        "a blank before the name": own_claims(1, " علي", *own[2:]),
        "an empty name": own_claims(1, "", *own[2:]),
        "a name in bytes": own_claims(1, b"Ali", *own[2:]),
        "an empty course": own_claims(1, "علي", "", *own[3:]),
        "a course in Arabic": own_claims(1, "علي", "دورة", *own[3:]),
        "a negative index": own_claims(1, "علي", "LTO", -1, None),
        "an index of 33 bits": own_claims(1, "علي", "LTO", 2**32, None),
        "a trainer after the holder": own_claims(1, "علي", "LTO", 5, 6),
        "a claim too few": own_claims(1, "علي", "LTO", 5),
        "a claim too many": own_claims(*own, 0),
        "claims that are no map": cbor2.dumps([1, 2, 3]),
        "no claims": b"",
    }
    for name, payload in payloads.items():
        book.case(f"refused although signed: {name}", story.forged(payload), Reason.MALFORMED)
    for version in (0, 2, 24, "1"):
        text = story.forged(own_claims(version, *own[1:]))
        book.case(f"refused although signed: version {version!r}", text, Reason.UNKNOWN_VERSION)


def _refused_packs(book: Book, story: Story) -> None:
    """A small register with two of three witnesses, and what can be wrong with a copy of it."""
    world = World()
    trainer = world.issue_trainer(issued=TODAY - 10)
    world.issue("الأولى", issued=TODAY - 5, trainer_index=trainer)
    revoked = story.claims(world.issue("الثانية", issued=TODAY - 5)).index
    innocent = world.status_list(time=NOW - 600)
    world.set_standing(revoked, Standing.REVOKED)
    names = ("w.example/a", "w.example/b", "w.example/c")
    world.ask_witnesses(*names, need=2)
    world.log_status(time=NOW - 300)
    world.cosigners = names[:2]
    book.add_pack("witnessed", world, time=NOW)
    other = replace(world, cosigners=names[:1]).checkpoint().decode()
    stranger = replace(world, cosigners=(names[0], "w.example/stranger")).checkpoint().decode()
    twice = replace(world, cosigners=(names[0], names[0])).checkpoint().decode()
    unwitnessed = replace(world, cosigners=()).checkpoint().decode()

    def bad(name: str, *changes: Change, part: str, code: str | None = None, **options: object) -> None:
        book.refuse(name, "witnessed", *changes, part=part, code=code, **options)

    for name, head in {"one": other, "none": unwitnessed, "a stranger": stranger, "one twice": twice}.items():
        bad(f"witnesses: {name}", {"file": "checkpoint", "put": head}, part="checkpoint", code="no_quorum")
    attacker = NoteSigner(world.root.name, signer_of("attacker"))
    own_log = NoteSigner(world.log.name, signer_of("attacker"))
    taken = replace(
        world, root=attacker, log=own_log, status=None, witnesses=replace(world.witnesses, need=0)
    )
    for name, content in taken.files(time=NOW).items():
        if not name.startswith("tile/"):
            part = "keyset" if name == "keyset" else name
            bad(
                f"thief: {name} signed by own keys",
                {"file": name, "put": content.decode()},
                part=part,
                code="not_signed",
            )
    unlogged = sign_status_list(replace(innocent, time=NOW, index=innocent.size), world.log).decode()
    beyond = sign_status_list(replace(innocent, time=NOW, index=999), world.log).decode()
    bad(
        "thief: a revocation left out, another place named",
        {"file": "status", "put": unlogged},
        part="status",
    )
    bad(
        "thief: a status list from beyond",
        {"file": "status", "put": beyond},
        part="status",
        code="not_logged",
    )
    for name in ("trainers", "status", "checkpoint", "days", "keyset"):
        wrong = world.files(time=NOW)["trainers" if name != "trainers" else "days"].decode()
        bad(f"thief: another document as {name}", {"file": name, "put": wrong}, part=name)
    size = len(world.entries) + 1
    ahead = {
        "trainers": sign_table(make_table(serial=1, time=NOW, size=size, rows=[]), world.log),
        "days": sign_head_days(make_head_days(serial=1, time=NOW, size=size, heads=[]), world.log),
    }
    for name, note in ahead.items():
        change: Change = {"file": name, "put": note.decode()}
        bad(f"clerk: {name} ahead of the head", change, part=name, code="newer_than_checkpoint")
    _older_keysets(book, world)
    _damaged_packs(book)


def _older_keysets(book: Book, world: World) -> None:
    newer = replace(world, serial=2)
    book.add_pack("renewed", newer, time=NOW)
    book.refuse(
        "time: an older keyset put back", "witnessed", part="keyset", code="lower_serial", known="renewed"
    )
    twin = replace(newer, keys=[issuing_key(world.issuing, state=KeyState.RETIRED, at=1)])
    content = twin.files(time=NOW)["keyset"].decode()
    change: Change = {"file": "keyset", "put": content}
    book.refuse(
        "time: two keysets under one serial",
        "renewed",
        change,
        part="keyset",
        code="serial_reused",
        known="renewed",
    )
    custodian = NoteSigner(f"{world.root.name}/2", signer_of("custodian")).key.encode()
    book.refuse(
        "custodians: one of two has signed",
        "witnessed",
        part="keyset",
        code="not_signed",
        roots=[*book.roots, custodian],
        need=2,
    )
    book.refuse(
        "thief: pinned to another root", "witnessed", part="keyset", code="not_signed", roots=[custodian]
    )


def _damaged_packs(book: Book) -> None:
    """A bit of every so many bytes, cuts, and files left out: always refused, at the part that was hit."""
    for name, data in book.files["witnessed"].items():
        part = name.partition("/")[0]
        step = max(1, len(data) // 40)
        for place in range(0, len(data), step):
            change: Change = {"file": name, "flip": place, "mask": 1 << place % 7}
            book.refuse(f"damage: {name}, a bit of byte {place}", "witnessed", change, part=part)
        for length in (0, 1, len(data) // 2, len(data) - 1):
            book.refuse(
                f"damage: {name} cut to {length}", "witnessed", {"file": name, "cut": length}, part=part
            )
        book.refuse(f"clerk: {name} left out", "witnessed", {"file": name}, part=part, code="missing")


def load_book() -> dict[str, Any]:
    """The table as it is kept."""
    book: dict[str, Any] = json.loads(TARGET.read_text(encoding="utf-8"))
    return book


def main() -> int:
    book = write_book()
    colours = {case["verdict"] for case in book.cases}
    reasons = {case["reason"] for case in book.cases}
    if colours != set(Colour) or reasons != set(Reason):
        raise SystemExit(f"no case for {set(Reason) - reasons or set(Colour) - colours}")
    if "--check" in sys.argv:
        return int(TARGET.read_text(encoding="utf-8") != book.as_json())
    TARGET.write_text(book.as_json(), encoding="utf-8")
    sys.stdout.write(f"{len(book.cases)} cases and {len(book.refusals)} refused packs in {TARGET.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
