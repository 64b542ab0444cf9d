"""The sentences about files of questions: why one is refused, and what is lost on the way, in the reader's
language. {detail} is what was found."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .interchange.model import Loss, Problem

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

#: Why a whole file is refused (interchange.model.Problem).
PROBLEM_SENTENCES: Mapping[str, "Text"] = {
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than {detail} MB. Split it."),
    "nothing_found": _("There is no question in the file."),
    "nothing_to_write": _("The bank has no question to write."),
    "too_many_items": _("The file has more than {detail} questions. Split it."),
    "encoding": _("The file is not in UTF-8 ({detail} is not). Save it as UTF-8; in Excel, as “CSV UTF-8”."),
    "binary": _("This is no text file."),
    "office": _("This is a Word or Excel file. Save the table as “CSV UTF-8” and choose that file."),
    "pdf": _("This is a PDF. Export the questions as GIFT, Moodle XML, QTI or CSV."),
    "packed": _(
        "This is an archive that is no QTI package. Unpack it and choose the file with the questions."
    ),
    "too_few_answers": _("The question needs at least {detail} answers."),
    "not_a_number": _("“{detail}” is not a number."),
    "not_a_kind": _(
        "“{detail}” is not a kind of question; single, multiple, true_false, numeric, short_text, matching, "
        "ordering or open_text is expected."
    ),
    "not_a_credit": _("“{detail}” is not a rule for partly right answers of this kind of question."),
    "not_a_difficulty": _("“{detail}” is not a difficulty: easy, medium or hard is expected."),
    "gift_brace": _("A brace has no partner. Write \\{{ or \\}} for a brace that is only a sign."),
    "gift_run_together": _("There is no empty line before the next question: {detail}"),
    "aiken": _(
        "This is Aiken and not GIFT. Import it into Moodle, and export the questions as GIFT or Moodle XML."
    ),
    "gift_no_arrow": _("This pair has no -> between its two sides: {detail}"),
    "gift_no_number": _("The numerical question has no number."),
    "csv_malformed": _("The quotation marks do not match ({detail})."),
    "csv_cell_too_long": _(
        "A cell holds more than {detail} letters. Perhaps a quotation mark is not closed."
    ),
    "csv_too_many_columns": _("The table has more than {detail} columns."),
    "csv_no_stem": _(
        "The first row must name the columns, with stem_ar and stem_en or question among them. It says: {detail}"
    ),
    "csv_column_twice": _("These columns are the same; one of them must go: {detail}"),
    "csv_surplus": _("The row has {detail} cells, more than there are headings."),
    "csv_correct_unknown": _("The column correct names “{detail}”, which is no option of the question."),
    "csv_correct_ambiguous": _(
        "The column correct says “{detail}”, which is the key or place of one option and the words of another. Write "
        "the letter of the option in a column with the heading correct."
    ),
    "csv_no_options": _(
        "There is a right answer, but no option. Head the columns of the options option_a, option_b and so on; where "
        "the answer is typed, add the column kind with short_text. Columns not known here: {detail}"
    ),
    "csv_not_true_or_false": _("The column correct says “{detail}”: true or false is expected."),
    "csv_order": _("The column correct must name every option once, in the right order; it says “{detail}”."),
    "not_moodle": _("This is no Moodle XML: it begins with <{detail}> and not with <quiz>."),
    "not_qti": _("This is no QTI item: it begins with <{detail}>."),
    "qti_1": _("This is QTI version 1. Export the questions as QTI 2.1 or later, or as Moodle XML."),
    "qti_test": _("This is a QTI test without its items. Choose the whole package (zip)."),
    "qti_manifest_alone": _(
        "This is the manifest of a package without its items. Choose the whole package (zip)."
    ),
    "qti_is_moodle": _("This is Moodle XML and not QTI."),
    "qti_no_manifest": _("The archive has no imsmanifest.xml, and so is no QTI package."),
    "qti_elsewhere": _("The package refers to something outside of it: {detail}"),
    "qti_match_sets": _("A matching question needs two sets to match; this one has {detail}."),
    "qti_pair_unknown": _("A right pair names a choice that is not there."),
    "qti_coords": _("These are no coordinates of a region: {detail}"),
    "qti_needs_package": _(
        "One XML file holds one question without images; here are {detail}. Give the file the ending .zip."
    ),
    "xml_malformed": _("The XML is damaged: {detail}"),
    "xml_encoding": _("The encoding of the XML cannot be read: {detail}"),
    "xml_dtd": _("The XML declares a document type ({detail}). Files that do so are not read."),
    "xml_entity": _("The XML declares an entity ({detail}). Files that do so are not read."),
    "xml_external": _("The XML refers to something outside of it. Files that do so are not read."),
    "xml_too_deep": _("The XML is nested more than {detail} levels deep."),
    "xml_too_many_elements": _("The XML has more than {detail} elements."),
    "xml_attribute_too_long": _("An attribute of <{detail}> is too long, or there are too many of them."),
    "zip_broken": _("The archive is damaged: {detail}"),
    "zip_too_many": _("The archive holds more than {detail} files."),
    "zip_too_large": _("The archive is larger than {detail} MB when unpacked."),
    "zip_bomb": _(
        "A file of the archive is {detail} times as large when unpacked. Such archives are not read."
    ),
    "zip_name": _("The archive holds a file with a name that is not allowed: {detail}"),
    "zip_traversal": _("The archive holds a name that leads out of it."),
    "zip_link": _("The archive holds a link instead of a file."),
    "zip_encrypted": _("The archive is encrypted."),
    "zip_method": _("The archive is packed with a method that is not read."),
    "zip_twice": _("A name stands twice in the archive."),
    "zip_missing": _("The archive does not hold this file, although it is named in it."),
    "imported_before": _("This file has been imported already."),
    "draft_exists": _("{detail}: this question has an unpublished draft. Publish or delete it first."),
}

#: What is lost with a question, and why a question is left out (interchange.model.Loss).
LOSS_SENTENCES: Mapping[str, "Text"] = {
    # Texts
    "formatting": _("Bold, italic, headings or code become plain text."),
    "table": _("A table becomes lines of text."),
    "link": _("A link becomes plain text: {detail}"),
    "media": _("Sound, film or an embedded object is lost."),
    "form": _("A form field in the text is lost."),
    "math": _("A formula stays as it was typed."),
    "mathml": _("A formula becomes a line of signs; check it."),
    "script": _("A script was removed."),
    "control_characters": _("Invisible control characters were removed."),
    "language": _("Texts in other languages than Arabic and English are lost: {detail}"),
    "other_language": _("It is in neither Arabic nor English. Its words stay as they are."),
    # Images
    "image_elsewhere": _("An image on another website is lost: {detail}"),
    "image_missing": _("An image is not in the file: {detail}"),
    "image_too_large": _("An image is too large and is lost: {detail}"),
    "image_unreadable": _("An image is none that phones show, and is lost: {detail}"),
    "image_second": _("A question has one image; a further one is lost: {detail}"),
    "image_in_part": _("An image in an answer or explanation is lost: {detail}"),
    # Feedback and marks
    "option_feedback": _("Feedback on a single answer is lost: {detail}"),
    "overall_feedback": _("Feedback on right or wrong answers as a whole is lost: {detail}"),
    "hints": _("Hints are lost: {detail}"),
    "penalty": _("The penalty for another try ({detail}) is lost."),
    "marks": _("The question was worth {detail} marks; here it is worth one."),
    "weights": _(
        "These weights cannot be said here; the usual rule of this kind of question applies: {detail}"
    ),
    "custom_scoring": _("The question has scoring rules of its own; the usual rule of its kind applies."),
    "letter_case": _("Capital and small letters no longer make a difference."),
    "wildcard": _("An answer with a wildcard is lost: {detail}"),
    "units": _("Another unit, or marks for the unit, are lost: {detail}"),
    "fixed_order": _("Its answers were always in the same order; here they are shuffled."),
    "choice_limit": _("At most {detail} answers could be chosen; here as many as one likes."),
    "ordering_subset": _("Only {detail} of the steps were shown; here all of them."),
    "associate": _("Pairs without sides become a matching question, which is easier."),
    "attachments": _("Files cannot be attached to an answer."),
    "response_template": _("The text that the answer began with is lost: {detail}"),
    "word_limit": _("A limit of {detail} words is lost."),
    "hidden": _("The question was hidden where it comes from."),
    # Filing
    "tags": _("These tags are lost: {detail}"),
    "columns": _("These columns are lost: {detail}"),
    "code_changed": _("Its code “{detail}” could not be used; it gets another one."),
    "extras": _("The line with our own details about the question is damaged and was not read."),
    "scenario_missing": _("The text of the scenario {detail} is not in the file."),
    "stimulus_missing": _("A shared text is not in the package: {detail}"),
    "include": _("A part that stands in another file is lost: {detail}"),
    "aside": _("Additional material is lost ({detail})."),
    # Why a question is left out
    "description": _("A description is a text without a question."),
    "cloze": _("Questions with answers inside the text (cloze) are not known here."),
    "several_braces": _(
        "It has several pairs of braces: several answers in a text are not known here, or an empty line between two "
        "questions is missing."
    ),
    "several_answers": _("The question asks for several answers of different kinds."),
    "calculated": _("Questions with numbers drawn by chance are not known here."),
    "gaps": _("Questions with gaps to fill by words are not known here."),
    "drag_on_image": _("Questions in which something is moved over an image are not known here."),
    "random_matching": _("Questions that are put together by chance are not known here."),
    "type_unknown": _("Questions of the type {detail} are not known here."),
    "hottext": _("Questions in which words of a text are marked are not known here."),
    "select_point": _("Questions in which a point of an image is marked are not known here; regions are."),
    "slider": _("Questions with a slider are not known here."),
    "upload": _("Questions answered by a file are not known here."),
    "drawing": _("Questions answered by a drawing are not known here."),
    "interaction_unknown": _("Interactions of the type {detail} are not known here."),
    "adaptive": _("Adaptive items are not known here."),
    "template": _("Items with variables are not known here."),
    "no_interaction": _("The item asks nothing."),
    "many_to_many": _("A prompt has several matches, or none."),
    "order_of_some": _("The right order does not name every choice."),
    "hotspot_without_image": _("The image of the regions is missing, or none that phones show: {detail}"),
    "region_shape": _("A region has a shape that is not known here: {detail}"),
    "several_numbers": _("Several different numbers are right."),
    "any_number": _("Any number is right."),
    "no_full_answer": _("No answer earns full marks."),
    "only_wildcards": _("Every right answer has a wildcard; here a right answer names every letter."),
    "too_long": _("A text of the question is too long ({detail} letters)."),
    "too_many_options": _("The question has {detail} answers."),
    "repeated": _("The same question stands further up in the file."),
    # What a written file does not say
    "only_ours": _("Only this platform finds these again in the file: {detail}"),
    "credit_there": _("Other systems mark partly right answers by the nearest weights they have ({detail})."),
    "arrow_there": _(
        "GIFT takes answers with “->” for pairs to be matched, and has no other way to write them."
    ),
    "kind_unknown_there": _("{detail} has no questions of this kind."),
    "draft_without_answer": _("The draft has no right answer yet."),
    "spacing": _("Several spaces in a row become one."),
    "image_there": _("CSV has no images."),
    "accepted_split": _("An accepted answer with a vertical bar or a line break becomes two."),
}

#: Words for parts of a file that JSON names by their code.
PART_NAMES: Mapping[str, "Text"] = {
    "credit": _("rule for partly right answers"),
    "source": _("source"),
    "unit": _("unit"),
    "rubric": _("marking criteria"),
    "explanation": _("explanation"),
    "scenario": _("scenario"),
}


def problem_text(problem: Problem) -> str:
    """Where and what, on one line."""
    text = str(PROBLEM_SENTENCES[problem.code]).format(detail=problem.detail)
    return f"{where_text(problem.where)}: {text}" if problem.where else text


def loss_text(loss: Loss) -> str:
    detail = loss.detail
    if loss.code == "only_ours":
        detail = ", ".join(str(PART_NAMES.get(name, name)) for name in detail.split(", "))
    return str(LOSS_SENTENCES[loss.code]).format(detail=detail).rstrip(" :")


def where_text(where: str) -> str:
    """`line 12` and `row 3` in words; a file of a package by its name."""
    kind, _space, number = where.partition(" ")
    if kind == "line" and number.isdigit():
        return gettext("Line {number}").format(number=number)
    if kind == "row" and number.isdigit():
        return gettext("Row {number}").format(number=number)
    return where
