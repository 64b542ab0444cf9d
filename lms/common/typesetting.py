"""Setting pages with typst: fonts from this folder alone, data as JSON inputs. Pure: imports no Django.

What a page says enters through `sys.inputs.data` and is placed as text, never as typst markup, so that a name
full of `#` and `$` prints as it is written. The same data give the same bytes.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typst

#: Amiri, which carries Arabic and Latin; its README tells where it comes from.
FONTS = Path(__file__).parent / "fonts"


class TypesettingError(Exception):
    """typst refuses the page, which only a broken installation or template should cause."""


class Document:
    """A template with its data: to be asked what it says about itself, and to be set.

    `template` may read the files beside it and nothing else. `pictures` are put beside a copy of it, under
    their names.
    """

    def __init__(
        self, template: Path, data: Mapping[str, Any], *, pictures: Mapping[str, bytes] | None = None
    ) -> None:
        self._template = template
        self._inputs = {"data": json.dumps(data, ensure_ascii=False)}
        self._pictures = pictures or {}

    def query(self, label: str) -> Any:
        """The values of the metadata under a label, in order. Raises TypesettingError."""
        with self._compiler() as compiler:
            return json.loads(compiler.query(f"<{label}>", field="value", format="json"))

    def pdf(self, at: datetime, *, standards: "Sequence[typst.PDFStandard]" = ()) -> bytes:
        """The PDF, dated `at` to the second. Raises TypesettingError."""
        with self._compiler() as compiler:
            made = compiler.compile(
                format="pdf", timestamp=at.replace(microsecond=0), pdf_standards=list(standards)
            )
        return _single(made)

    def png(self) -> bytes:
        """The picture of a document of one page, one pixel a point. Raises TypesettingError."""
        with self._compiler() as compiler:
            made = compiler.compile(format="png", ppi=72.0)
        return _single(made)

    @contextmanager
    def _compiler(self) -> "Iterator[typst.Compiler]":
        import typst

        with _folder_of(self._template, self._pictures) as folder:
            try:
                yield typst.Compiler(
                    folder / self._template.name, root=folder, font_paths=_fonts(), sys_inputs=self._inputs
                )
            except RuntimeError as error:
                raise TypesettingError(str(error)) from error


@contextmanager
def _folder_of(template: Path, pictures: Mapping[str, bytes]) -> Iterator[Path]:
    if not pictures:
        yield template.parent
        return
    with tempfile.TemporaryDirectory(prefix="sanad-paper-") as name:
        folder = Path(name)
        for source in template.parent.iterdir():
            shutil.copyfile(source, folder / source.name)
        for picture, content in pictures.items():
            (folder / picture).write_bytes(content)
        yield folder


def _single(made: object) -> bytes:
    if not isinstance(made, bytes):
        raise TypesettingError("typst returned no single file")
    return made


@cache
def _fonts() -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
