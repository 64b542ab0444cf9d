"""The checker's page in a browser: scanned, uploaded, filmed, offline, on old phones, and without JavaScript."""

import base64
import io
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import qrcode
from django.core.cache import cache
from PIL import Image
from playwright.sync_api import CDPSession, Page, Route, expect

from benchmarks.certificates.checker import ASK
from lms.certificates.chain import make_table, sign_table
from lms.certificates.headdays import make_head_days, sign_head_days
from lms.certificates.models import Certificate
from lms.certificates.paper import qr_text
from lms.certificates.services.standing import revoke_certificate
from lms.certificates.statuslist import StatusList, sign_status_list
from lms.register.checkpoint import Checkpoint, sign_checkpoint
from lms.register.keys import log_signer
from lms.register.merkle import Frontier
from tests.e2e import axe
from tests.factories.certificates import issued
from tests.factories.people import UserFactory
from tests.vectors.make_verdicts import TARGET
from tests.vectors.world import World

from .conftest import BROWSERS, DESK, QUIET, OpenPage

STATIC = Path(__file__).parents[2] / "lms/certificates/static/certificates"
OLD_PHONE = """
const subtle = (window.SubtleCrypto || function () {}).prototype;
const { importKey } = subtle;
subtle.importKey = function (format, key, algorithm, ...rest) {
  const name = algorithm.name || algorithm;
  if (name === "Ed25519") return Promise.reject(new DOMException("no", "NotSupportedError"));
  return importKey.call(this, format, key, algorithm, ...rest);
};
delete window.DecompressionStream;
delete window.BarcodeDetector;
delete window.createImageBitmap;
delete Object.hasOwn;
delete Array.prototype.at;
delete String.prototype.replaceAll;
delete Element.prototype.replaceChildren;
"""


@pytest.fixture
def certificate(home_pages: None, live_server: Any, settings: Any) -> Iterator[Certificate]:
    settings.SANAD_BASE_URL = live_server.url
    cache.clear()
    yield issued(learner__name_ar="فاطمة الزهراء عبد السلام بن عمر")
    cache.clear()


def verdict(page: Page) -> str | None:
    page.wait_for_selector("[data-verdict]")
    return page.locator("[data-verdict]").get_attribute("data-verdict")


def visit(page: Page, address: str = "/v") -> None:
    """Open the page and wait until it can be used without a connection."""
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    page.evaluate("navigator.serviceWorker.ready")
    expect(page.locator("[data-register-words]")).to_contain_text("20")


def offer(page: Page, pack: dict[str, Any]) -> None:
    """Let the server offer this pack from now on."""
    page.context.route("**/v/pack?*", lambda route: route.fulfill(json=pack))


def signed_over(leaves: list[bytes]) -> dict[str, str]:
    """The signed parts of a pack of these leaf hashes, by the platform's own log key."""
    log, now, size = log_signer(), int(time.time()), len(leaves)
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    facts: dict[str, Any] = {"serial": 99, "time": now, "size": size}
    parts = {
        "checkpoint": sign_checkpoint(Checkpoint(log.key.name, size, frontier.root()), log),
        "status": sign_status_list(StatusList(**facts), log),
        "trainers": sign_table(make_table(**facts, rows=[]), log),
        "days": sign_head_days(make_head_days(**facts, heads=[]), log),
    }
    return {name: note.decode() for name, note in parts.items()}


def expect_disconnection(problems: list[str]) -> None:
    """The browser reports each request that a page without a connection tries in vain."""
    problems[:] = [text for text in problems if "ERR_INTERNET_DISCONNECTED" not in text]


def check(page: Page, text: str) -> str | None:
    """Ask by the field, and wait for the answer to this and not to the last question."""
    page.evaluate("document.querySelector('[data-answer]').textContent = ''")
    page.fill("input[name=text]", text)
    page.press("input[name=text]", "Enter")
    return verdict(page)


def picture(*texts: str) -> bytes:
    """A photo with these codes side by side, on more than ten million pixels."""
    sheet = Image.new("RGB", (4200, 2600), "#f4f1ea")
    for number, text in enumerate(texts):
        code = qrcode.make(text, box_size=8).get_image().convert("RGB")
        sheet.paste(code, (300 + number * 1500, 500))
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=70)
    return file.getvalue()


def upload(page: Page, name: str, content: bytes, kind: str) -> None:
    page.evaluate("document.querySelector('[data-answer]').textContent = ''")
    page.set_input_files("[data-file]", {"name": name, "mimeType": kind, "buffer": content})


class TestOffline:
    def test_after_one_visit_every_colour_is_given_without_a_request(
        self, open_page: OpenPage, certificate: Certificate, problems: list[str]
    ) -> None:
        revoked = issued()
        revoke_certificate(certificate=revoked, reason="x", actor=UserFactory())
        page = open_page("ar")
        visit(page, qr_text(certificate))
        assert verdict(page) == "valid"
        expect(page.locator("main")).to_contain_text(certificate.name_ar)
        assert page.url.endswith("/v") and page.title().startswith("سارية")

        newer = issued()
        requests: list[str] = []
        page.context.on("request", lambda request: requests.append(request.url))
        assert check(page, qr_text(certificate)) == "valid"
        assert check(page, qr_text(revoked)) == "revoked"
        assert check(page, qr_text(newer)) == "newer_than_register"
        assert check(page, "https://example.org/") == "not_ours"
        assert check(page, qr_text(certificate)[:-9]) == "malformed"
        assert requests == []

        page.context.set_offline(True)
        page.goto("about:blank")
        page.goto(qr_text(revoked))
        assert verdict(page) == "revoked"
        page.goto("about:blank")
        page.goto(qr_text(certificate))
        assert verdict(page) == "valid"
        page.fill("input[name=text]", str(certificate))
        page.press("input[name=text]", "Enter")
        expect(page.locator("[data-problem]")).to_contain_text("يحتاج إلى اتصال")
        assert check(page, qr_text(certificate)) == "valid"
        page.click("[data-language=en]")
        page.wait_for_selector("html[lang=en]")
        assert verdict(page) == "valid"
        page.goto("about:blank")
        page.goto("/v")
        expect(page.locator("html")).to_have_attribute("lang", "en")

        page.context.set_offline(False)
        cache.clear()
        assert check(page, qr_text(newer)) == "newer_than_register"
        page.click("[data-update]")
        page.wait_for_selector("[data-verdict=valid]")
        expect_disconnection(problems)

    def test_register_that_turns_time_back_is_not_taken(
        self, open_page: OpenPage, certificate: Certificate
    ) -> None:
        page = open_page("en")
        before = page.request.get("/v/pack").json()
        revoke_certificate(certificate=certificate, reason="x", actor=UserFactory())
        cache.clear()
        visit(page, "/v?l=en")

        after = page.request.get("/v/pack").json()
        offered = {"older": before, "damaged": {**after, "leaves": "AAAA"}}
        for what, words in {"older": "older register", "damaged": "does not verify"}.items():
            offer(page, offered[what])
            page.click("[data-update]")
            expect(page.locator("[data-problem]")).to_contain_text(words)
            assert check(page, qr_text(certificate)) == "revoked"

    def test_register_that_was_rewritten_is_not_taken(
        self, open_page: OpenPage, certificate: Certificate
    ) -> None:
        """Signed by the right keys, and no continuation of the one on the device: what a stolen log key can do."""
        page = open_page("en")
        visit(page, "/v?l=en")
        honest = page.request.get("/v/pack").json()
        size = len(base64.b64decode(honest["leaves"])) // 32
        for forged_size, words in (
            (size + 1, "rewritten"),
            (size, "rewritten"),
            (size - 1, "older register"),
        ):
            leaves = [b"\1" * 32] * forged_size
            forged = {"from": 0, "leaves": base64.b64encode(b"".join(leaves)).decode()}
            offer(page, {**honest, **forged, "files": {**honest["files"], **signed_over(leaves)}})
            page.click("[data-update]")
            expect(page.locator("[data-problem]")).to_contain_text(words)
            assert check(page, qr_text(certificate)) == "valid"

    def test_keyset_of_other_roots_is_not_taken(self, open_page: OpenPage, certificate: Certificate) -> None:
        """The root keys of the first visit count for ever, also when the page itself names others."""
        page = open_page("en")
        visit(page, "/v?l=en")
        stranger = World(serial=99)
        text = stranger.issue("لصّ")
        files = stranger.files(time=int(time.time()))
        honest = page.request.get("/v/pack").json()
        forged = {"from": 0, "leaves": base64.b64encode(files["tile/0/000.p/1"]).decode()}
        offer(page, {**honest, **forged, "files": {name: files[name].decode() for name in honest["files"]}})
        page.context.add_init_script(
            f"""const {{ parse }} = JSON;
            JSON.parse = (text) => {{
              const data = parse(text);
              if (data && data.roots) data.roots = ["{stranger.root.key.encode()}"];
              return data;
            }};"""
        )
        page.reload()
        page.wait_for_selector("html[data-ready]")
        page.click("[data-update]")
        expect(page.locator("[data-problem]")).to_contain_text("other root keys")
        assert check(page, text) == "unknown_key"
        assert check(page, qr_text(certificate)) == "valid"


class TestPictures:
    def test_codes_are_read_out_of_files(
        self, open_page: OpenPage, certificate: Certificate, problems: list[str]
    ) -> None:
        text, other = qr_text(certificate), qr_text(issued())
        page = open_page("en")
        visit(page, "/v?l=en")
        upload(page, "photo.jpg", picture("WIFI:S:cafe;;", text), "image/jpeg")
        assert verdict(page) == "valid"
        upload(page, "foreign.jpg", picture("https://example.org/ticket"), "image/jpeg")
        assert verdict(page) == "not_ours"
        problem = page.locator("[data-problem]")
        for name, content, words in (
            ("two.jpg", picture(text, other), "several certificates"),
            ("none.jpg", picture(), "no readable QR code"),
            ("notes.png", b"just words", "neither a picture"),
        ):
            upload(page, name, content, "image/jpeg")
            expect(problem).to_contain_text(words)

        pdf = io.BytesIO()
        Image.open(io.BytesIO(picture(text))).save(pdf, "PDF")
        upload(page, "certificate.pdf", pdf.getvalue(), "application/pdf")
        assert verdict(page) == "valid"
        page.context.set_offline(True)
        upload(page, "photo.jpg", picture(text), "image/jpeg")
        assert verdict(page) == "valid"
        upload(page, "certificate.pdf", pdf.getvalue(), "application/pdf")
        expect(problem).to_contain_text("with a connection only")
        expect_disconnection(problems)

    def test_camera_sees_a_code(
        self, certificate: Certificate, live_server: Any, tmp_path: Path, browser: Any
    ) -> None:
        film(tmp_path / "code.y4m", qr_text(certificate))
        executable = next(filter(None, map(shutil.which, BROWSERS)))
        camera = [
            *QUIET,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={tmp_path / 'code.y4m'}",
        ]
        filming = browser.browser_type.launch(executable_path=executable, args=camera)
        try:
            page = filming.new_context(base_url=live_server.url).new_page()
            visit(page)
            page.click("[data-camera]")
            assert verdict(page) == "valid"
            expect(page.locator("[data-viewfinder]")).to_be_hidden()
        finally:
            filming.close()


def film(target: Path, text: str) -> None:
    """A camera that is held over a paper: one grey frame, again and again (YUV4MPEG2)."""
    width, height = 1280, 960
    frame = Image.new("L", (width, height), 200)
    code = qrcode.make(text, box_size=8, border=4).get_image().convert("L")
    side = min(height - 80, code.width)
    frame.paste(code.resize((side, side)), ((width - side) // 2, 40))
    chroma = bytes([128]) * (width * height // 2)
    header = f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode()
    target.write_bytes(header + (b"FRAME\n" + frame.tobytes() + chroma) * 3)


class TestOldPhone:
    def test_certificate_is_judged_by_what_comes_along(
        self, open_page: OpenPage, certificate: Certificate, problems: list[str]
    ) -> None:
        page = open_page("ar")
        page.context.add_init_script(OLD_PHONE)
        visit(page, qr_text(certificate))
        assert verdict(page) == "valid"
        page.evaluate(
            """async () => {
              const kept = await caches.open("sanad-check-later");
              while ((await kept.keys()).length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
            }"""
        )
        page.context.set_offline(True)
        page.goto("about:blank")
        page.goto(qr_text(certificate)[:-5])
        assert verdict(page) == "malformed"
        assert check(page, qr_text(certificate)) == "valid"
        page.context.set_offline(False)
        expect_disconnection(problems)
        upload(page, "photo.jpg", picture(qr_text(certificate)), "image/jpeg")
        assert verdict(page) == "valid"

    @pytest.mark.parametrize("script", ["", OLD_PHONE], ids=["native", "fallback"])
    def test_table_of_verdicts(self, script: str, browser: Any, problems: list[str]) -> None:
        """tests/vectors/verdicts.json, without a server: the scripts are served as they are."""
        page = browser.new_page()
        page.add_init_script(script)
        page.on("pageerror", lambda error: problems.append(str(error)))

        def serve(route: Route) -> None:
            name = route.request.url.rpartition("/")[2]
            folders = (STATIC / "js", STATIC / "vendor", TARGET.parent)
            found = [folder / name for folder in folders if name and (folder / name).is_file()]
            kind = "text/javascript" if found else "text/html"
            route.fulfill(
                body=found[0].read_text(encoding="utf-8") if found else "<!doctype html>", content_type=kind
            )

        page.route("https://checker.test/**", serve)
        page.goto("https://checker.test/")
        outcome = page.evaluate(
            """async (book) => {
              const [ed25519, note, pack, verdict, { run }] = await Promise.all(
                ["ed25519", "note", "pack", "verdict", "run_verdicts"].map((name) => import(`/${name}.js`)),
              );
              ed25519.configure({ noble: "/noble-ed25519.js" });
              pack.configure({ inflate: "/tiny-inflate.js" });
              const modules = { ...pack, judge: verdict.judge, PackError: note.PackError };
              return [await run(modules, JSON.parse(book)), (await ed25519.implementation()).name];
            }""",
            TARGET.read_text(encoding="utf-8"),
        )
        page.close()
        assert outcome == [[], "noble" if script else "webcrypto"]


class TestDrawing:
    CHECKS = 9

    def test_a_verdict_costs_at_most_two_layouts(self, open_page: OpenPage, certificate: Certificate) -> None:
        """Each costs an old phone most of a hundred milliseconds; `make bench-certificates` has the times."""
        page = open_page("ar")
        visit(page, "/v?l=ar")
        developer = page.context.new_cdp_session(page)
        developer.send("Performance.enable")
        ask(page, qr_text(certificate))
        before = layouts(developer)
        for _ in range(self.CHECKS):
            ask(page, qr_text(certificate))
        assert layouts(developer) - before <= 2 * self.CHECKS


def ask(page: Page, text: str) -> None:
    """Check a code anew and wait for the frame that shows the verdict."""
    page.evaluate(ASK, text)


def layouts(developer: CDPSession) -> int:
    metrics = developer.send("Performance.getMetrics")["metrics"]
    return next(int(metric["value"]) for metric in metrics if metric["name"] == "LayoutCount")


class TestWithoutScripts:
    def test_text_is_pasted_and_the_server_answers(
        self, open_page: OpenPage, certificate: Certificate
    ) -> None:
        revoke_certificate(certificate=certificate, reason="x", actor=UserFactory())
        page = open_page("ar", java_script_enabled=False)
        page.goto("/v")
        expect(page.locator("[data-scan]")).to_be_hidden()
        page.fill("input[name=text]", qr_text(certificate))
        page.press("input[name=text]", "Enter")
        assert verdict(page) == "revoked"
        page.click("[data-again] button")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        assert verdict(page) == "revoked"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_state_is_accessible_and_fits(
    language: str, open_page: OpenPage, certificate: Certificate
) -> None:
    page = open_page(language)
    visit(page, f"/v?l={language}")
    texts = (qr_text(certificate), qr_text(certificate)[:-30], str(certificate), "ABCD")
    for width in (360, DESK):
        page.set_viewport_size({"width": width, "height": 800})
        axe.assert_accessible(page)
        for text in texts:
            page.fill("input[name=text]", text)
            page.press("input[name=text]", "Enter")
            page.wait_for_selector("[data-checking]", state="hidden")
            page.wait_for_selector("[data-verdict], [data-problem]:not([hidden])")
            expect(page.locator("html")).to_have_attribute("lang", language)
        axe.assert_accessible(page)
        check(page, texts[0])
        axe.assert_accessible(page)
