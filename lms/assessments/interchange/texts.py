"""From other people's markup to the plain bilingual texts of a bank, and back.

What is kept: words, line breaks, list marks, and raised or lowered digits. All other markup is dropped and
noted. Two languages in one text are told apart as Moodle's filters do, by `<span lang="ar"
class="multilang">` (filter_multilang) and `{mlang ar}…{mlang}` (filter_multilang2).
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..content import Bilingual
from .html_scanner import scan, word_set
from .model import LANGUAGES, MOST_TEXT, Language, Loss, UnsupportedError

#: An image may be in the address of its element.
MOST_MARKUP = 12 * 1024 * 1024
MOST_MARKDOWN = 4 * MOST_TEXT
MOST_DEPTH = 100
MOST_TOKENS = 5 * MOST_TEXT

BLOCKS = word_set(
    """
    address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul
    """
)
_LOSSES = {
    name: code
    for code, names in {
        "formatting": "b strong i em u s strike del ins mark big tt code kbd samp var cite dfn h1 h2 h3 h4 h5 h6 ruby",
        "table": "table",
        "media": "audio video object embed iframe applet canvas svg map picture",
        "form": "form input button select textarea",
        "mathml": "math",
        "script": "script",
        "link": "a",
    }.items()
    for name in names.split()
}
_DROPPED_WITH_CONTENT = word_set("script style noscript template head svg annotation rp")
_VOID = word_set("area base br col embed hr img input link meta param source track wbr")
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SPACES = " \t\n\r\f"
_SPACE_RUN = re.compile(f"[{_SPACES}]+")
_MLANG = re.compile(r"\{mlang(?:\s([^{}]*))?\}", re.IGNORECASE)
_MLANG_SIGN = re.compile(r"\{(?=mlang)", re.IGNORECASE)
#: What stands between the parts of a formula in MathML, of which all but the first would else run together.
_FORMULA_SIGNS = {"msup": "^", "msub": "_", "msubsup": "_^", "mfrac": "/"}
_TEX = re.compile(r"\\[(\[]|\$\$")
#: What no text holds: control characters but tab and line feed, and Unicode's noncharacters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def without_controls(text: str) -> str:
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that a text shows: where its bytes are, and the words for it."""

    source: str
    alt: str = ""


@dataclass(slots=True)
class _Run:
    """A piece of text; `languages` is None for what stands in every language. Exact characters count as they
    are, words are set with single spaces between them, and a break ends a line that has words."""

    languages: frozenset[str] | None
    text: str
    kind: Literal["words", "exact", "break"] = "words"


@dataclass(slots=True)
class Speech:
    """A text of a question in one or more languages, with the images it shows and what reading it lost."""

    runs: list[_Run] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    losses: dict[str, str] = field(default_factory=dict)

    @classmethod
    def plain(cls, text: str) -> "Speech":
        """A text as it is, in every language."""
        return cls([_Run(None, without_controls(text), "exact")] if text.strip() else [])

    @property
    def languages(self) -> frozenset[Language]:
        """The languages of ours that the text marks."""
        marked = {name for run in self.runs if run.languages and run.text.strip() for name in run.languages}
        return frozenset(language for language in LANGUAGES if language in marked)

    @property
    def is_blank(self) -> bool:
        return not any(run.text.strip() for run in self.runs)

    def text(self, language: str | None = None) -> str:
        """What the text says in a language, or, without one, everything it says.

        Raises UnsupportedError for more characters than a question of ours may have.
        """
        own = self.languages
        said = _assembled(run for run in self.runs if language is None or _speaks(run, language, own))
        if len(said) > MOST_TEXT:
            raise UnsupportedError("too_long", len(said))
        return said

    def title(self) -> str:
        """The beginning of the text, on one line, for a question without a name."""
        return " ".join(self.text().split())[:60]

    def bilingual(self, languages: Iterable[Language]) -> Bilingual:
        """The text in the languages that its question has."""
        spoken = set(languages)
        return Bilingual(*(self.text(language) if language in spoken else "" for language in LANGUAGES))

    def add_line(self, other: "Speech") -> None:
        """Say another text below this one."""
        self.runs += [_Run(None, "", "break"), *other.runs]
        self.pictures += other.pictures
        self.losses |= other.losses

    def noted(self) -> Iterator[Loss]:
        yield from (Loss(code, detail) for code, detail in self.losses.items())
        marked = {name for run in self.runs for name in run.languages or ()}
        if others := marked - {*LANGUAGES, "other"}:
            yield Loss("language", ", ".join(sorted(others))[:60])


def _speaks(run: _Run, language: str, own: frozenset[Language]) -> bool:
    if run.languages is None or language in run.languages:
        return True
    return "other" in run.languages and language not in own


def _assembled(runs: Iterable[_Run]) -> str:
    said: list[str] = []
    waiting = ""  # the space or line break that is written when something follows
    for run in runs:
        if run.kind == "break":
            waiting = "" if not said or said[-1].endswith("\n") else "\n"
        elif run.kind == "exact":
            if waiting == "\n" or (waiting and not run.text.startswith("\n")):
                said.append(waiting)
            said.append(run.text)
            waiting = ""
        else:
            if run.text[:1] in tuple(_SPACES):
                waiting = waiting or _space_after(said)
            if words := run.text.strip(_SPACES):
                said += [waiting, _SPACE_RUN.sub(" ", words)]
                waiting = " " if run.text[-1] in _SPACES else ""
    return "".join(said).strip()


def _space_after(said: list[str]) -> str:
    return " " if said and not said[-1].endswith("\n") else ""


class Flow:
    """Takes in markup piece by piece, from HTML or from an XML tree, and keeps what it says. `{mlang}` marks
    languages in the texts of Moodle only."""

    def __init__(self, *, knows_mlang: bool = True) -> None:
        self.speech = Speech()
        self._knows_mlang = knows_mlang
        self._open: list[tuple[str, frozenset[str] | None]] = []
        self._children: list[int] = []  # of each element that is open, how many have begun in it
        self._dropping: list[str] = []
        self._mlang: frozenset[str] | None = None
        self._lists: list[int] = []

    def start(self, tag: str, attributes: Mapping[str, str], language: str = "") -> None:
        """`language` marks the element as one of several languages of the same text."""
        if self._dropping:
            self._dropping += [tag] * (tag == self._dropping[0])
            return
        self._note(tag, attributes)
        if tag in _DROPPED_WITH_CONTENT:
            self._dropping = [tag]
            return
        if tag == "img":
            self.speech.pictures.append(Picture(attributes.get("src", ""), attributes.get("alt", "")))
        self._lay_out(tag)
        self._join_formula(tag)
        if tag not in _VOID and len(self._open) < MOST_DEPTH:
            self._open.append((tag, base_languages(language) or self._language))
            self._children.append(0)

    def end(self, tag: str) -> None:
        if self._dropping:
            if tag == self._dropping[0]:
                self._dropping.pop()
            return
        if all(name != tag for name, _ in self._open):
            return
        while self._open:
            if self._close() == tag:
                return

    def _close(self) -> str:
        """End the innermost element that is open, and give its name."""
        closed, _ = self._open.pop()
        self._children.pop()
        if self._is_grouped(closed):
            self.exact(")")
        if closed in BLOCKS:
            self._break()
        if closed in ("ul", "ol") and self._lists:
            self._lists.pop()
        return closed

    def words(self, text: str) -> None:
        if self._dropping or not text:
            return
        if _TEX.search(text):
            self.speech.losses.setdefault("math", "")
        if any(name == "math" for name, _ in self._open):
            text = text.strip()  # a formula is laid out by its elements
        position = 0
        for marker in _MLANG.finditer(text) if self._knows_mlang else ():
            self._say(text[position : marker.start()])
            self._mlang = base_languages(marker[1] or "") or None
            position = marker.end()
        self._say(text[position:])

    def _join_formula(self, tag: str) -> None:
        """Signs for what a formula in MathML shows by its layout: `x^2`, `1/2`, `√(x)`."""
        if not self._open:
            return
        self._children[-1] += 1
        signs = _FORMULA_SIGNS.get(self._open[-1][0], "")
        if 0 <= (place := self._children[-1] - 2) < len(signs):
            self.exact(signs[place])
        if self._is_grouped(tag):
            self.exact("√(" if tag == "msqrt" else "(")

    def _is_grouped(self, tag: str) -> bool:
        """Whether what an element holds is one part of a formula around it."""
        is_part = bool(self._open) and self._open[-1][0] in _FORMULA_SIGNS
        return tag in ("msqrt", "mfenced") or (tag == "mrow" and is_part)

    def exact(self, text: str) -> None:
        """Characters that count as they are, such as a space written `&#32;`."""
        if not self._dropping and text:
            self.speech.runs.append(_Run(self._language, self._clean(text), "exact"))

    def line(self) -> None:
        self.exact("\n")

    @property
    def _language(self) -> frozenset[str] | None:
        return self._mlang or (self._open[-1][1] if self._open else None)

    def _say(self, text: str) -> None:
        tags = [name for name, _ in self._open[-6:]]
        clean = self._clean(text)
        if clean and ("sup" in tags or "sub" in tags):
            clean = _shifted(clean, is_raised="sup" in tags)
        if clean:
            self.speech.runs.append(_Run(self._language, clean, "exact" if "pre" in tags else "words"))

    def _clean(self, text: str) -> str:
        clean = without_controls(text)
        if len(clean) < len(text.replace("\r\n", "\n")):
            self.speech.losses.setdefault("control_characters", "")
        return clean

    def _break(self) -> None:
        self.speech.runs.append(_Run(self._language, "", "break"))

    def _lay_out(self, tag: str) -> None:
        """Begin a new line, a list or a cell where the element does."""
        if tag == "br":
            self.line()
        elif tag in BLOCKS:
            self._break()
        if tag == "li":
            self._list_mark()
        elif tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else 0)
        elif tag in ("td", "th") and self.speech.runs and self.speech.runs[-1].kind != "break":
            self.words(" | ")

    def _list_mark(self) -> None:
        number = self._lists[-1] if self._lists else 0
        self.words(f"{number}. " if number else "- ")
        if number:
            self._lists[-1] += 1

    def _note(self, tag: str, attributes: Mapping[str, str]) -> None:
        if code := _LOSSES.get(tag):
            self.speech.losses.setdefault(code, attributes.get("href", "")[:200])
        href = attributes.get("href", "").strip().lower()
        if href.startswith("javascript:") or any(name.startswith("on") for name in attributes):
            self.speech.losses.setdefault("script", "")


def _shifted(text: str, *, is_raised: bool) -> str:
    """Raised or lowered text in the signs that Unicode has for it, else with ^ or _ before it, so that ten
    squared never becomes 102."""
    table = _RAISED if is_raised else _LOWERED
    if all(ord(c) in table or c in _SPACES for c in text):
        return text.translate(table)
    return ("^" if is_raised else "_") + text.strip(_SPACES)


def base_languages(names: str) -> frozenset[str]:
    """`ar-LY, en_us` as ar and en."""
    listed = (re.split("[-_]", name.strip().lower())[0] for name in names.split(","))
    return frozenset(name for name in listed if name)


def read_html(markup: str, *, keeps_lines: bool = False) -> Speech:
    """HTML as a text. `keeps_lines` is Moodle's auto-format, in which a line ends where it ends. Raises
    UnsupportedError for markup too long to be a text."""
    if len(markup) > MOST_MARKUP:
        raise UnsupportedError("too_long", len(markup))
    flow = Flow()
    for count, token in enumerate(scan(markup)):
        if count > MOST_TOKENS:
            raise UnsupportedError("too_long", len(markup))
        if token.kind == "words":
            _flow_lines(flow, token.value) if keeps_lines else flow.words(token.value)
        elif token.kind == "reference":
            _flow_reference(flow, token.value)
        elif token.kind == "end":
            flow.end(token.value)
        else:
            is_marked = token.value == "lang" or "multilang" in token.attributes.get("class", "").split()
            flow.start(token.value, token.attributes, token.attributes.get("lang", "") if is_marked else "")
    return flow.speech


def _flow_lines(flow: Flow, text: str) -> None:
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n")):
        if number:
            flow.line()
        flow.words(line)


def _flow_reference(flow: Flow, reference: str) -> None:
    said = html.unescape(reference)
    if reference.startswith("&#"):
        flow.exact(said)
    else:
        flow.words(" " if said == "\u00a0" else said)


def read_plain(text: str) -> Speech:
    """Text without markup, line by line; only `{mlang}` marks languages in it."""
    flow = Flow()
    flow.start("pre", {})
    flow.words(text.strip())
    return flow.speech


def read_markdown(text: str) -> Speech:
    from markdown_it import MarkdownIt

    if len(text) > MOST_MARKDOWN:
        raise UnsupportedError("too_long", len(text))
    return read_html(MarkdownIt("commonmark").render(text))


def spoken(ar: str, en: str) -> Speech:
    """A text that is given in the two languages as it is."""
    runs = [
        _Run(frozenset({name}), without_controls(text), "exact") for name, text in (("ar", ar), ("en", en))
    ]
    return Speech([run for run in runs if run.text])


def to_html(text: str) -> str:
    """A plain text as HTML that `read_html` reads back letter by letter."""
    escaped = html.escape(without_controls(text).strip(), quote=False)
    return _SPACE_RUN.sub(_written_space, _MLANG_SIGN.sub("&#123;", escaped))


def _written_space(match: re.Match[str]) -> str:
    run = match[0]
    return " " if run == " " else "".join("<br>" if c == "\n" else f"&#{ord(c)};" for c in run)


def to_multilang(text: Bilingual) -> str:
    """Both languages for Moodle's multi-language filter, which shows the reader's. A single one is marked all
    the same, so that it is known."""
    said = (("ar", text.ar), ("en", text.en))
    return "".join(
        f'<span lang="{language}" class="multilang">{to_html(words)}</span>'
        for language, words in said
        if words.strip()
    )
