"""Digits as people type them and as the pages print them. Pure: imports neither Django nor Wagtail.

Libyan offices print Western digits in Arabic text; phones sold in the region also type the
Arabic-Indic (٠-٩) and the Persian (۰-۹) ones. Input accepts all three, output is Western.
"""

ARABIC_INDIC = "٠١٢٣٤٥٦٧٨٩"
PERSIAN = "۰۱۲۳۴۵۶۷۸۹"

_WESTERN = str.maketrans(ARABIC_INDIC + PERSIAN + "٫", "0123456789" * 2 + ".", "٬")


def western_digits(text: str) -> str:
    """The text with every Arabic-Indic or Persian digit as a Western one.

    The Arabic decimal separator ٫ becomes a point and the thousands separator ٬ goes; all else stays.
    """
    return text.translate(_WESTERN)


def format_number(value: int | float, decimals: int = 0) -> str:
    """A number as both languages print it: 12,345 or, with decimals, 12,345.6."""
    return f"{value:,.{decimals}f}"


def format_percent(part: float, whole: float) -> str:
    """`part` of `whole` as a whole percentage such as 72%; an empty whole gives a dash.

    Only a true whole reads 100% and only nothing reads 0%: 699 of 700 is 99%, 1 of 700 is 1%.
    """
    if not whole:
        return "–"
    if 0 < part < whole:
        return f"{min(max(round(100 * part / whole), 1), 99)}%"
    return f"{round(100 * part / whole)}%"
