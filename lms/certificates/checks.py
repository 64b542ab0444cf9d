"""What `sanad check --deploy` says of the signing keys before anybody is served."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from lms.register.keyfiles import KeyFileError
from lms.register.keys import LOG_KEY, signer_of

from .keys import FIRST_ISSUING_KEY


@register(Tags.security, deploy=True)
def check_key_files(**_: Any) -> list[CheckMessage]:
    """Key files that are there can be opened, belong to their owner alone, and are not development keys."""
    errors: list[CheckMessage] = []
    for name in (LOG_KEY, FIRST_ISSUING_KEY):
        if not (Path(settings.SANAD_KEYS_DIR) / f"{name}.pem").exists():
            # Before `sanad keys init` there is nothing to sign with and nothing to check.
            continue
        try:
            signer_of(name)
        except KeyFileError as error:
            errors.append(Error(f"{error}.", id=f"certificates.{error.code}"))
    return errors
