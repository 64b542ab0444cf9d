"""A hook that is not documented, or not tested, does not exist; and what the documents show must run."""

import ast
import dataclasses
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from lms.plugin_api import hookspecs, manager, types

ROOT = Path(__file__).resolve().parents[2]
HOOKS_MD = (ROOT / "docs/plugins/hooks.md").read_text(encoding="utf-8")
WRITING_MD = (ROOT / "docs/plugins/writing.md").read_text(encoding="utf-8")

SPECIFICATIONS = {
    node.name: node
    for node in ast.parse(Path(hookspecs.__file__).read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef)
}
HOOKS = sorted(SPECIFICATIONS)
DATACLASSES = [name for name in types.__all__ if dataclasses.is_dataclass(getattr(types, name))]


def section(heading: str) -> str:
    """What stands in hooks.md under a third-level heading, up to the next heading."""
    found = re.search(rf"^### {heading}\n(.*?)(?=^##|\Z)", HOOKS_MD, re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


def signature(hook: str) -> str:
    node = SPECIFICATIONS[hook]
    assert node.returns is not None
    return f"def {hook}({ast.unparse(node.args)}) -> {ast.unparse(node.returns)}"


def test_every_specification_is_a_hook() -> None:
    assert manager.hook_names() == HOOKS


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_is_documented_with_its_exact_signature(hook: str) -> None:
    blocks = re.findall(r"```python\n(.*?)\n```", section(hook), re.DOTALL)
    assert blocks, f"docs/plugins/hooks.md has no section on {hook}"
    assert blocks[0] == signature(hook)


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_has_an_example_that_implements_it(hook: str) -> None:
    *_, example = re.findall(r"```python\n(.*?)\n```", section(hook), re.DOTALL)
    implementations = {
        node.name: node for node in ast.parse(example).body if isinstance(node, ast.FunctionDef)
    }
    taken = {argument.arg for argument in implementations[hook].args.args}
    assert taken <= {argument.arg for argument in SPECIFICATIONS[hook].args.args}


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_is_in_the_table_of_what_happens_when_a_plugin_raises(hook: str) -> None:
    rows = [line for line in HOOKS_MD.splitlines() if line.startswith("| **")]
    assert len([row for row in rows if f"`{hook}`" in row]) == 1


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("case", ["with_good_plugin", "without_plugin", "with_raising_plugin"])
def test_hook_is_tested(hook: str, case: str) -> None:
    tests = {
        node.name
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert any(test.startswith(f"test_{hook}_{case}") for test in tests), f"no test_{hook}_{case}..."


@pytest.mark.parametrize("name", DATACLASSES)
def test_type_is_documented_with_its_exact_fields(name: str) -> None:
    fields = ", ".join(f"{field.name}: {field.type}" for field in dataclasses.fields(getattr(types, name)))
    assert section(name).strip().startswith(f"`{name}({fields})`")


def test_every_exported_type_has_a_section() -> None:
    assert [name for name in types.__all__ if name != "ErasureAction" and not section(name)] == []


def documented_files() -> dict[str, str]:
    """The files that writing.md shows: a path in backquotes, then the block with its content."""
    found = re.findall(r"^`([\w./]+)`\n\n```\w+\n(.*?)\n```", WRITING_MD, re.MULTILINE | re.DOTALL)
    return {path: f"{content}\n" for path, content in found}


def test_documented_plugin_is_about_25_lines_long() -> None:
    files = documented_files()
    lines = [
        line
        for path in ("helpline/apps.py", "helpline/hooks.py")
        for line in files[path].splitlines()
        if line.strip()
    ]
    assert 15 <= len(lines) <= 30


@pytest.mark.once
@pytest.mark.usefixtures("django_db_setup")
def test_documented_plugin_runs_and_passes_its_own_tests(tmp_path: Path) -> None:
    """On the migrated database that the suite has made, so that nothing is migrated again."""
    files = documented_files()
    assert set(files) == {"pyproject.toml", "helpline/apps.py", "helpline/hooks.py", "helpline/tests.py"}
    for path, content in {**files, "helpline/__init__.py": ""}.items():
        target = tmp_path / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(content, encoding="utf-8")
    install_entry_points(tmp_path)
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")

    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "helpline/tests.py")],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "lms.settings.test",
            "PYTHONPATH": str(tmp_path),
            "LMS_PLUGINS": "helpline",
            "LMS_PLUGINS_PAUSED": "",
            "DATABASE_URL": "",
            "SANAD_DATA": str(tmp_path / "data"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"\b1[0-9] passed", result.stdout), result.stdout


def install_entry_points(site: Path) -> None:
    """Leave behind what installing the documented pyproject.toml leaves: a distribution with entry points."""
    project = tomllib.loads((site / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    metadata = site / f"{project['name']}-{project['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entry_points.items())
        for group, entry_points in project["entry-points"].items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines))
