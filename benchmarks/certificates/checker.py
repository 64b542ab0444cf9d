"""How long a checker waits in headless Chromium: the register taken up, a code judged, the verdict on the screen.

Runs in a process of its own on a database that it makes: `python -m benchmarks.certificates.checker THROTTLE`.
Prints one JSON object. A phone is slower than this machine: Chromium's own throttle slows its processor down
by the factor given, 1 for none. The modules run without a server, the page against the production server.
"""

import base64
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Route, sync_playwright

from benchmarks.exam.serving import HOST, Size, serving
from tests.vectors.world import TODAY, World, noon

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "lms/certificates/static/certificates"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CODES = 40
SIZES = (700, 10_000)
NO_ED25519 = "SubtleCrypto.prototype.importKey = () => Promise.reject(new Error('no'));"
RUN = """async ({ files, leaves, roots, text, now }) => {
  const load = ["ed25519", "pack", "verdict", "bytes"].map((name) => import(`/${name}.js`));
  const [ed25519, { openPack }, { judge }, { fromBase64, utf8 }] = await Promise.all(load);
  ed25519.configure({ noble: "/noble-ed25519.js" });
  const parts = Object.fromEntries(Object.entries(files).map(([name, note]) => [name, utf8(note)]));
  const time = async (act) => {
    const start = performance.now();
    const result = await act();
    return [performance.now() - start, result];
  };
  const tree = fromBase64(leaves);
  const [taken, pack] = await time(() => openPack({ files: parts, leaves: async () => tree }, roots));
  const times = [];
  for (let n = 0; n < 15; n++) {
    const [ms, { reason }] = await time(() => judge(text, pack, now));
    if (reason !== "valid") throw new Error(reason);
    times.push(ms);
  }
  return { taken, times, by: (await ed25519.implementation()).name };
}"""


ASK = """async (text) => {
  const place = document.querySelector("[data-answer]");
  const field = document.querySelector("input[name=text]");
  field.value = text;
  const start = performance.now();
  const shown = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (!place.querySelector("[data-verdict]")) return;
      observer.disconnect();
      // The message comes after the frame in which the verdict was drawn.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now() - start);
        port2.postMessage(0);
      });
    }).observe(place, { childList: true });
  });
  field.form.requestSubmit();
  return shown;
}"""


def register_of(count: int) -> dict[str, Any]:
    world = World()
    text = world.issue(issued=TODAY)
    for _ in range(count - 1):
        world.attest("endorse", course="X")
    files = world.files()
    tiles = b"".join(data for path, data in sorted(files.items()) if path.startswith("tile/"))
    notes = {path: data.decode() for path, data in files.items() if not path.startswith("tile/")}
    leaves = base64.b64encode(tiles).decode()
    return {
        "files": notes,
        "leaves": leaves,
        "roots": [world.root.key.encode()],
        "text": text,
        "now": noon(TODAY),
    }


def serve(route: Route) -> None:
    name = route.request.url.rpartition("/")[2]
    found = [path for folder in ("js", "vendor") if name and (path := STATIC / folder / name).is_file()]
    body = found[0].read_text(encoding="utf-8") if found else "<!doctype html>"
    route.fulfill(body=body, content_type="text/javascript" if found else "text/html")


def measure(browser: Browser, register: dict[str, Any], *, throttle: float, script: str) -> dict[str, Any]:
    page = browser.new_page()
    page.add_init_script(script)
    page.route("https://checker.test/**", serve)
    page.goto("https://checker.test/")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    seen: dict[str, Any] = page.evaluate(RUN, register)
    page.close()
    return seen


def modules(browser: Browser, throttle: float) -> list[dict[str, Any]]:
    rows = []
    for size in SIZES:
        register = register_of(size)
        for script in ("", NO_ED25519):
            seen = measure(browser, register, throttle=throttle, script=script)
            first, *others = seen["times"]
            rows.append(
                {
                    "entries": size,
                    "ed25519": seen["by"],
                    "taken_up_ms": round(seen["taken"]),
                    "first_code_ms": round(first, 1),
                    "next_code_p50_ms": round(statistics.median(others), 1),
                }
            )
    return rows


def whole_page(browser: Browser, throttle: float) -> dict[str, Any]:
    """From the code to the frame in which the verdict stands, on the page as it is served."""
    text = issue_one()
    folder = Path(os.environ["SANAD_DATA"])
    with serving("lms.wsgi:application", Size(1, 1), {}, folder / "server.log") as server:
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.goto(f"http://{HOST}:{server.port}/v?l=ar")
        page.wait_for_selector("html[data-ready]")
        page.evaluate("navigator.serviceWorker.ready")
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
        times = sorted(page.evaluate(ASK, text) for _ in range(CODES))
        assert page.locator("[data-verdict]").get_attribute("data-verdict") == "valid"
        page.close()
    return {
        "codes": CODES,
        "p50_ms": round(statistics.median(times)),
        "p95_ms": round(times[int(CODES * 0.95) - 1]),
        "slowest_ms": round(times[-1]),
    }


def issue_one() -> str:
    """The QR text of a certificate on an empty platform."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("keys", "init", stdout=sys.stderr)
    from lms.certificates.models import Certificate
    from lms.certificates.paper import qr_text
    from lms.certificates.services.issuing import issue_in_rounds
    from tests.factories.certificates import CertificateTypeFactory, enrolled

    kind = CertificateTypeFactory()
    for _round in issue_in_rounds(enrolments=[enrolled(kind)[0]], certificate_type=kind):
        pass
    return qr_text(Certificate.objects.select_related("trainer_certificate").latest("pk"))


def main() -> None:
    throttle = float(sys.argv[1])
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        print("SKIPPED: the browser's part. On Debian: apt install chromium-headless-shell", file=sys.stderr)
        json.dump(None, sys.stdout)
        return
    # While Playwright's driver runs an event loop in this thread, Django would refuse its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as home:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu"],
            env={**os.environ, "HOME": home},
        )
        told = {
            "throttle": throttle,
            "modules": modules(browser, throttle),
            "page": whole_page(browser, throttle),
        }
        browser.close()
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
