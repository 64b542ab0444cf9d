"""Setting pages with typst: fonts from this folder alone, data as JSON inputs. Pure: imports no Django.

What a page says enters through `sys.inputs.data` and is placed as text, never as typst markup, so that a name
full of `#` and `$` prints as it is written. The same data give the same bytes.
"""

import json
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

    `template` may read the files beside it and nothing else.
    """

    def __init__(self, template: Path, data: dict[str, Any]) -> None:
        import typst

        self._compiler = typst.Compiler(
            template,
            root=template.parent,
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )

    def query(self, label: str) -> Any:
        """The values of the metadata under a label, in order. Raises TypesettingError."""
        try:
            return json.loads(self._compiler.query(f"<{label}>", field="value", format="json"))
        except RuntimeError as error:
            raise TypesettingError(str(error)) from error

    def pdf(self, at: datetime) -> bytes:
        """The PDF, dated `at` to the second. Raises TypesettingError."""
        try:
            made = self._compiler.compile(format="pdf", timestamp=at.replace(microsecond=0))
        except RuntimeError as error:
            raise TypesettingError(str(error)) from error
        if not isinstance(made, bytes):
            raise TypesettingError("typst returned no PDF")
        return made


@cache
def _fonts() -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
