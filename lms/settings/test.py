"""Settings of the test suite: SQLite always, PostgreSQL when DATABASE_URL names one."""

import tempfile
from pathlib import Path

from .base import *
from .databases import from_url, sqlite
from .env import env
from .logs import configure_structlog, logging_config

DEBUG = False
SECRET_KEY = "only-for-tests-" + "x" * 50
ALLOWED_HOSTS = ["*"]
TEST_DIR = Path(tempfile.mkdtemp(prefix="sanad-test-"))
DATABASE_URL = env.str("DATABASE_URL", "")
DATABASES = {"default": from_url(DATABASE_URL) if DATABASE_URL else sqlite(TEST_DIR / "db.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, because concurrency tests open several real connections to it.
    DATABASES["default"]["TEST"] = {"NAME": str(TEST_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["OPTIONS"].pop("pool", None)

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "process": PROCESS_CACHE,
}
# Tests count queries, and the first page of each would have more.
FRAME_KEPT_SECONDS = 0
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = TEST_DIR / "static"
MEDIA_ROOT = TEST_DIR / "media"
SANAD_KEYS_DIR = TEST_DIR / "keys"
SANAD_REGISTER_DIR = TEST_DIR / "register"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

configure_structlog()
LOGGING = logging_config("WARNING", json=False)
