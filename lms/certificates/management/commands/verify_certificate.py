import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms.certificates.checking import CheckUnavailableError, judge_live
from lms.certificates.keys import root_policy
from lms.certificates.keyset import Policy
from lms.certificates.pack import PackError, open_pack_folder
from lms.certificates.scan import ScanError, read_code
from lms.certificates.verdict import Colour, Verdict
from lms.register.errors import CodedError
from lms.register.note import VerifierKey

EXIT_CODES = {Colour.GREEN: 0, Colour.RED: 1, Colour.AMBER: 2}


class Command(BaseCommand):
    help = "Verify the text of a QR code, or a photo or PDF of a certificate. Exit 0 green, 1 red, 2 amber."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="TEXT_OR_FILE")
        parser.add_argument("--pack", type=Path, help="folder of an exported register: no database is asked")
        parser.add_argument("--root", help="the root's verifier key; by default this platform's own")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict, size = self.judge(self.read(options["source"]), options["pack"], options["root"])
        answer = {**verdict.as_dict(), "register": {"size": size}}
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stdout.write(f"{verdict.colour.upper()} {verdict.reason}")
            for name, value in (answer["claims"] or {}).items():
                self.stdout.write(f"  {name}: {value}")
        if code := EXIT_CODES[verdict.colour]:
            raise SystemExit(code)

    def read(self, source: str) -> str:
        """The text itself, or what the code in a file says."""
        path = Path(source)
        if len(source) > 255 or not path.is_file():  # noqa: PLR2004 - longer names do not exist
            return source
        try:
            return read_code(path.read_bytes())
        except ScanError as error:
            raise CommandError(f"{path.name}: {error}.") from None

    def judge(self, text: str, pack: Path | None, root: str | None) -> tuple[Verdict, int]:
        try:
            if pack is None:
                verdict, register = judge_live(text)
                return verdict, register.size
            roots = Policy(1, (VerifierKey.parse(root),)) if root else root_policy()
            opened = open_pack_folder(pack, roots.keys, need=roots.need)
            return opened.judge(text, now=int(time.time())), opened.size
        except CheckUnavailableError:
            raise CommandError("There is no keyset yet. Run: sanad keys init") from None
        except PackError as error:
            raise CommandError(f"The pack cannot be trusted: {error}.") from None
        except CodedError as error:
            raise CommandError(f"{error}.") from None
