"""The house: who may import whom, and how large a room may grow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("people", "courses", "cascade", "assessments", "register", "certificates", "home", "common")


def source_files() -> list[Path]:
    return [
        path
        for folder in ("lms", "plugins")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
    ]


def test_import_contracts_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_modules_stay_small_enough_to_read() -> None:
    """About 300 lines is the house's measure; 400 is where a module must split."""
    long = {
        str(p.relative_to(ROOT)): n for p in source_files() if (n := len(p.read_text().splitlines())) > 400
    }
    assert not long


def test_functions_stay_short() -> None:
    """Nine of ten functions fit on a small screen, and none passes 70 lines."""
    lengths: list[tuple[int, str]] = []
    for path in source_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                lengths.append((size, f"{path.relative_to(ROOT)}:{node.name}"))
    lengths.sort()
    assert lengths[int(len(lengths) * 0.9)][0] <= 25
    assert [row for row in lengths if row[0] > 70] == []


@pytest.mark.parametrize("path", source_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_heavy_libraries_are_imported_where_used(path: Path) -> None:
    """h5py, numpy, typst and the scanners cost start-up time and memory that no page should pay."""
    heavy = {"h5py", "numpy", "typst", "pypdfium2", "zxingcpp", "PIL"}
    imported = {
        alias.name.split(".")[0]
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in ([ast.alias(node.module or "")] if isinstance(node, ast.ImportFrom) else node.names)
    }
    assert not imported & heavy


def test_templates_use_logical_properties_and_no_inline_code() -> None:
    """Strict CSP forbids inline style and script; both directions need logical properties."""
    offences = [
        f"{path.relative_to(ROOT)}: {needle}"
        for folder in ("lms", "plugins")
        for path in (ROOT / folder).rglob("*.html")
        for needle in (" style=", "<style", " onclick=", " onload=", " onchange=", "javascript:")
        if needle in path.read_text()
    ]
    assert not offences


def test_stylesheets_use_logical_properties_only() -> None:
    import re

    physical = re.compile(
        r"(?<![-\w])(margin|padding|border)-(left|right)|(?<![-\w])(left|right)\s*:|text-align:\s*(left|right)|float:\s*(left|right)"
    )
    offences = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for folder in ("lms", "plugins")
        for path in (ROOT / folder).rglob("*.css")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if physical.search(line)
    ]
    assert not offences
