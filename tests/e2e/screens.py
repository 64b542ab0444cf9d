"""Render every key page of the demo world, at phone and desk width, in both languages, into screens/.

    make screens                    all pages
    make screens ARGS="exam home"   only those whose name contains one of the words

Opened and looked at, never compared automatically. The last picture is a contact sheet of all.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "screens"
WIDTHS = {"360": 360, "1280": 1280}
LANGUAGES = ("ar", "en")
SHEET_COLUMNS, SHEET_TILE = 8, (220, 420)


def main(words: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.dev")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    subprocess.run([sys.executable, "manage.py", "demo", "--no-serve"], cwd=ROOT, check=True)
    django.setup()
    from .screen_list import screens

    wanted = [screen for screen in screens() if not words or any(word in screen.name for word in words)]
    FOLDER.mkdir(exist_ok=True)
    with served() as address:
        paths = list(render(address, wanted))
    make_contact_sheet(paths)
    print(f"{len(paths)} pictures and contact-sheet.png in {FOLDER.relative_to(ROOT)}/")


@contextmanager
def served() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "lms.wsgi:application"),
            *("--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--log-level", "warning"),
        ],
        cwd=ROOT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/health")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


def render(address: str, wanted: list) -> Iterator[Path]:
    import shutil

    from django.conf import settings
    from django.test import Client
    from playwright.sync_api import sync_playwright

    from .conftest import BROWSERS, QUIET

    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        raise SystemExit("Chromium was not found; on Debian: apt install chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
        for screen in wanted:
            for language in LANGUAGES:
                for label, width in WIDTHS.items():
                    context = browser.new_context(
                        viewport={"width": width, "height": 800},
                        reduced_motion="reduce",
                        java_script_enabled=True,
                    )
                    cookies = [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": address}]
                    if screen.user is not None:
                        client = Client()
                        client.force_login(screen.user, backend="django.contrib.auth.backends.ModelBackend")
                        session = client.cookies[settings.SESSION_COOKIE_NAME]
                        cookies.append({"name": session.key, "value": session.value, "url": address})
                    context.add_cookies(cookies)
                    page = context.new_page()
                    page.goto(address + screen.path(language), wait_until="networkidle")
                    target = FOLDER / f"{screen.name}-{language}-{label}.png"
                    page.screenshot(path=target, full_page=True)
                    context.close()
                    yield target
        browser.close()


def make_contact_sheet(paths: list[Path]) -> None:
    from PIL import Image

    rows = -(-len(paths) // SHEET_COLUMNS)
    width, height = SHEET_TILE
    sheet = Image.new("RGB", (SHEET_COLUMNS * width, max(rows, 1) * height), "#dddddd")
    for number, path in enumerate(paths):
        with Image.open(path) as picture:
            picture = picture.convert("RGB")
            scale = (width - 8) / picture.width
            shown = picture.resize((width - 8, max(1, int(picture.height * scale))))
            shown = shown.crop((0, 0, width - 8, min(shown.height, height - 8)))
            sheet.paste(shown, ((number % SHEET_COLUMNS) * width + 4, (number // SHEET_COLUMNS) * height + 4))
    sheet.save(FOLDER / "contact-sheet.png")


if __name__ == "__main__":
    main(sys.argv[1:])
