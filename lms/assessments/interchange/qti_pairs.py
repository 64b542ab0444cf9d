"""Questions of pairs in QTI, read as matching questions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .draft import Draft, DraftOption
from .marking import need
from .model import InterchangeError, UnsupportedError
from .qti_nodes import Node
from .qti_scoring import Response

if TYPE_CHECKING:
    from .qti_read import ItemReader

FEWEST = 2


def read_match(reader: "ItemReader", draft: Draft, interaction: Node) -> None:
    sets = list(interaction.all("simpleMatchSet"))
    if len(sets) != FEWEST:
        raise InterchangeError("qti_match_sets", detail=len(sets))
    first, second = (
        {one.get("identifier"): one for one in each.all("simpleAssociableChoice")} for each in sets
    )
    pairs = _right_pairs(reader.response)
    if any(pair[0] not in first or pair[1] not in second for pair in pairs):
        raise InterchangeError("qti_pair_unknown")
    if len({pair[0] for pair in pairs}) < len(pairs):
        # Each of the second set has one of the first at most: ask the other way round.
        first, second, pairs = second, first, [(match, prompt) for prompt, match in pairs]
    _take_pairs(reader, draft, (first, second), pairs)


def read_associate(reader: "ItemReader", draft: Draft, interaction: Node) -> None:
    """Pairs without sides: the first of each right pair asks for the second. It becomes easier that way."""
    choices = {one.get("identifier"): one for one in interaction.all("simpleAssociableChoice")}
    pairs = _right_pairs(reader.response)
    used = [one for pair in pairs for one in pair]
    if any(one not in choices for one in used):
        raise InterchangeError("qti_pair_unknown")
    if len(set(used)) < len(used):
        raise UnsupportedError("many_to_many")
    draft.note("associate")
    asking = {prompt: choices[prompt] for prompt, _ in pairs}
    answering = {one: node for one, node in choices.items() if one not in asking}
    _take_pairs(reader, draft, (asking, answering), pairs)


def _right_pairs(response: Response) -> list[tuple[str, str]]:
    said = response.correct or [pair for pair, worth in response.mapped.items() if worth > 0]
    pairs = [tuple(pair.split()) for pair in said]
    if any(len(pair) != FEWEST for pair in pairs):
        raise InterchangeError("qti_pair_unknown")
    return [(pair[0], pair[1]) for pair in pairs]


def _take_pairs(
    reader: "ItemReader",
    draft: Draft,
    sides: tuple[Mapping[str, Node], Mapping[str, Node]],
    pairs: list[tuple[str, str]],
) -> None:
    asking, answering = sides
    draft.kind = "matching"
    need(asking)
    match_of = dict(pairs)
    if len(match_of) < len(pairs) or set(match_of) != set(asking):
        raise UnsupportedError("many_to_many")
    matches = {name: reader.option(draft, node).text for name, node in answering.items()}
    for identifier, node in asking.items():
        option = reader.option(draft, node)
        option.match = matches[match_of[identifier]]
        draft.options.append(option)
    for name, text in matches.items():
        if name not in match_of.values():
            draft.options.append(DraftOption(match=text, key=name))
    draft.losses = [loss for loss in draft.losses if loss.code != "fixed_order"]
    worths = [worth for worth in reader.response.mapped.values() if worth]
    if reader.rule == "match_correct":
        draft.credit = "all_or_nothing"
    elif len(set(worths)) > 1 or any(worth < 0 for worth in worths):
        draft.note("weights", ", ".join(f"{float(worth):g}" for worth in worths))
