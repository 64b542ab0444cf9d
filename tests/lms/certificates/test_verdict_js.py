"""The browser's verifier gives the verdicts of the reference: in node here, in Chromium under tests/e2e."""

import json
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lms.certificates.pack import open_pack
from lms.certificates.qrtext import build_text, encode_digits, parse_text
from lms.common.storage import for_the_wire, travels_light
from tests.vectors.make_verdicts import TARGET, Story, load_book
from tests.vectors.world import BASE_URL, TODAY, fetch_from, noon

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "lms/certificates/static/certificates"
NOW = noon(TODAY)
NOISE = random.Random(20260216)
pytestmark = pytest.mark.once


def run_in_node(folder: Path, book: Path, *options: str) -> list[str]:
    for script in [*STATIC.glob("js/*.js"), *STATIC.glob("vendor/*.js"), *TARGET.parent.glob("*.js")]:
        text = script.read_text(encoding="utf-8")
        served = (
            for_the_wire(text) if travels_light(f"certificates/{script.parent.name}/{script.name}") else text
        )
        (folder / script.name).write_text(served, encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}')
    command = ["node", folder / "node_verdicts.js", book, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    differences: list[str] = json.loads(done.stdout)
    return differences


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed; Chromium runs the same table")
class TestInNode:
    def test_table_of_verdicts(self, tmp_path: Path) -> None:
        assert run_in_node(tmp_path, TARGET) == []

    def test_noise_is_judged_alike(self, tmp_path: Path) -> None:
        """A thousand damaged and made-up texts, new ones whenever the code changes its mind about one."""
        story = Story()
        files = story.world.files(time=NOW)
        pack = open_pack(fetch_from(files), [story.world.root.key])
        texts = [story.good, story.endless, story.forged(b"\xa0"), *noisy(story)]
        book = load_book() | {"packs": {"noise": as_text(files)}, "refusals": []}
        book["cases"] = [
            {"name": text, "pack": "noise", "now": NOW, "text": text, **pack.answer(text, now=NOW)}
            for text in texts
        ]
        path = tmp_path / "noise.json"
        path.write_text(json.dumps(book), encoding="utf-8")
        assert len({case["reason"] for case in book["cases"]}) > 4
        assert run_in_node(tmp_path, path) == []

    def test_libraries_for_old_phones_judge_alike(self, tmp_path: Path) -> None:
        """Without the platform's Ed25519 and gzip; what is served has lost its comments."""
        assert run_in_node(tmp_path, TARGET, "--old") == []

    def test_difference_is_reported(self, tmp_path: Path) -> None:
        book = load_book()
        book["cases"][0]["reason"] = "revoked"
        book["refusals"][0]["code"] = "other"
        path = tmp_path / "wrong.json"
        path.write_text(json.dumps(book), encoding="utf-8")
        assert len(run_in_node(tmp_path, path)) == 2


def as_text(files: dict[str, bytes]) -> dict[str, str]:
    import base64

    return {
        path: base64.b64encode(data).decode() if path.startswith("tile/") else data.decode()
        for path, data in files.items()
    }


def noisy(story: Story) -> list[str]:
    message = parse_text(story.good)
    head = len(message) - 64
    texts = []
    for _ in range(400):
        changed = bytearray(message)
        for _ in range(NOISE.randint(1, 3)):
            changed[NOISE.randrange(head if NOISE.random() < 0.8 else len(message))] = NOISE.randrange(256)
        texts.append(build_text(BASE_URL, bytes(changed)))
    for _ in range(200):
        start = NOISE.randrange(len(message))
        cut = message[:start] + NOISE.randbytes(NOISE.randint(0, 4)) + message[start + NOISE.randint(0, 4) :]
        texts.append(build_text(BASE_URL, cut))
    for _ in range(300):
        texts.append(story.forged(plain_claims()))
    for _ in range(100):
        digits = encode_digits(message)
        place = NOISE.randrange(len(digits))
        texts.append(f"{BASE_URL}/v#{digits[:place]}{NOISE.choice('0123456789x٣ ')}{digits[place + 1 :]}")
    return texts


def plain_claims() -> bytes:
    """Claims of any shape, validly signed by `forged`: what neither verifier may take for a certificate."""
    import cbor2

    def value(depth: int = 0) -> object:
        kinds = [
            *(0, 1, 2, -1, 24, 20500, 2**32 - 1, 2**32, 2**53, 2**64 - 1, 2**64, -(2**64)),
            *(None, True, 1.0, 1.5, "LTO", "محمد", "a  b", "", "\u202e", b"0123456789", b""),
        ]
        if depth < 4 and NOISE.random() < 0.3:
            members = [value(depth + 1) for _ in range(NOISE.randint(0, 6))]
            return (
                members if NOISE.random() < 0.6 else dict(zip((4, 6, 7, -65537, "x"), members, strict=False))
            )
        return NOISE.choice(kinds)

    own = [NOISE.choice([1, 1, 1, 2, "1", True, 1.0]), "محمد", "LTO", NOISE.choice([3, value()]), value()]
    claims = {6: NOISE.choice([20400, value()]), 7: NOISE.choice([b"0123456789", value()]), -65537: own}
    if NOISE.random() < 0.5:
        claims[4] = NOISE.choice([20900, value()])
    return cbor2.dumps(claims, canonical=NOISE.random() < 0.9)


def test_scripts_keep_to_what_phones_of_2020_understand() -> None:
    """Chrome 80: no logical assignment, private members, `at`, `replaceAll`, `hasOwn`, top-level await."""
    newer = re.compile(
        r"\?\?=|\|\|=|&&=|\.replaceAll\(|\.at\(|Object\.hasOwn\(|structuredClone|[{;,(\s]#[a-z]|\b\d+_\d|"
        r"^await |\.findLast|\.toSorted\(|\.any\(|static \{|\.showModal|:has\(",
        re.MULTILINE,
    )
    for script in [*STATIC.glob("js/*.js"), STATIC / "vendor/noble-ed25519.js"]:
        code = re.sub(r"//.*|/\*[\s\S]*?\*/", "", script.read_text(encoding="utf-8"))
        assert not (found := newer.search(code)), f"{script.name}: {found and found[0]!r}"
