import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lms.certificates.audit import main
from lms.certificates.keys import root_pin, root_policy
from lms.register.errors import CodedError


class Command(BaseCommand):
    help = "Audit an exported register without asking the database. Exit 0 whole, 1 with what is wrong and where."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand the arguments on as they are: the audit is a program of its own, which runs without Django too."""
        arguments = argv[2:]
        if not {"-h", "--help"} & set(arguments) and not _names_root(arguments):
            arguments += self.own_roots()
        sys.exit(main(arguments))

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("arguments", nargs="*")

    def handle(self, *args: Any, **options: Any) -> None:
        self.run_from_argv(["", "", *options["arguments"]])

    def own_roots(self) -> list[str]:
        try:
            roots = root_policy()
        except CodedError as error:
            self.stderr.write(f"{error}. Name the root keys that you trust with --root or --roots.")
            sys.exit(2)
        if root_pin().exists():
            return ["--roots", str(root_pin())]
        return ["--root", roots.keys[0].encode()]


def _names_root(arguments: list[str]) -> bool:
    return any(argument.split("=", 1)[0] in {"--root", "--roots"} for argument in arguments)
