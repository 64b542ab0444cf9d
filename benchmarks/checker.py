"""How long a checker waits: the register taken up, and a code judged, in headless Chromium.

    python -m benchmarks.checker [--throttle 6]

The page's own scripts run without a server. A phone is slower than this machine: Chromium's own
throttle slows its processor down by the factor given (`--throttle`, 1 for none).
"""

import argparse
import base64
import shutil
import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Route, sync_playwright

from tests.vectors.world import TODAY, World, noon

STATIC = Path(__file__).parents[1] / "lms/certificates/static/certificates"
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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--throttle", type=float, default=6)
    throttle = parser.parse_args().throttle
    executable = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if executable is None:
        raise SystemExit("Chromium was not found; on Debian: apt install chromium")
    print(f"Chromium, processor slowed down {throttle:g} times; milliseconds")
    print(f"{'entries':>8} {'Ed25519':>10} {'register taken up':>18} {'first code':>11} {'next, median':>13}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for size in SIZES:
            register = register_of(size)
            for script in ("", NO_ED25519):
                seen = measure(browser, register, throttle=throttle, script=script)
                first, *others = seen["times"]
                median = statistics.median(others)
                print(f"{size:>8} {seen['by']:>10} {seen['taken']:>18.0f} {first:>11.1f} {median:>13.1f}")


if __name__ == "__main__":
    main()
