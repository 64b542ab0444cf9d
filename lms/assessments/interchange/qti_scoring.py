"""How an item of QTI is marked: declarations of responses and the rules that process them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from .marking import number
from .qti_nodes import Node

Rule = Literal["match_correct", "map_response", "custom", "none"]


@dataclass(slots=True)
class Response:
    """A response declaration: the right values, and what each value is worth where that is mapped."""

    cardinality: str = "single"
    base_type: str = "identifier"
    correct: list[str] = field(default_factory=list)
    mapped: dict[str, Fraction] = field(default_factory=dict)
    default: Fraction = Fraction(0)
    upper: Fraction | None = None
    is_any_case: bool = False

    def minds_case(self, rule: Rule) -> bool:
        """Whether a capital letter makes an answer wrong: two strings match when they are the same, and so do
        the keys of a mapping unless they say that they do not."""
        return rule == "match_correct" or (rule == "map_response" and not self.is_any_case)

    def shares(self, values: list[str], rule: Rule) -> list[Fraction]:
        """The share of the marks that each value earns."""
        if rule != "map_response" or not self.mapped:
            right = [value for value in values if value in self.correct]
            worth = Fraction(1, len(right)) if right and self.cardinality != "single" else Fraction(1)
            return [worth if value in right else Fraction(0) for value in values]
        worths = [self.mapped.get(value, self.default) for value in values]
        full = self._full(worths)
        return [worth / full if full > 0 else Fraction(0) for worth in worths]

    def _full(self, worths: list[Fraction]) -> Fraction:
        best = [worth for worth in worths if worth > 0]
        full = max(best, default=Fraction(0)) if self.cardinality == "single" else sum(best, Fraction(0))
        return min(full, self.upper) if self.upper else full


def read_response(item: Node, identifier: str) -> Response:
    """The declaration of a response. Raises InterchangeError for a mapped value that is no number."""
    node = next((one for one in item.all("responseDeclaration") if one.get("identifier") == identifier), None)
    if node is None:
        return Response()
    response = Response(node.get("cardinality", "single"), node.get("baseType", "identifier"))
    if correct := node.first("correctResponse"):
        response.correct = [" ".join(value.text.split()) for value in correct.all("value")]
    if mapping := node.first("mapping"):
        for entry in mapping.all("mapEntry"):
            response.mapped[" ".join(entry.get("mapKey").split())] = Fraction(
                number(entry.get("mappedValue", "0"))
            )
        response.is_any_case = all(entry.get("caseSensitive") == "false" for entry in mapping.all("mapEntry"))
        response.default = Fraction(number(mapping.get("defaultValue") or "0"))
        upper = mapping.get("upperBound")
        response.upper = Fraction(number(upper)) if upper else None
    return response


def read_rule(item: Node) -> Rule:
    """The standard template that the rules name or amount to."""
    processing = item.first("responseProcessing")
    if processing is None:
        return "none"
    name = (
        (processing.get("template") or processing.get("templateLocation"))
        .rpartition("/")[2]
        .removesuffix(".xml")
    )
    if name in ("match_correct", "CC2_match", "CC2_match_basic"):
        return "match_correct"
    if name in ("map_response", "CC2_map_response"):
        return "map_response"
    if name:
        return "custom"
    if not processing.children:
        return "none"
    return _amounts_to(processing)


def _amounts_to(processing: Node) -> Rule:
    conditions = list(processing.all("responseCondition"))
    if any(processing.all("mapResponse")):
        return (
            "map_response" if not any(processing.all("product", "divide", "lookupOutcomeValue")) else "custom"
        )
    if len(conditions) != 1 or any(processing.all("responseElseIf")):
        return "custom"
    test = conditions[0].first("responseIf")
    first = test.children[0] if test and test.children else None
    is_plain = first is not None and first.name in ("match", "equal") and first.first("correct") is not None
    return "match_correct" if is_plain else "custom"


def read_tolerance(item: Node, value: Decimal) -> tuple[Decimal, Decimal]:
    """The middle and half width of the interval around a right number that an `equal` rule takes for right."""
    equal = next(item.all("equal"), None)
    if equal is None or equal.get("toleranceMode", "exact") == "exact" or not equal.get("tolerance"):
        return value, Decimal(0)
    widths = [number(word) for word in equal.get("tolerance").split()]
    low, high = abs(widths[0]), abs(widths[-1])
    if equal.get("toleranceMode") == "relative":
        low, high = (abs(value) * width / 100 for width in (low, high))
    return value + (high - low) / 2, (high + low) / 2


def max_score(item: Node) -> Decimal | None:
    """The marks that the item says it is worth."""
    for outcome in item.all("outcomeDeclaration"):
        if outcome.get("identifier") in ("SCORE", "MAXSCORE") and outcome.get("normalMaximum"):
            return number(outcome.get("normalMaximum"))
        default = outcome.first("defaultValue")
        if outcome.get("identifier") == "MAXSCORE" and default is not None and default.text.strip():
            return number(default.text)
    return None


def standing_feedback(item: Node) -> tuple[list[Node], list[Node]]:
    """Feedback that is shown whatever was answered, because its outcome is so from the start and no rule sets
    it, and feedback that depends on the answer."""
    given: Mapping[str, set[str]] = {
        outcome.get("identifier"): {value.text.strip() for value in outcome.all("value")}
        for outcome in item.all("outcomeDeclaration")
    }
    changed = {rule.get("identifier") for rule in item.all("setOutcomeValue")}
    standing: list[Node] = []
    depending: list[Node] = []
    for node in item.all("modalFeedback"):
        name = node.get("outcomeIdentifier")
        is_standing = name not in changed and node.get("identifier") in given.get(name, ())
        (standing if is_standing and node.get("showHide", "show") == "show" else depending).append(node)
    return standing, depending
