"""What the checker's page asks for, what it weighs, and what comes with it from elsewhere."""

import base64
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.templatetags.static import static
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

import tasks
from lms.certificates import checker, views_checker
from lms.certificates.keys import root_policy
from lms.certificates.pack import open_pack
from lms.certificates.paper import qr_text
from lms.certificates.services.standing import revoke_certificate
from lms.certificates.verdict import Reason
from lms.certificates.verdict_words import LINK_WORDS, WORDS
from lms.certificates.views_verify import NUMBERS_PER_MINUTE
from lms.common.storage import for_the_wire, travels_light
from lms.home.services import ensure_site
from lms.register.days import day_of
from tests.factories.certificates import issued
from tests.factories.people import UserFactory
from tests.vectors.world import fetch_from

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def as_files(answer: dict, before: bytes = b"") -> dict[str, bytes]:
    """The JSON pack as the folder of a pack."""
    files = {name: text.encode() for name, text in answer["files"].items()}
    leaves = before[: 32 * answer["from"]] + base64.b64decode(answer["leaves"])
    width = 256 * 32
    for number in range(0, len(leaves), width):
        tile = leaves[number : number + width]
        suffix = "" if len(tile) == width else f".p/{len(tile) // 32}"
        files[f"tile/0/{number // width:03d}{suffix}"] = tile
    return files


class TestPack:
    def test_it_verifies_and_judges(self, client: Client) -> None:
        certificate, revoked = issued(), issued()
        revoke_certificate(certificate=revoked, reason="x", actor=UserFactory())
        answer = client.get("/v/pack").json()

        pack = open_pack(fetch_from(as_files(answer)), [root_policy().keys[0]])

        assert pack.judge(qr_text(certificate), now=pack.time).reason is Reason.VALID
        assert pack.judge(qr_text(revoked), now=pack.time).reason is Reason.REVOKED
        assert pack.covered_on(certificate.register_index) == day_of(certificate.issued_on)
        course = certificate.type.tier.course
        assert answer["courses"][course.code] == {"ar": course.name_ar, "en": course.name_en}

    def test_names_of_people_are_not_in_it(self, client: Client) -> None:
        issued(learner__name_ar="خديجة الترهوني", learner__name_en="Khadija Tarhuni")
        text = client.get("/v/pack").content.decode()
        assert "Tarhuni" not in text and "الترهوني" not in json.dumps(json.loads(text), ensure_ascii=False)

    def test_checker_takes_only_what_it_lacks(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checker, "TILE_WIDTH", 2)
        issued(), issued()
        whole = client.get("/v/pack").json()
        rest = client.get("/v/pack?have=3").json()
        assert (whole["from"], rest["from"]) == (0, 2)
        leaves = base64.b64decode(whole["leaves"])
        assert leaves[:64] + base64.b64decode(rest["leaves"]) == leaves
        assert client.get("/v/pack?have=4000000000").json()["from"] == 0

    def test_questions_that_make_no_sense_are_refused(self, client: Client) -> None:
        for have in ("x", "-1", "٣", "9" * 40, ""):
            assert client.get("/v/pack", {"have": have}).status_code == 400

    def test_empty_register_says_so(self, client: Client) -> None:
        assert client.get("/v/pack").status_code == 503

    def test_queries_stay_the_same_however_many_certificates(self, client: Client) -> None:
        counts = []
        for more in (1, 3):
            for _ in range(more):
                revoke_certificate(certificate=issued(), reason="x", actor=UserFactory())
            cache.clear()
            with CaptureQueriesContext(connection) as made:
                client.get("/v/pack")
            with CaptureQueriesContext(connection) as kept:
                client.get("/v/pack")
            counts.append((len(made), len(kept)))
        assert counts[0] == counts[1] and counts[1][1] <= 3


class TestNumber:
    def test_state_and_nothing_else(self, client: Client) -> None:
        certificate = issued()
        answer = client.post("/v/number?l=en", {"text": str(certificate)})
        assert answer.json() == {"number": str(certificate), "verdict": "green", "reason": "valid"}
        assert client.post("/v/number", {"text": "ABCD-EFGH-JKMN-PQRS"}).json()["reason"] == "unknown_number"

    def test_slip_gets_a_sentence_in_the_readers_language(self, client: Client) -> None:
        answer = client.post("/v/number?l=en", {"text": "ABCD"})
        assert answer.status_code == 400 and "16 letters" in answer.json()["error"]
        for text in ("", "https://example.org/", "x" * 9000):
            assert client.post("/v/number", {"text": text}).status_code == 400

    def test_guessing_is_limited(self, client: Client) -> None:
        answers = [
            client.post("/v/number", {"text": "ABCD-EFGH-JKMN-PQRS"}).status_code
            for _ in range(NUMBERS_PER_MINUTE + 1)
        ]
        assert answers[-1] == 429 and set(answers[:-1]) == {200}


class TestFile:
    def read(self, client: Client, content: bytes) -> tuple[int, dict]:
        answer = client.post("/v/read", {"file": SimpleUploadedFile("paper.pdf", content)})
        return answer.status_code, answer.json()

    def test_codes_and_problems(self, client: Client) -> None:
        pdf = io.BytesIO()
        Image.new("RGB", (300, 300), "white").save(pdf, "PDF")
        assert self.read(client, pdf.getvalue()) == (422, {"problem": "no_code"})
        assert self.read(client, b"%PDF-1.7 broken") == (422, {"problem": "not_a_picture"})
        assert self.read(client, b"hello") == (422, {"problem": "not_a_picture"})
        assert client.post("/v/read", {}).status_code == 400

    def test_large_files_and_many_of_them_are_refused(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(views_checker, "MAX_BYTES", 1_000)
        assert self.read(client, b"x" * 20_000)[0] == 413
        statuses = [self.read(client, b"hello")[0] for _ in range(views_checker.FILES_PER_MINUTE)]
        assert statuses[-1] == 429


class TestShell:
    @pytest.mark.parametrize("language", ["ar", "en"])
    def test_page_is_the_same_for_everybody(self, language: str, client: Client) -> None:
        ensure_site()
        before = client.get(f"/v?l={language}")
        client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
        after = client.get(f"/v?l={language}")
        assert before.content == after.content
        assert f'<html lang="{language}"' in before.content.decode()
        assert "public" in after.headers["Cache-Control"] and "Cookie" not in after.headers.get("Vary", "")

    @pytest.mark.parametrize(
        "libraries", [(), ("noble-ed25519", "tiny-inflate")], ids=["new phone", "old phone"]
    )
    def test_first_visit_costs_less_than_60_kilobytes(
        self, client: Client, libraries: tuple[str, ...]
    ) -> None:
        """Until a code can be judged: in Arabic, as a proxy and whitenoise send it, with the three fonts that an
        Arabic page uses, and with what a browser without Ed25519 and gzip needs besides."""
        ensure_site()
        issued()
        later = {*checker.lazy_urls(), static("home/fonts/sanad-latin-600.woff2")}
        files = [weight(url.removeprefix("/static/")) for url in checker.shell_urls() if url not in later]
        files += [weight(f"certificates/vendor/{name}.js") for name in libraries]
        assert sum(files) + self.sent(client, "/v?l=ar") + self.sent(client, "/v/pack") < 60_000

    def test_worker_costs_little_more_until_the_page_opens_offline(self, client: Client) -> None:
        """Afterwards, in the background: itself, the page in both languages, and what the page did not yet need."""
        ensure_site()
        later = {*checker.lazy_urls(), static("home/fonts/sanad-latin-600.woff2")}
        files = sum(weight(url.removeprefix("/static/")) for url in later)
        assert later < set(checker.shell_urls())
        pages = [self.sent(client, address) for address in ("/v/worker.js", "/v?l=ar", "/v?l=en")]
        assert files + sum(pages) < 20_000

    @staticmethod
    def sent(client: Client, address: str) -> int:
        return len(gzip.compress(client.get(address).content, 6))

    def test_worker_keeps_what_exists_and_changes_with_it(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ensure_site()
        answer = client.get("/v/worker.js")
        script = answer.content.decode()
        assert answer.headers["Service-Worker-Allowed"] == "/v"
        assert "&quot;" not in script and "{{" not in script
        kept = json.loads(script.partition("const kept = ")[2].partition(";\n")[0])
        for url in [*kept["files"], *kept["later"]]:
            assert finders.find(url.removeprefix("/static/")), url
        assert script == client.get("/v/worker.js").content.decode()
        monkeypatch.setitem(WORDS, Reason.VALID, WORDS[Reason.EXPIRED])
        assert script != client.get("/v/worker.js").content.decode()

    def test_every_module_is_kept(self) -> None:
        folder = Path(str(finders.find("certificates/js/check.js"))).parent
        assert {path.stem for path in folder.glob("*.js")} == {
            *checker.MODULES,
            *checker.LAZY_MODULES,
            "check",
            "wallet",
        }

    def test_manifest_has_icons_of_its_sizes(self, client: Client) -> None:
        manifest = client.get("/v/manifest.webmanifest?l=ar").json()
        assert (manifest["scope"], manifest["start_url"], manifest["dir"]) == ("/v", "/v", "rtl")
        for icon in manifest["icons"]:
            image = Image.open(str(finders.find(icon["src"].removeprefix("/static/"))))
            assert f"{image.width}x{image.height}" == icon["sizes"]

    def test_every_reason_has_words(self) -> None:
        data = checker.page_data()
        assert set(data["words"]) == {*map(str, WORDS), "unknown_number"} and set(WORDS) == set(Reason)
        assert set(data["links"]) == set(map(str, LINK_WORDS))


def weight(name: str) -> int:
    path = Path(str(finders.find(name)))
    data = path.read_bytes()
    if path.suffix == ".woff2":
        return len(data)
    if travels_light(name):
        data = for_the_wire(data.decode()).encode()
    return len(brotli.compress(data, quality=11))


@pytest.mark.once
class TestVendored:
    def test_files_are_as_they_were_published(self) -> None:
        packages = json.loads((tasks.ROOT / "requirements/javascript.json").read_text(encoding="utf-8"))
        assert tasks.vendor_problems(packages) == []
        assert all(package["licence"] and package["version"] for package in packages)

    def test_change_and_stowaway_are_noticed(self) -> None:
        packages = json.loads((tasks.ROOT / "requirements/javascript.json").read_text(encoding="utf-8"))
        packages[0]["files"][0]["sha256"] = "0" * 64
        file = packages[1]["files"].pop()["file"]
        problems = "\n".join(tasks.vendor_problems(packages))
        assert "noble-ed25519.js is not as it was published" in problems and f"{file} is not in" in problems
