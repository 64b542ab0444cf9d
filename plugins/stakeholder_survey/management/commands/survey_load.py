"""`sanad survey_load [FILE] [--publish]`: a questionnaire from a YAML file into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...errors import NotPublishable
from ...files import OUTLINE, read_file
from ...reading import QuestionnaireError
from ...services import add_version, publish_version
from ...wording import problem_sentence


class Command(BaseCommand):
    help = "Add a questionnaire as a draft of its survey, or with --publish put it before the public."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="?", default=OUTLINE, help="YAML; without one, the outline questionnaire"
        )
        parser.add_argument("--publish", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            questionnaire = read_file(options["file"].read_bytes())
            version = add_version(questionnaire=questionnaire)
            if options["publish"]:
                version = publish_version(version=version, actor=None)
        except QuestionnaireError as error:
            raise CommandError("\n".join(problem_sentence(problem) for problem in error.problems)) from error
        except NotPublishable as error:
            raise CommandError(
                f"These questions were of another kind before; give them new codes: {', '.join(error.questions)}."
            ) from error
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}") from error
        state = "published" if version.is_published else "added as a draft"
        self.stdout.write(f"{version.survey.code}: questionnaire {version.number} {state}")
