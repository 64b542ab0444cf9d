"""Bytes over the wire, compressed, on a first visit: what a phone on a slow line pays."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from lms.home.services import ensure_site

pytestmark = pytest.mark.django_db

STATIC = re.compile(r'(?:href|src)="/static/([^"]+\.(?:css|js|svg))"')
FONT = re.compile(r'url\("\.\./fonts/([^"]+)"\)')
FONTS = Path("home/fonts")


def found(name: str | Path) -> Path:
    path = finders.find(str(name))
    assert isinstance(path, str), f"{name} is no static file"
    return Path(path)


def compressed(name: str) -> int:
    """As whitenoise stores it: brotli at its best."""
    return len(brotli.compress(found(name).read_bytes(), quality=11))


def font_bytes() -> dict[str, int]:
    css = found("home/css/sanad.css").read_text(encoding="utf-8")
    return {name: found(FONTS / name).stat().st_size for name in FONT.findall(css)}


@pytest.mark.parametrize("language", ["ar", "en"])
def test_home_page_costs_less_than_60_kilobytes_at_first_and_15_afterwards(
    client: Client, language: str
) -> None:
    ensure_site()
    html = client.get(f"/{language}/").content
    page = len(gzip.compress(html, 6))
    files = set(STATIC.findall(html.decode()))
    assert {"home/css/sanad.css", "home/css/pages.css", "home/js/sanad.js"} <= files
    assert page <= 10_000
    assert page + sum(map(compressed, files)) + sum(font_bytes().values()) <= 60_000
    assert page <= 15_000


def test_each_part_keeps_to_its_share() -> None:
    assert compressed("home/css/sanad.css") + compressed("home/css/pages.css") <= 8_000
    assert compressed("home/js/sanad.js") <= 2_000


def test_fonts_of_a_page_keep_to_25_kilobytes() -> None:
    """An Arabic page needs both Arabic weights and the Latin regular, an English one both Latin weights and the
    Arabic regular for the name of the other language."""
    size = font_bytes()
    assert len(size) == 4
    arabic = size["sanad-arabic-400.woff2"] + size["sanad-arabic-600.woff2"] + size["sanad-latin-400.woff2"]
    english = size["sanad-latin-400.woff2"] + size["sanad-latin-600.woff2"] + size["sanad-arabic-400.woff2"]
    assert max(arabic, english) <= 25_000


def test_pages_come_compressed(client: Client) -> None:
    ensure_site()
    response = client.get("/ar/", headers={"accept-encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("sheet", ["sanad.css", "pages.css"])
def test_stylesheet_asks_nothing_of_other_hosts_and_uses_logical_properties(sheet: str) -> None:
    css = found(f"home/css/{sheet}").read_text(encoding="utf-8")
    assert "//" not in re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    physical = re.compile(r"[{;\s](?:margin|padding|border)-(?:left|right)|[{;]\s*(?:left|right|float):")
    assert physical.findall(css) == []
