"""Accessibility checks of a page in the browser, with axe-core and with what it cannot see.

axe takes a text whose letters join for an icon font and then does not look at its contrast, so it
passes almost any Arabic. It decides by comparing the width of a text with the sum of its letters'
widths; a width that follows from the number of letters makes it look again. The canary in
test_axe.py proves that it does.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

PLAIN_WIDTHS = """() => {
  CanvasRenderingContext2D.prototype.measureText = (text) => ({ width: 12 * text.length });
}"""

RUN = """async ([tags, exclude]) => {
  const found = await axe.run(
    { include: [["html"]], exclude: exclude.map((selector) => [selector]) },
    { runOnly: tags, resultTypes: ["violations"] },
  );
  return found.violations.map((rule) => ({
    rule: rule.id,
    impact: rule.impact,
    help: rule.help,
    nodes: rule.nodes.map((node) => node.html.slice(0, 160) + " " + (node.any[0]?.message || "")),
  }));
}"""

# Links inside sentences are exempt (WCAG 2.5.8, inline); everything else must be easy to hit with a thumb.
SMALL_TARGETS = """(least) => {
  const inSentence = (element) =>
    element.tagName === "A" && getComputedStyle(element).display === "inline";
  const size = (element) => {
    const isBox = element.matches("input[type=checkbox], input[type=radio]");
    return ((isBox && element.closest("label, .choice")) || element).getBoundingClientRect();
  };
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((element) => element.type !== "hidden" && element.checkVisibility() && !inSentence(element))
    .filter((element) => !element.matches(".skip, .card-link a"))
    .map((element) => [element.outerHTML.slice(0, 120), size(element)])
    .filter(([, box]) => box.height > 0 && (box.height < least - 0.5 || box.width < 24))
    .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`);
}"""


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    impact: str
    help: str
    nodes: list[str]

    def __str__(self) -> str:
        return f"{self.rule} ({self.impact}): {self.help}\n    " + "\n    ".join(self.nodes)


def findings(page: Page, exclude: list[str] | None = None) -> list[Finding]:
    """What axe finds against WCAG 2.2 A and AA and good practice, Arabic contrast included."""
    page.evaluate("document.fonts.ready")
    page.evaluate(PLAIN_WIDTHS)
    # Through the debugger, so that the page's own security policy stays as it is.
    page.evaluate(SOURCE)
    found: list[dict[str, Any]] = page.evaluate(RUN, [TAGS, exclude or []])
    return [Finding(**item) for item in found]


def small_targets(page: Page, least: int = 44) -> list[str]:
    """Controls lower than `least` CSS pixels, as they lie on the page now."""
    result: list[str] = page.evaluate(SMALL_TARGETS, least)
    return result


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window: readers must never scroll sideways."""
    result: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return result


def assert_accessible(page: Page, exclude: list[str] | None = None) -> None:
    """Fail with all that axe found, all targets too small for a thumb, and sideways scrolling."""
    problems = [str(finding) for finding in findings(page, exclude)]
    problems += [f"too small to hit: {target}" for target in small_targets(page)]
    if (wider := sideways(page)) > 0:
        problems.append(f"the page scrolls sideways by {wider} px")
    assert not problems, f"{page.url}\n" + "\n".join(problems)
