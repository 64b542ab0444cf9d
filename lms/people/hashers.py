"""The password hash, tuned so that a training hall can sign in at once."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class TunedArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: OWASP's first choice, about 19 ms a sign-in on one core.

    PBKDF2 at Django's default takes about ten times as long; 700 people would keep two cores busy for a
    minute.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
