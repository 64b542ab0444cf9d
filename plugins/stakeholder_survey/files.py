"""Questionnaires as YAML files."""

from pathlib import Path

import yaml

from .questionnaire import Questionnaire
from .reading import Problem, QuestionnaireError, read_questionnaire

OUTLINE = Path(__file__).parent / "content" / "questionnaire.yaml"
"""The questionnaire that comes with the plugin."""


def read_file(data: bytes) -> Questionnaire:
    """The questionnaire in a file. Raises QuestionnaireError with every fault."""
    try:
        parsed = yaml.safe_load(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "file"
        raise QuestionnaireError([Problem(place, "not_yaml")]) from error
    return read_questionnaire(parsed)
