"""The declarations and rules by which QTI marks as we do."""

from collections.abc import Mapping
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement

from ..content import QuestionContent, plain_number
from .extras import written_options
from .qti_names import Version

Rows = Mapping[str, Fraction]


def identifier(key: str) -> str:
    """A key as QTI allows one: it begins with a letter."""
    return key if key[:1].isascii() and key[:1].isalpha() else f"o_{key}"


def declare(root: Element, content: QuestionContent) -> None:
    """What is right, what each part of an answer is worth, and the outcomes."""
    cardinality, base_type = _types(content)
    response = SubElement(
        root,
        "response-declaration",
        {"identifier": "RESPONSE", "cardinality": cardinality, "base-type": base_type},
    )
    if right := _right(content):
        correct = SubElement(response, "correct-response")
        for value in right:
            SubElement(correct, "value").text = value
    if mapped := _mapped(content):
        _add_mapping(response, content, mapped)
    score = {"identifier": "SCORE", "cardinality": "single", "base-type": "float"}
    if content.max_marks != 1:
        score["normal-maximum"] = plain_number(content.max_marks)
    _outcome(root, score, "0")
    if not content.explanation.is_blank:
        named = {"identifier": "EXPLANATION", "cardinality": "single", "base-type": "identifier"}
        _outcome(root, named, "explanation")


def add_rules(root: Element, content: QuestionContent, version: Version) -> None:
    if content.kind == "open_text":
        return
    processing = SubElement(root, "response-processing")
    if content.kind == "numeric":
        _add_interval(processing, content)
    elif content.kind == "ordering" and content.credit_rule == "per_option":
        _add_places(processing, content)
    else:
        name = "map_response" if _mapped(content) else "match_correct"
        processing.set("template", version.rules.format(name))


def _types(content: QuestionContent) -> tuple[str, str]:
    right = sum(option.is_correct for option in content.options)
    several = content.kind == "multiple" or (content.kind == "hotspot" and right != 1)
    return {
        "numeric": ("single", "float"),
        "short_text": ("single", "string"),
        "open_text": ("single", "string"),
        "matching": ("multiple", "directedPair"),
        "ordering": ("ordered", "identifier"),
    }.get(content.kind, ("multiple" if several else "single", "identifier"))


def _right(content: QuestionContent) -> list[str]:
    if content.kind == "numeric":
        return [plain_number(content.numeric.value)] if content.numeric else []
    if content.kind == "short_text":
        return list(content.accepted[:1])
    if content.kind == "matching":
        return list(_pairs(content))
    if content.kind == "ordering":
        return [identifier(key) for key in content.right_order]
    return [identifier(option.key) for option in written_options(content) if option.is_correct]


def _pairs(content: QuestionContent) -> list[str]:
    keys = content.match_keys
    return [f"p_{option.key} m_{keys[option.key]}" for option in content.prompts]


def _mapped(content: QuestionContent) -> Rows:
    """What each part of an answer earns, where the parts are counted one by one."""
    if content.kind == "short_text":
        return dict.fromkeys(content.accepted, Fraction(1))
    if content.kind == "matching" and content.credit_rule == "per_option":
        pairs = _pairs(content)
        return {pair: Fraction(1, len(pairs)) for pair in pairs}
    if _types(content) == ("multiple", "identifier") and content.credit_rule != "all_or_nothing":
        options = content.options
        right = sum(option.is_correct for option in options)
        worth = {True: Fraction(1, right or 1), False: Fraction(-1, len(options) - right or 1)}
        return {identifier(option.key): worth[option.is_correct] for option in written_options(content)}
    return {}


def _add_mapping(response: Element, content: QuestionContent, mapped: Rows) -> None:
    mapping = SubElement(response, "mapping", {"lower-bound": "0", "upper-bound": "1", "default-value": "0"})
    for value, worth in mapped.items():
        entry = SubElement(mapping, "map-entry", {"map-key": value, "mapped-value": _decimal(worth)})
        if content.kind == "short_text":
            entry.set("case-sensitive", "false")


def _outcome(root: Element, attributes: dict[str, str], value: str) -> None:
    default = SubElement(SubElement(root, "outcome-declaration", attributes), "default-value")
    SubElement(default, "value").text = value


def _add_interval(processing: Element, content: QuestionContent) -> None:
    condition = SubElement(SubElement(processing, "response-condition"), "response-if")
    tolerance = plain_number(content.numeric.tolerance) if content.numeric else "0"
    equal = SubElement(
        condition, "equal", {"tolerance-mode": "absolute", "tolerance": f"{tolerance} {tolerance}"}
    )
    SubElement(equal, "variable", identifier="RESPONSE")
    SubElement(equal, "correct", identifier="RESPONSE")
    _set_score(condition, "1")


def _add_places(processing: Element, content: QuestionContent) -> None:
    """Each item in its own place earns its share."""
    for place, key in enumerate(content.right_order, start=1):
        condition = SubElement(SubElement(processing, "response-condition"), "response-if")
        match = SubElement(condition, "match")
        index = SubElement(match, "index", n=str(place))
        SubElement(index, "variable", identifier="RESPONSE")
        SubElement(match, "base-value", {"base-type": "identifier"}).text = identifier(key)
        total = SubElement(SubElement(condition, "set-outcome-value", identifier="SCORE"), "sum")
        SubElement(total, "variable", identifier="SCORE")
        share = _decimal(Fraction(1, len(content.options)))
        SubElement(total, "base-value", {"base-type": "float"}).text = share


def _set_score(condition: Element, value: str) -> None:
    outcome = SubElement(condition, "set-outcome-value", identifier="SCORE")
    SubElement(outcome, "base-value", {"base-type": "float"}).text = value


def _decimal(value: Fraction) -> str:
    return f"{float(value):.6f}".rstrip("0").rstrip(".")
