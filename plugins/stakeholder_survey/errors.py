"""What can be refused. Each leaves everything as it was and is shown to people as a sentence of its view."""

from .answers import Fault


class SurveyError(Exception):
    """A refusal."""


class SurveyClosed(SurveyError):  # noqa: N818 - reads as what happened
    """No answers are taken now."""


class AnswersRefused(SurveyError):  # noqa: N818
    """Some answers are not what was asked for; `faults` says which."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.question}: {fault.code}" for fault in faults))
        self.faults = faults


class AlreadySubmitted(SurveyError):  # noqa: N818
    """This submission has arrived before, with other answers. What arrived first stands."""


class NotPublishable(SurveyError):  # noqa: N818
    """A version does not fit those before it; `questions` names the questions whose kind has changed."""

    def __init__(self, questions: list[str]) -> None:
        super().__init__(", ".join(questions))
        self.questions = questions
