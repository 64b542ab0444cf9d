"""The embedded default: SQLite, files and keys under one data folder, no other service needed."""

from .base import *
from .databases import from_url, sqlite
from .env import env, stored_secret
from .logs import configure_structlog, logging_config

DEBUG = env.bool("SANAD_DEBUG", False)
SECRET_KEY = env.str("SANAD_SECRET_KEY", "") or stored_secret(DATA_DIR / "secret_key")
ALLOWED_HOSTS = env.list("SANAD_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
DATABASE_URL = env.str("DATABASE_URL", "")
DATABASES = {"default": from_url(DATABASE_URL) if DATABASE_URL else sqlite(DATA_DIR / "sanad.sqlite3")}

# Several server processes share the rate limits, so the cache is a folder and not a process's memory.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache",
        # Sessions are in it: with fewer, an exam hall's would push each other out.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    "process": PROCESS_CACHE,
}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "lms.common.storage.HashedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# No second process is promised here, so what production hands to its task worker happens at once.
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

configure_structlog()
LOGGING = logging_config(env.str("SANAD_LOG_LEVEL", "WARNING"), json=False)
