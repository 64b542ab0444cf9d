"""Entry point of the `sanad` command: a thin face of Django's management commands."""

import os
import sys


def main() -> None:
    if _is_an_auditors(sys.argv):
        # An auditor has files and a root key, but neither settings nor a database.
        from lms.certificates.audit import main as audit

        sys.exit(audit(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def _is_an_auditors(arguments: list[str]) -> bool:
    """Whether this is `register_audit` with a root key named; without one the platform's own is looked up."""
    return arguments[1:2] == ["register_audit"] and any(word.split("=")[0] == "--root" for word in arguments)


if __name__ == "__main__":
    main()
