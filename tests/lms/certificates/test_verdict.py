"""The table of verdicts: the vectors that every implementation shares, and what must always hold."""

import base64
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.certificates.credential import sign
from lms.certificates.keyset import KeyState
from lms.certificates.pack import Pack, PackError, open_pack
from lms.certificates.qrtext import build_text, parse_text
from lms.certificates.statuslist import Standing
from lms.certificates.verdict import STALE_AFTER_SECONDS, Colour, Reason, Verdict
from lms.register.note import VerifierKey
from tests.vectors.make_verdicts import TARGET, changed, write_book
from tests.vectors.world import BASE_URL, DAY, TODAY, World, fetch_from, flip, issuing_key, noon, signer_of

NOW = noon(TODAY)
BOOK = json.loads(TARGET.read_text(encoding="utf-8"))


def files_of(name: str) -> dict[str, bytes]:
    return {
        path: base64.b64decode(text) if path.startswith("tile/") else text.encode()
        for path, text in BOOK["packs"][name].items()
    }


def load(name: str) -> Pack:
    return open_pack(fetch_from(files_of(name)), [VerifierKey.parse(root) for root in BOOK["roots"]])


PACKS = {name: load(name) for name in BOOK["packs"]}


@pytest.mark.parametrize("case", BOOK["cases"], ids=lambda case: case["name"])
def test_vector(case: dict) -> None:
    answer = PACKS[case["pack"]].answer(case["text"], now=case["now"])

    assert answer == {key: case[key] for key in ("verdict", "reason", "claims", "chain")}


def test_refused_packs() -> None:
    for case in BOOK["refusals"]:
        files = changed(files_of(case["pack"]), case["changes"])
        roots = [VerifierKey.parse(root) for root in case["roots"]]
        known = PACKS[case["known"]].keyset if case["known"] else None
        with pytest.raises(PackError) as refused:
            open_pack(fetch_from(files), roots, need=case["need"], known=known)
        assert (refused.value.part, refused.value.code) == (case["part"], case["code"]), case["name"]
    assert len(BOOK["refusals"]) > 250


def test_vectors_cover_every_reason_and_colour() -> None:
    reasons = Counter(case["reason"] for case in BOOK["cases"])

    assert set(reasons) == set(Reason)
    assert {case["verdict"] for case in BOOK["cases"]} == set(Colour)
    assert len(BOOK["cases"]) == len({case["name"] for case in BOOK["cases"]}) > 100


def test_vectors_are_what_their_script_writes() -> None:
    assert write_book().as_json() == TARGET.read_text(encoding="utf-8")


def test_verdict_needs_neither_django_nor_network() -> None:
    program = (
        "import sys, socket; socket.socket = None\n"
        "import lms.certificates.verdict, lms.certificates.pack, lms.certificates.audit, lms.register.audit\n"
        "import lms.certificates.scan, lms.certificates.document, lms.certificates.symbol\n"
        "sys.exit(any(name.split('.')[0] in ('django', 'wagtail') for name in sys.modules))"
    )
    root = Path(__file__).parents[3]

    environment = {**os.environ, "PYTHONPATH": str(root)}
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0


def small_world() -> tuple[World, str]:
    world = World()
    return world, world.issue(issued=TODAY - 30)


def judged(world: World, text: str, *, now: int = NOW, time: int = NOW) -> Verdict:
    return open_pack(fetch_from(world.files(time=time)), [world.root.key]).judge(text, now=now)


def test_every_one_byte_mutation_of_a_payload_is_red_without_claims() -> None:
    world, text = small_world()
    pack = open_pack(fetch_from(world.files()), [world.root.key])
    message = parse_text(text)
    assert pack.judge(text, now=NOW).colour is Colour.GREEN

    for position in range(len(message)):
        for mask in (1, 2, 4, 8, 16, 32, 64, 128, 255):
            verdict = pack.judge(build_text(BASE_URL, flip(message, position, mask)), now=NOW)
            assert (verdict.colour, verdict.claims) == (Colour.RED, None), f"byte {position} ^ {mask}"


def test_every_truncation_of_a_text_is_red() -> None:
    world, text = small_world()
    pack = open_pack(fetch_from(world.files()), [world.root.key])

    for length in range(len(text)):
        assert pack.judge(text[:length], now=NOW).colour is Colour.RED
    for start in range(1, len(text)):
        tail = text[start:]
        is_whole_payload = tail.lstrip("#") == text.partition("#")[2]
        assert is_whole_payload or pack.judge(tail, now=NOW).colour is Colour.RED


@settings(max_examples=300)
@given(st.text(max_size=300) | st.text("0123456789", max_size=900).map(f"{BASE_URL}/v#".__add__))
def test_any_text_gets_a_verdict_and_no_exception(text: str) -> None:
    assert PACKS["fresh"].judge(text, now=NOW).colour is Colour.RED


@settings(max_examples=60, deadline=None)
@given(
    age=st.integers(0, 40 * DAY),
    skew=st.integers(-3000 * DAY, 40 * DAY),
    lifetime=st.none() | st.integers(0, 400),
    standing=st.sampled_from(Standing),
)
def test_time_never_makes_a_false_verdict(
    age: int, skew: int, lifetime: int | None, standing: Standing
) -> None:
    """Whatever the clock says, an honest certificate is never RED and a withdrawn one never GREEN."""
    world = World()
    expires = None if lifetime is None else TODAY - 30 + lifetime
    text = world.issue(issued=TODAY - 30, expires=expires)
    if standing is not Standing.VALID:
        world.set_standing(0, standing)
    taken = NOW - age
    shown = max(NOW + skew, 0)

    verdict = judged(world, text, now=shown, time=taken)

    latest = max(shown, taken)
    has_ended = expires is not None and latest >= noon(expires) + DAY // 2
    has_begun = latest >= noon(TODAY - 30) - DAY // 2
    assert (verdict.colour is Colour.RED) is (standing is not Standing.VALID or has_ended or not has_begun)
    if verdict.colour is Colour.GREEN:
        assert -3600 <= shown - taken <= STALE_AFTER_SECONDS


EVENTS = ("issue", "issue", "revoke", "suspend", "restore", "back-date", "steal")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 20)), max_size=14))
def test_pack_is_right_about_every_certificate_whatever_happened(events: list[tuple[str, int]]) -> None:
    """Never green for what is withdrawn, forged or back-dated, and never red for what is not."""
    world, honest = World(), {}
    false: dict[str, Reason] = {}
    for event, which in events:
        indexes = list(honest)
        if event == "issue":
            index = len(world.entries)
            honest[index] = world.issue(f"رقم {index}", issued=TODAY)
        elif event == "back-date":
            false[world.issue("مؤرخة", issued=TODAY - 2 - which, logged_on=TODAY)] = Reason.BACK_DATED
        elif event == "steal" and indexes:
            claims = world.claims("مسروقة", index=indexes[which % len(indexes)])
            false[build_text(BASE_URL, sign(claims, world.issuing))] = Reason.NOT_IN_REGISTER
        elif indexes and event in CHANGES:
            world.set_standing(indexes[which % len(indexes)], CHANGES[event])

    pack = open_pack(fetch_from(world.files()), [world.root.key])

    for index, text in honest.items():
        verdict = pack.judge(text, now=NOW)
        assert (verdict.colour is Colour.GREEN) is (index not in world.revoked | world.suspended)
        assert (verdict.reason is Reason.REVOKED) is (index in world.revoked)
    assert {text: pack.judge(text, now=NOW).reason for text in false} == false


CHANGES = {"revoke": Standing.REVOKED, "suspend": Standing.SUSPENDED, "restore": Standing.VALID}


@pytest.mark.parametrize("state", [KeyState.RETIRED, KeyState.COMPROMISED])
def test_withdrawn_key_divides_at_its_index(state: KeyState) -> None:
    world = World()
    texts = [world.issue(f"رقم {number}") for number in range(4)]
    world.keys = [issuing_key(world.issuing, state=state, at=2)]

    reasons = [judged(world, text).reason for text in texts]

    withdrawn = Reason.KEY_RETIRED if state is KeyState.RETIRED else Reason.KEY_COMPROMISED
    assert reasons == [Reason.VALID, Reason.VALID, withdrawn, withdrawn]


def test_stolen_key_turns_from_amber_to_red_with_the_next_register() -> None:
    world, _ = small_world()
    forged = build_text(BASE_URL, sign(world.claims("مزورة"), world.issuing))

    before = judged(world, forged)
    world.issue("حقيقية")
    after = judged(world, forged, now=NOW + DAY, time=NOW + DAY)

    assert (before.reason, after.reason) == (Reason.NEWER_THAN_REGISTER, Reason.NOT_IN_REGISTER)


def test_new_certificate_turns_green_with_the_next_register() -> None:
    world, _ = small_world()
    old_files = world.files(time=NOW - 100)
    text = world.issue("جديدة", issued=TODAY)

    before = open_pack(fetch_from(old_files), [world.root.key]).judge(text, now=NOW)

    assert (before.reason, judged(world, text).reason) == (Reason.NEWER_THAN_REGISTER, Reason.VALID)


def test_certificate_of_a_rotated_key_needs_the_newer_keyset() -> None:
    world, _ = small_world()
    old = open_pack(fetch_from(world.files()), [world.root.key])
    wave2 = signer_of("wave 2")
    text = world.issue("الموجة الثانية", by=wave2)
    world.keys.append(issuing_key(wave2))
    world.serial += 1

    assert old.judge(text, now=NOW).reason is Reason.UNKNOWN_KEY
    assert judged(world, text).reason is Reason.VALID
