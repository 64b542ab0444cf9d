# /// script
# requires-python = ">=3.11"
# dependencies = ["fonttools>=4.55", "brotli>=1.1"]
# ///
"""Make the four web fonts of the design system from IBM Plex Sans Arabic.

Run it with the npm package `@fontsource/ibm-plex-sans-arabic` (5.3.0 was used) unpacked somewhere:

    npm pack @fontsource/ibm-plex-sans-arabic && tar xzf fontsource-ibm-plex-sans-arabic-*.tgz
    uv run --no-project docs/fonts/subset_fonts.py package lms/home/static/home/fonts

A phone on a slow line pays for every byte, so each weight is split in two files: Arabic with the
digits and punctuation that Arabic pages use, and basic Latin. An Arabic page seldom fetches the
Latin bold. The family is renamed, because a modified font should not carry the original's name.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Sanad Sans"
STYLES = {400: "Regular", 600: "SemiBold"}

LETTERS = [*range(0x0621, 0x063B), *range(0x0640, 0x064B), *map(ord, "پچڤڨگ")]
MARKS = [*range(0x064B, 0x0653), 0x0670]
ARABIC_DIGITS = [*range(0x0660, 0x066D)]
ARABIC = [*LETTERS, *MARKS, *ARABIC_DIGITS, *map(ord, "،؛؟")]
DIGITS_AND_PUNCTUATION = [*map(ord, "0123456789 .,:;!?()[]/-+%\"'&#*"), *map(ord, "\u00a0«»–—…×·")]
LATIN = [*range(0x20, 0x7F), *map(ord, "\u00a0«»·–—‘’“”…×©")]

# Shaping that Arabic cannot do without; contextual swash forms are left out.
ARABIC_FEATURES = ["ccmp", "init", "medi", "fina", "rlig", "mark", "mkmk", "kern"]
LIGATURE = 4  # the type of a ligature lookup in GSUB
LAM_INITIAL, LAM_MEDIAL = "uniFEDF", "uniFEE0"


def keep_only_lam_alef(font: TTFont) -> None:
    """Drop the decorative two-letter joins; lam-alef is the one that spelling requires."""
    for lookup in font["GSUB"].table.LookupList.Lookup:
        if lookup.LookupType != LIGATURE:
            continue
        for table in lookup.SubTable:
            for first in list(table.ligatures):
                is_mark = first.startswith(("uni064", "uni065", "uni0670"))
                is_lam = first in {LAM_INITIAL, LAM_MEDIAL}
                kept = [
                    lig for lig in table.ligatures[first] if is_mark or (is_lam and len(lig.Component) == 1)
                ]
                if kept:
                    table.ligatures[first] = kept
                else:
                    del table.ligatures[first]


def rename(font: TTFont, weight: int) -> None:
    style = STYLES[weight]
    names = {1: FAMILY, 2: style, 4: f"{FAMILY} {style}", 6: f"SanadSans-{style}"}
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
        elif record.nameID not in {0, 13, 14}:
            font["name"].removeNames(nameID=record.nameID)


def subset_font(
    source: Path, target: Path, *, weight: int, codepoints: list[int], features: list[str]
) -> None:
    font = TTFont(source)
    if "GSUB" in font:
        keep_only_lam_alef(font)
    rename(font, weight)
    options = subset.Options()
    options.layout_features = features
    options.hinting = False
    options.glyph_names = False
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]
    options.drop_tables += ["STAT", "meta"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codepoints)
    subsetter.subset(font)
    font.flavor = "woff2"
    font["head"].created = font["head"].modified = 0  # the same input gives the same bytes
    font.recalcTimestamp = False
    font.save(target)
    sys.stdout.write(f"{target.name} {target.stat().st_size} bytes\n")


def merged_arabic(package: Path, weight: int, folder: Path) -> Path:
    """The Arabic cut with the Latin cut's digits and punctuation, as one font."""
    from fontTools.merge import Merger

    parts = []
    for script, codepoints in (("arabic", ARABIC), ("latin", DIGITS_AND_PUNCTUATION)):
        font = TTFont(package / f"files/ibm-plex-sans-arabic-{script}-{weight}-normal.woff2")
        if script == "arabic":
            keep_only_lam_alef(font)
        options = subset.Options()
        options.layout_features = ARABIC_FEATURES if script == "arabic" else []
        options.hinting = False
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=codepoints)
        subsetter.subset(font)
        font.flavor = None
        part = folder / f"{script}.ttf"
        font.save(part)
        parts.append(str(part))
    merged = folder / f"merged-{weight}.ttf"
    Merger().merge(parts).save(merged)
    return merged


def main(package: Path, target: Path) -> None:
    import tempfile

    for weight in STYLES:
        latin = package / f"files/ibm-plex-sans-arabic-latin-{weight}-normal.woff2"
        subset_font(
            latin, target / f"sanad-latin-{weight}.woff2", weight=weight, codepoints=LATIN, features=[]
        )
        with tempfile.TemporaryDirectory() as folder:
            arabic = merged_arabic(package, weight, Path(folder))
            everything = [*ARABIC, *DIGITS_AND_PUNCTUATION]
            subset_font(
                arabic,
                target / f"sanad-arabic-{weight}.woff2",
                weight=weight,
                codepoints=everything,
                features=ARABIC_FEATURES,
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
