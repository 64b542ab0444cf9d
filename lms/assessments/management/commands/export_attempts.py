"""`sanad export_attempts EXAM --hdf5 FILE`: the answers to an exam as an archive, without names."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from lms.assessments.attempt_archive import AttemptExport, NothingHandedIn, write_hdf5
from lms.common.archive import ArchiveError, replacing

from .item_analysis import find_exam


class Command(BaseCommand):
    help = "Write the attempts at an exam that were handed in as an HDF5 archive (AnnData layout), without names."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("exam", help="the code or the public id of the exam")
        parser.add_argument("--hdf5", type=Path, metavar="FILE", required=True, help="the archive")

    def handle(self, *args: Any, **options: Any) -> None:
        exam, path = find_exam(options["exam"]), options["hdf5"]
        try:
            with replacing(path) as file:
                count = write_hdf5(AttemptExport(exam), file)
        except NothingHandedIn as error:
            raise CommandError(
                _("Nobody has handed in the exam {name} yet.").format(name=exam.code)
            ) from error
        except ArchiveError as error:
            raise CommandError(_("The archive cannot hold this: {reason}").format(reason=error)) from error
        except OSError as error:
            raise CommandError(
                _("{file} cannot be written: {reason}").format(file=path, reason=error.strerror)
            ) from error
        self.stdout.write(_("{file}: {count} attempts").format(file=path, count=count))
