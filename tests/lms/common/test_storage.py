"""Names of static files hold a digest, and so do the names by which our modules import each other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage

from lms.common.storage import HashedStaticFilesStorage, for_the_wire

MODULES = {"assessments/js": "paper.js", "certificates/js": "check.js"}
IMPORT = re.compile(r'(?:from |import\()"([^"]+)"')


@pytest.fixture(params=MODULES)
def collected(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The exam's and the checker's modules as production serves them: the stored name of each."""
    folder = request.param
    storage = HashedStaticFilesStorage(location=tmp_path)
    [source] = {str(Path(path).parent) for path in finders.find(f"{folder}/{MODULES[folder]}", find_all=True)}
    origin = FileSystemStorage(source)
    paths = {}
    for name in origin.listdir("")[1]:
        storage.save(f"{folder}/{name}", origin.open(name))
        paths[f"{folder}/{name}"] = (storage, f"{folder}/{name}")
    done = storage.post_process(paths)
    yield {name: stored for name, stored, _ in done if stored.endswith(".js")}


def test_modules_import_each_other_by_the_names_that_hold_their_digest(
    collected: dict[str, str], tmp_path: Path
) -> None:
    imports = {
        imported
        for stored in collected.values()
        for imported in IMPORT.findall((tmp_path / stored).read_text())
    }
    stored_names = {f"./{Path(stored).name}" for stored in collected.values()}
    assert imports
    assert imports <= stored_names
    assert all(re.fullmatch(r"\./[a-z0-9_]+\.[0-9a-f]{12}\.js", name) for name in imports)


def test_what_is_served_has_no_comments_and_no_indents(collected: dict[str, str], tmp_path: Path) -> None:
    for stored in collected.values():
        lines = (tmp_path / stored).read_text().splitlines()
        assert lines
        assert not [line for line in lines if line.startswith(("//", "/*", " ", "\t"))]


def test_only_what_is_for_readers_is_taken_away() -> None:
    source = """// Why.
/** What it does,
    and what not. */
export function say(a) {
  // Because.
  const url = "https://x//y"; // stays
  const half = a / 2; // goes
  return a /* stays */;
}
/*! Licence: stays. */
"""
    expected = """export function say(a) {
const url = "https://x//y"; // stays
const half = a / 2;
return a /* stays */;
}
/*! Licence: stays. */
"""
    assert for_the_wire(source) == expected


@pytest.mark.parametrize("name", [f"{folder}/{entry}" for folder, entry in MODULES.items()])
def test_no_template_literal_of_ours_runs_over_several_lines(name: str) -> None:
    [folder] = {Path(path).parent for path in finders.find(name, find_all=True)}
    broken = [
        f"{path.name}: {line}"
        for path in folder.glob("*.js")
        for line in path.read_text().splitlines()
        if line.count("`") % 2
    ]
    assert broken == []
