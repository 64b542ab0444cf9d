"""Cells that spreadsheets will not run as formulas (OWASP, "CSV injection")."""

from collections.abc import Iterable

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """The value as text; one that a spreadsheet would take for a formula gets a leading apostrophe.

    Numbers written by us are exempt, and so are international phone numbers, whose plus sign
    belongs to them and is followed by digits only.
    """
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, int | float) or (text[:1] == "+" and text[1:].isascii() and text[1:].isdigit()):
        return text
    return f"'{text}" if text.lstrip().startswith(_TRIGGERS) or text.startswith(_TRIGGERS) else text


def safe_row(values: Iterable[object]) -> list[str]:
    return [safe_cell(value) for value in values]
