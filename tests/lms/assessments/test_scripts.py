"""What the phones of the field can read: the exam's modules stay within Chrome 80, of the spring of 2020."""

import re
from pathlib import Path

import pytest

from lms.assessments.views_paper import LATER, MODULES

FOLDER = Path(__file__).parents[3] / "lms/assessments/static/assessments/js"
SCRIPTS = sorted(FOLDER.glob("*.js"))
IMPORT = re.compile(r'(?:from|import)\s*\(?\s*"\./([a-z0-9_]+)\.js"')

#: What came later, with the version of Chrome that brought it.
TOO_NEW = {
    "private members (84)": r"\.#\w|^\s+(?:async )?#\w+",
    "logical assignment (85)": r"\?\?=|\|\|=|&&=",
    "String.replaceAll (85)": r"\.replaceAll\(",
    "Promise.any (85)": r"Promise\.any\(",
    "top-level await (89)": r"^(?:await\b|(?:const|let)\b[^(]*= await\b)",
    "at() (92)": r"\.at\(",
    "Object.hasOwn (93)": r"Object\.hasOwn\(",
    "static blocks (94)": r"\bstatic \{",
    "findLast (97)": r"\.findLast(?:Index)?\(",
    "structuredClone (98)": r"\bstructuredClone\(",
    "copies of arrays (110)": r"\.to(?:Sorted|Reversed|Spliced)\(",
}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_uses_nothing_that_an_old_phone_does_not_know(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [name for name, pattern in TOO_NEW.items() if re.search(pattern, text, re.MULTILINE)] == []


def imports_of(name: str) -> set[str]:
    return set(IMPORT.findall((FOLDER / f"{name}.js").read_text(encoding="utf-8")))


def test_the_page_names_every_module_that_it_will_need() -> None:
    """A name that is missing costs a slow line one more round; one too many costs bytes."""
    found, waiting = set(), {"paper"}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= imports_of(name) - found
    assert found - {"paper"} == {*MODULES, *LATER.values()}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_modules_do_not_import_each_other_in_circles(path: Path) -> None:
    """Their names hold digests of their texts, which hold those names."""
    seen: set[str] = set()
    waiting = imports_of(path.stem)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        waiting |= imports_of(name) - seen
    assert path.stem not in seen


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_stays_small_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
