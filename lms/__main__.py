"""Entry point of the `sanad` command: a thin face of Django's management commands."""

import os
import sys


def main() -> None:
    if _is_an_auditors(sys.argv):
        # An auditor has files and a root key, but neither settings nor a database.
        from lms.certificates.audit import main as audit

        sys.exit(audit(sys.argv[2:]))
    if sys.argv[1:2] == ["witness"]:
        # A witness has a key of its own and nothing of the platform's.
        from lms.register.witness import main as witness

        sys.exit(witness(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def _is_an_auditors(arguments: list[str]) -> bool:
    """Whether this is `register_audit` with root keys named; without them the platform's own are looked up."""
    named = {"--root", "--roots"}
    return arguments[1:2] == ["register_audit"] and any(word.split("=")[0] in named for word in arguments)


if __name__ == "__main__":
    main()
