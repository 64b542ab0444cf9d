"""Items of QTI 2.1, 2.2 and 3.0 as other tools write them, and content packages of them."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from decimal import Decimal

import pytest

from lms.assessments.content import Bilingual, Region
from lms.assessments.interchange.model import InterchangeError, Item, Loss, Reading
from lms.assessments.interchange.qti_package import read_qti_package
from lms.assessments.interchange.qti_read import read_qti_file
from tests.factories.interchange import png

V21 = "http://www.imsglobal.org/xsd/imsqti_v2p1"
V30 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
MATCH = (
    '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>'
)
MAP = MATCH.replace("match_correct", "map_response")

Spell = Callable[[str], bytes]


def version_2(item: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{item}'.encode()


def version_3(item: str) -> bytes:
    """The same item in the names of version 3."""

    def kebab(name: str) -> str:
        return re.sub("[A-Z]", lambda letter: f"-{letter[0].lower()}", name)

    html = {"p", "b", "div", "span", "br", "img", "object", "blockquote"}
    item = re.sub(
        r"<(/?)(\w+)", lambda tag: f"<{tag[1]}{tag[2] if tag[2] in html else 'qti-' + kebab(tag[2])}", item
    )
    item = re.sub(r' (\w+)="', lambda name: f' {kebab(name[1])}="', item)
    return version_2(
        item.replace(V21, V30).replace("rptemplates/match_correct", "rptemplates/match_correct.xml")
    )


BOTH = pytest.mark.parametrize("spell", [version_2, version_3], ids=["2.1", "3.0"])


def item_of(body: str, declaration: str = "", rules: str = "", *, after: str = "", root: str = "") -> str:
    return (
        f'<assessmentItem xmlns="{V21}" identifier="X1" title="An item" adaptive="false" timeDependent="false" {root}>'
        f"{declaration}<itemBody>{body}</itemBody>{rules}{after}</assessmentItem>"
    )


def declare(cardinality: str, base: str, right: Iterable[str] = (), mapping: str = "") -> str:
    values = "".join(f"<value>{value}</value>" for value in right)
    correct = f"<correctResponse>{values}</correctResponse>" if values else ""
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{base}">'
        f"{correct}{mapping}</responseDeclaration>"
    )


def mapping(pairs: dict[str, str], attributes: str = 'defaultValue="0"') -> str:
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in pairs.items())
    return f"<mapping {attributes}>{entries}</mapping>"


def choices(keys: str, attributes: str = 'shuffle="true" maxChoices="1"') -> str:
    inner = "".join(f'<simpleChoice identifier="Choice{key}">Text {key}</simpleChoice>' for key in keys)
    return interaction("choice", f"<prompt>Which?</prompt>{inner}", attributes)


def interaction(name: str, inner: str, attributes: str = 'shuffle="true"') -> str:
    return f'<{name}Interaction responseIdentifier="RESPONSE" {attributes}>{inner}</{name}Interaction>'


def read(data: bytes) -> Item:
    [item] = read_qti_file(data).items
    return item


def lost(item: Item) -> dict[str, str]:
    return {loss.code: loss.detail for loss in item.losses}


def right(item: Item) -> list[bool]:
    return [option.is_correct for option in item.content.options]


@BOTH
def test_a_single_choice(spell: Spell) -> None:
    item = read(
        spell(
            item_of(
                f"<p>Look at <b>this</b>.</p>{choices('ABC')}",
                declare("single", "identifier", ["ChoiceB"]),
                MATCH,
            )
        )
    )
    assert (item.code, item.name) == ("X1", "An item")
    assert item.content.stem == Bilingual("", "Look at this.\nWhich?")
    assert [(option.key, option.text.en) for option in item.content.options] == [
        ("a", "Text A"),
        ("b", "Text B"),
        ("c", "Text C"),
    ]
    assert right(item) == [False, True, False]
    assert lost(item) == {"formatting": ""}


@BOTH
def test_several_right_choices_that_must_all_be_found(spell: Spell) -> None:
    item = read(
        spell(
            item_of(
                choices("ABC", 'shuffle="true" maxChoices="0"'),
                declare("multiple", "identifier", ["ChoiceA", "ChoiceC"]),
                MATCH,
            )
        )
    )
    assert (item.content.kind, item.content.credit, right(item)) == (
        "multiple",
        "all_or_nothing",
        [True, False, True],
    )


@BOTH
def test_mapped_values_are_our_usual_rule_or_lost(spell: Spell) -> None:
    usual = {"ChoiceA": "1", "ChoiceB": "-1", "ChoiceC": "1", "ChoiceD": "-1"}
    body = choices("ABCD", 'shuffle="true" maxChoices="0"')
    item = read(spell(item_of(body, declare("multiple", "identifier", ["ChoiceA"], mapping(usual)), MAP)))
    assert (item.content.kind, item.content.credit, right(item)) == (
        "multiple",
        None,
        [True, False, True, False],
    )
    assert lost(item) == {}
    other = mapping({"ChoiceA": "1", "ChoiceC": "1"}, 'defaultValue="-2" lowerBound="0"')
    item = read(spell(item_of(body, declare("multiple", "identifier", ["ChoiceA"], other), MAP)))
    assert lost(item) == {"weights": "50 %, -100 %, 50 %, -100 %"}


@BOTH
def test_true_or_false_is_a_choice_between_these_words(spell: Spell) -> None:
    inner = (
        '<simpleChoice identifier="x">False</simpleChoice><simpleChoice identifier="y">True</simpleChoice>'
    )
    body = f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">{inner}</choiceInteraction>'
    item = read(spell(item_of(body, declare("single", "identifier", ["x"]), MATCH)))
    assert item.content.kind == "true_false"
    assert {option.key: option.is_correct for option in item.content.options} == {"t": False, "f": True}


@BOTH
def test_a_choice_inside_a_sentence(spell: Spell) -> None:
    inner = (
        '<inlineChoice identifier="a">eight</inlineChoice><inlineChoice identifier="b">nine</inlineChoice>'
    )
    body = f"<p>At {interaction('inlineChoice', inner)} sharp.</p>"
    item = read(spell(item_of(body, declare("single", "identifier", ["a"]), MATCH)))
    assert (item.content.kind, item.content.stem.en, right(item)) == (
        "single",
        "At _____ sharp.",
        [True, False],
    )


@BOTH
def test_an_order_that_must_be_whole(spell: Spell) -> None:
    inner = "".join(f'<simpleChoice identifier="{key}">{key}</simpleChoice>' for key in "ABC")
    body = interaction("order", f"<prompt>Order.</prompt>{inner}")
    item = read(spell(item_of(body, declare("ordered", "identifier", "CAB"), MATCH)))
    assert (item.content.kind, item.content.credit) == ("ordering", "all_or_nothing")
    assert item.content.right_order == ("C", "A", "B")
    [left] = read_qti_file(spell(item_of(body, declare("ordered", "identifier", "CA"), MATCH))).left
    assert left.loss.code == "order_of_some"


def match_body(first: dict[str, str], second: dict[str, str]) -> str:
    sets = "".join(
        "<simpleMatchSet>"
        + "".join(
            f'<simpleAssociableChoice identifier="{key}" matchMax="1">{text}</simpleAssociableChoice>'
            for key, text in each.items()
        )
        + "</simpleMatchSet>"
        for each in (first, second)
    )
    return f'<matchInteraction responseIdentifier="RESPONSE" shuffle="true">{sets}</matchInteraction>'


@BOTH
def test_pairs_of_two_sets(spell: Spell) -> None:
    body = match_body({"C": "counts", "W": "watches"}, {"P": "staff", "O": "observer", "V": "voter"})
    pairs = ["C P", "W O"]
    declaration = declare("multiple", "directedPair", pairs, mapping(dict.fromkeys(pairs, "0.5")))
    item = read(spell(item_of(body, declaration, MAP)))
    assert [(one.text.en, one.match.en) for one in item.content.options] == [
        ("counts", "staff"),
        ("watches", "observer"),
        ("", "voter"),
    ]
    assert (item.content.credit, item.losses) == (None, ())
    assert (
        read(spell(item_of(body, declare("multiple", "directedPair", pairs), MATCH))).content.credit
        == "all_or_nothing"
    )


@BOTH
def test_pairs_the_other_way_round_when_only_that_is_a_function(spell: Spell) -> None:
    body = match_body({"O": "observer"}, {"W": "watches", "N": "notes"})
    item = read(spell(item_of(body, declare("multiple", "directedPair", ["O W", "O N"]), MATCH)))
    assert [(one.text.en, one.match.en) for one in item.content.options] == [
        ("watches", "observer"),
        ("notes", "observer"),
    ]


@BOTH
@pytest.mark.parametrize(
    ("pairs", "code"), [(["A X"], "many_to_many"), (["A X", "A Y", "B X"], "many_to_many")]
)
def test_pairs_that_are_no_matching_are_left_out(spell: Spell, pairs: list[str], code: str) -> None:
    body = match_body({"A": "a", "B": "b"}, {"X": "x", "Y": "y"})
    [left] = read_qti_file(spell(item_of(body, declare("multiple", "directedPair", pairs), MATCH))).left
    assert left.loss.code == code


@BOTH
def test_pairs_without_sides_become_matching_and_that_is_told(spell: Spell) -> None:
    inner = "".join(
        f'<simpleAssociableChoice identifier="{key}" matchMax="1">{key}</simpleAssociableChoice>'
        for key in "ABCDE"
    )
    body = (
        f'<associateInteraction responseIdentifier="RESPONSE" shuffle="true">{inner}</associateInteraction>'
    )
    item = read(spell(item_of(body, declare("multiple", "pair", ["A D", "C B"]), MATCH)))
    assert [(one.text.en, one.match.en) for one in item.content.options] == [
        ("A", "D"),
        ("C", "B"),
        ("", "E"),
    ]
    assert lost(item) == {"associate": ""}


@BOTH
def test_a_text_to_enter(spell: Spell) -> None:
    body = (
        '<blockquote><p>The <textEntryInteraction responseIdentifier="RESPONSE"/> watches.</p></blockquote>'
    )
    declaration = declare(
        "single", "string", ["Observer"], mapping({"Observer": "1", "The *observer*": "1", "monitor": "0.5"})
    )
    item = read(spell(item_of(body, declaration, MAP)))
    assert (item.content.kind, item.content.stem.en) == ("short_text", "The _____ watches.")
    assert item.content.accepted == ("Observer", "The *observer*")
    assert lost(item) == {"weights": "monitor: 50 %", "letter_case": ""}


@BOTH
@pytest.mark.parametrize(
    ("mode", "tolerance", "value", "width"),
    [
        ("exact", "", "50", "0"),
        ("absolute", "0.5", "50", "0.5"),
        ("absolute", "1 3", "51", "2"),
        ("relative", "10", "50", "5"),
    ],
)
def test_a_number_to_enter(spell: Spell, mode: str, tolerance: str, value: str, width: str) -> None:
    rules = (
        f'<responseProcessing><responseCondition><responseIf><equal toleranceMode="{mode}" tolerance="{tolerance}">'
        '<variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></equal>'
        '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
        "</responseIf></responseCondition></responseProcessing>"
    )
    body = '<p>How many?</p><div><textEntryInteraction responseIdentifier="RESPONSE"/></div>'
    item = read(spell(item_of(body, declare("single", "float", ["50"]), rules)))
    assert item.content.stem.en == "How many?"
    assert item.content.numeric is not None
    assert (item.content.numeric.value, item.content.numeric.tolerance) == (Decimal(value), Decimal(width))
    assert item.losses == ()


@BOTH
def test_an_open_answer_with_what_the_scorer_reads(spell: Spell) -> None:
    body = (
        '<extendedTextInteraction responseIdentifier="RESPONSE"><prompt>Describe it.</prompt></extendedTextInteraction>'
        '<rubricBlock view="scorer"><p>Seals and times.</p></rubricBlock>'
    )
    outcome = (
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float" normalMaximum="4"/>'
    )
    item = read(spell(item_of(body, declare("single", "string") + outcome)))
    [criterion] = item.content.rubric
    assert (item.content.stem.en, criterion.text.en, criterion.marks) == (
        "Describe it.",
        "Seals and times.",
        Decimal(4),
    )


@BOTH
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("selectPointInteraction", "select_point"),
        ("gapMatchInteraction", "gaps"),
        ("hottextInteraction", "hottext"),
        ("sliderInteraction", "slider"),
        ("uploadInteraction", "upload"),
        ("drawingInteraction", "drawing"),
        ("positionObjectInteraction", "drag_on_image"),
        ("graphicOrderInteraction", "drag_on_image"),
        ("customInteraction", "interaction_unknown"),
    ],
)
def test_other_interactions_are_left_out_with_their_reason(spell: Spell, name: str, code: str) -> None:
    [left] = read_qti_file(spell(item_of(f'<{name} responseIdentifier="RESPONSE"/>'))).left
    assert (left.kind, left.loss.code) == (name, code)


@BOTH
@pytest.mark.parametrize(
    ("item", "code"),
    [
        (item_of("<p>Nothing</p>"), "no_interaction"),
        (item_of(choices("AB") + choices("CD")), "several_answers"),
        (item_of(choices("AB")).replace('adaptive="false"', 'adaptive="true"'), "adaptive"),
        (
            item_of(
                choices("AB"), '<templateDeclaration identifier="N" cardinality="single" baseType="integer"/>'
            ),
            "template",
        ),
    ],
)
def test_items_that_are_more_than_one_question_are_left_out(spell: Spell, item: str, code: str) -> None:
    [left] = read_qti_file(spell(item)).left
    assert left.loss.code == code


@BOTH
def test_feedback_that_depends_on_the_answer_is_lost(spell: Spell) -> None:
    inner = "".join(
        f'<simpleChoice identifier="{key}">{key}<feedbackInline outcomeIdentifier="F" identifier="{key}" '
        f'showHide="show">About {key}</feedbackInline></simpleChoice>'
        for key in "AB"
    )
    body = interaction("choice", inner, 'shuffle="false" maxChoices="1"')
    after = '<modalFeedback outcomeIdentifier="F" identifier="A" showHide="show">Well done</modalFeedback>'
    item = read(spell(item_of(body, declare("single", "identifier", "A"), MATCH, after=after)))
    assert [option.text.en for option in item.content.options] == ["A", "B"]
    assert item.losses == (
        Loss("overall_feedback", "Well done"),
        Loss("option_feedback", "About A"),
        Loss("option_feedback", "About B"),
        Loss("fixed_order"),
    )


@BOTH
def test_feedback_that_always_shows_is_the_explanation(spell: Spell) -> None:
    outcome = (
        '<outcomeDeclaration identifier="E" cardinality="single" baseType="identifier">'
        "<defaultValue><value>yes</value></defaultValue></outcomeDeclaration>"
    )
    after = '<modalFeedback outcomeIdentifier="E" identifier="yes" showHide="show"><p>Because.</p></modalFeedback>'
    item = read(
        spell(
            item_of(choices("AB"), declare("single", "identifier", ["ChoiceA"]) + outcome, MATCH, after=after)
        )
    )
    assert (item.content.explanation.en, item.losses) == ("Because.", ())


@BOTH
def test_scoring_rules_of_its_own_are_lost(spell: Spell) -> None:
    rules = (
        "<responseProcessing><responseCondition><responseIf><match>"
        '<variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match></responseIf>'
        '<responseElseIf><match><variable identifier="RESPONSE"/><baseValue baseType="identifier">B</baseValue></match>'
        "</responseElseIf></responseCondition></responseProcessing>"
    )
    item = read(spell(item_of(choices("AB"), declare("single", "identifier", ["ChoiceA"]), rules)))
    assert (right(item), lost(item)) == ([True, False], {"custom_scoring": ""})


@BOTH
def test_the_same_text_in_two_languages_side_by_side(spell: Spell) -> None:
    def both(ar: str, en: str) -> str:
        return f'<span xml:lang="ar-LY" dir="rtl">{ar}</span> <span xml:lang="en">{en}</span>'

    inner = f'<simpleChoice identifier="A">{both("نعم", "Yes")}</simpleChoice>'
    inner += '<simpleChoice identifier="B">7</simpleChoice>'
    body = f"<p>{both('سؤال', 'Question')}</p>{interaction('choice', inner)}"
    item = read(spell(item_of(body, declare("single", "identifier", "A"), MATCH)))
    assert item.content.stem == Bilingual("سؤال", "Question")
    assert [option.text for option in item.content.options] == [Bilingual("نعم", "Yes"), Bilingual("7", "7")]


@BOTH
def test_a_foreign_word_in_a_sentence_is_no_translation(spell: Spell) -> None:
    body = f'<p>The word <span xml:lang="ar">مراقب</span> means observer.</p>{choices("AB")}'
    item = read(spell(item_of(body, declare("single", "identifier", ["ChoiceA"]), MATCH)))
    assert item.content.stem == Bilingual("", "The word مراقب means observer.\nWhich?")


@pytest.mark.parametrize(
    ("root", "code"),
    [
        ("questestinterop", "qti_1"),
        ("assessmentTest", "qti_test"),
        ("manifest", "qti_manifest_alone"),
        ("quiz", "qti_is_moodle"),
        ("html", "not_qti"),
    ],
)
def test_other_files_are_refused_with_what_they_are(root: str, code: str) -> None:
    with pytest.raises(InterchangeError, match=code):
        read_qti_file(f"<{root}/>".encode())


@BOTH
@pytest.mark.parametrize(
    ("item", "code"),
    [
        (item_of(choices("A")), "too_few_answers"),
        (
            item_of(
                match_body({"A": "a", "B": "b"}, {"X": "x"}), declare("multiple", "directedPair", ["A Z"])
            ),
            "qti_pair_unknown",
        ),
        (
            item_of(match_body({"A": "a", "B": "b"}, {"X": "x"}), declare("multiple", "directedPair", ["A"])),
            "qti_pair_unknown",
        ),
        (item_of('<matchInteraction responseIdentifier="RESPONSE"/>'), "qti_match_sets"),
        (
            item_of(
                choices("AB"), declare("single", "identifier", ["ChoiceA"], mapping({"ChoiceA": "much"})), MAP
            ),
            "not_a_number",
        ),
    ],
)
def test_malformed_items_are_refused(spell: Spell, item: str, code: str) -> None:
    with pytest.raises(InterchangeError) as refusal:
        read_qti_file(spell(item))
    assert [one.code for one in refusal.value.problems] == [code]


# --- Packages


def package(
    items: dict[str, bytes],
    files: dict[str, bytes] | None = None,
    *,
    kind: str = "imsqti_item_xmlv2p1",
    metadata: str = "",
) -> bytes:
    resources = "".join(
        f'<resource identifier="r{n}" type="{kind}" href="{name}">{metadata}<file href="{name}"/></resource>'
        for n, name in enumerate(items)
    )
    manifest = f'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>{resources}</resources></manifest>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in {"imsmanifest.xml": manifest.encode(), **items, **(files or {})}.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def hotspot(shape: str, coords: str, *, image: str = "../images/map.png") -> bytes:
    picture = f'<object type="image/png" width="200" height="100" data="{image}">A map</object>'
    spots = (
        f'<hotspotChoice shape="{shape}" coords="{coords}" identifier="A" hotspotLabel="Here"/>'
        '<hotspotChoice shape="rect" coords="0,0,10,10" identifier="B"/>'
    )
    body = interaction("hotspot", f"<prompt>Where?</prompt>{picture}{spots}", 'maxChoices="1"')
    return version_2(item_of(body, declare("single", "identifier", "A"), MATCH))


def one_of(reading: Reading) -> Item:
    [item] = reading.items
    return item


@pytest.mark.parametrize(
    ("shape", "coords", "region"),
    [
        ("circle", "100,50,10", Region("circle", (500, 500, 50))),
        ("rect", "20,10,60,30", Region("rect", (100, 100, 200, 200))),
        ("rect", "60,30,20,10", Region("rect", (100, 100, 200, 200))),
        ("poly", "0,0,200,0,200,100,0,0", Region("polygon", (0, 0, 1000, 0, 1000, 1000))),
        ("circle", "100,50,1000", Region("circle", (500, 500, 1000))),
    ],
)
def test_regions_are_thousandths_of_the_image_as_shown(shape: str, coords: str, region: Region) -> None:
    data = package({"items/a.xml": hotspot(shape, coords)}, {"images/map.png": png(400, 200)})
    item = one_of(read_qti_package(data))
    assert item.content.options[0].region == region
    assert item.content.options[0].text == Bilingual("", "Here")
    assert item.content.image is not None
    assert item.content.image.alt.en == "A map"


@pytest.mark.parametrize(
    ("shape", "coords", "files", "code"),
    [
        ("ellipse", "1,1,2,3", {"images/map.png": png()}, "region_shape"),
        ("default", "", {"images/map.png": png()}, "region_shape"),
        ("rect", "0,0,1,1", {}, "hotspot_without_image"),
        ("rect", "0,0,1,1", {"images/map.png": b"<svg/>"}, "hotspot_without_image"),
    ],
)
def test_hotspots_that_cannot_be_shown_are_left_out(
    shape: str, coords: str, files: dict[str, bytes], code: str
) -> None:
    [left] = read_qti_package(package({"items/a.xml": hotspot(shape, coords)}, files)).left
    assert left.loss.code == code


def test_coordinates_that_are_none_refuse_the_file() -> None:
    with pytest.raises(InterchangeError, match="qti_coords"):
        read_qti_package(package({"items/a.xml": hotspot("rect", "1,2,3")}, {"images/map.png": png()}))


@pytest.mark.parametrize(
    "kind", ["imsqti_item_xmlv2p1", "imsqti_item_xmlv2p2", "imsqti_apipitem_xmlv2p1", "imsqti_item_xmlv3p0"]
)
def test_items_of_all_versions_are_found_in_a_manifest(kind: str) -> None:
    item = version_2(item_of(choices("AB"), declare("single", "identifier", ["ChoiceA"]), MATCH))
    reading = read_qti_package(
        package({"a.xml": item, "deep/b c.xml": item.replace(b"X1", b"X2")}, kind=kind)
    )
    assert [(one.where, one.code) for one in reading.items] == [("a.xml", "X1"), ("deep/b c.xml", "X2")]


def test_keywords_and_difficulty_of_the_manifest_are_tags() -> None:
    words = (
        "<keyword><langstring>topic:counting</langstring></keyword><keyword><string>law</string></keyword>"
    )
    hard = "<difficulty><source>LOMv1.0</source><value>very difficult</value></difficulty>"
    lom = f"<lom><general>{words}</general><educational>{hard}</educational></lom>"
    metadata = f"<metadata>{lom}</metadata>"
    item = one_of(read_qti_package(package({"a.xml": version_2(item_of(choices("AB")))}, metadata=metadata)))
    assert (item.tags.topic, item.tags.difficulty) == ("counting", "hard")
    assert lost(item)["tags"] == "law"


def test_a_package_in_a_folder_is_a_package() -> None:
    inner = zipfile.ZipFile(io.BytesIO(package({"a.xml": version_2(item_of(choices("AB")))})))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in inner.namelist():
            archive.writestr(f"folder/{name}", inner.read(name))
    assert one_of(read_qti_package(buffer.getvalue())).code == "X1"


def test_a_shared_text_is_told_with_each_of_its_items() -> None:
    reference = '<qti-assessment-stimulus-ref identifier="S" href="texts/s.xml"/>'
    item = version_3(item_of(choices("AB"), declare("single", "identifier", ["ChoiceA"]), MATCH)).replace(
        b"<qti-item-body>", reference.encode() + b"<qti-item-body>"
    )
    story = (
        f'<qti-assessment-stimulus xmlns="{V30}" identifier="Night 1" title="N"><qti-stimulus-body>'
        '<p>It was noon.</p><img src="../p.png" alt="Noon"/></qti-stimulus-body></qti-assessment-stimulus>'
    )
    data = package(
        {"a.xml": item, "b.xml": item.replace(b"X1", b"X2")}, {"texts/s.xml": story.encode(), "p.png": png()}
    )
    first, second = read_qti_package(data).items
    assert first.content.stimulus == second.content.stimulus
    assert first.content.stimulus is not None and first.content.stimulus.image is not None
    assert (first.content.stimulus.text.en, first.content.stimulus.image.alt.en) == ("It was noon.", "Noon")
    assert [(one.scenario, one.scenario_order) for one in (first, second)] == [("Night-1", 1), ("Night-1", 2)]
    alone = one_of(read_qti_package(package({"a.xml": item})))
    assert lost(alone) == {"stimulus_missing": "texts/s.xml"}


@pytest.mark.parametrize(
    ("items", "kind", "code"),
    [
        ({}, "imsqti_item_xmlv2p1", "nothing_found"),
        ({"a.xml": b"<assessmentTest/>"}, "imsqti_test_xmlv2p1", "nothing_found"),
        ({"a.xml": b"<questestinterop/>"}, "imsqti_xmlv1p2", "qti_1"),
        ({"a.xml": b"<questestinterop/>"}, "imsqti_item_xmlv2p1", "qti_1"),
        ({"a.xml": b"<assessmentItem"}, "imsqti_item_xmlv2p1", "xml_malformed"),
    ],
)
def test_packages_without_items_of_ours_are_refused(items: dict[str, bytes], kind: str, code: str) -> None:
    with pytest.raises(InterchangeError, match=code):
        read_qti_package(package(items, kind=kind))


@BOTH
def test_an_item_in_another_language_is_named(spell: Spell) -> None:
    body = choices("AB")
    right = declare("single", "identifier", ["A"])
    for language, expected in (("fr-FR", {"other_language"}), ("en-US", set()), ("ar", set())):
        item = read(spell(item_of(body, right, MATCH, root=f'xml:lang="{language}"')))
        assert set(lost(item)) & {"other_language"} == expected
        assert item.languages == ("en",)


@BOTH
def test_an_arabic_item_with_many_latin_names_is_arabic(spell: Spell) -> None:
    body = choices("AB").replace(
        "<choiceInteraction", "<p>من كتب “The Old Man and the Sea”؟</p><choiceInteraction"
    )
    right = declare("single", "identifier", ["A"])
    assert read(spell(item_of(body, right, MATCH, root='xml:lang="ar-LY"'))).languages == ("ar",)
    assert read(spell(item_of(body, right, MATCH))).languages == ("en",)


@BOTH
@pytest.mark.parametrize(
    ("right", "rules", "expected"),
    [
        (["York"], MATCH, {"letter_case"}),
        (["يورك"], MATCH, set()),
        (["1945"], MATCH, set()),
    ],
)
def test_a_match_of_texts_minds_capital_letters(
    spell: Spell, right: list[str], rules: str, expected: set[str]
) -> None:
    body = '<p>By <textEntryInteraction responseIdentifier="RESPONSE"/>.</p>'
    assert set(lost(read(spell(item_of(body, declare("single", "string", right), rules))))) == expected
