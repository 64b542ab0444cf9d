"""Production: PostgreSQL, Redis, S3-compatible storage, several workers behind a proxy that speaks TLS.

Everything comes from the environment; a missing or weak value stops the start with a sentence.
docs/deploy.md lists all of it.
"""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .databases import from_url
from .env import env
from .logs import configure_structlog, logging_config

DEBUG = False
MIN_SECRET = 50
SECRET_KEY = env.str("SANAD_SECRET_KEY")
if len(SECRET_KEY) < MIN_SECRET:
    raise ImproperlyConfigured(f"SANAD_SECRET_KEY must have at least {MIN_SECRET} characters.")

SANAD_BASE_URL = env.str("SANAD_BASE_URL")
if not SANAD_BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("SANAD_BASE_URL must begin with https://; it is printed in every QR code.")
WAGTAILADMIN_BASE_URL = SANAD_BASE_URL
ALLOWED_HOSTS: list[str] = env.list("SANAD_ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = [SANAD_BASE_URL]

DATABASE_URL = env.str("DATABASE_URL")
if not DATABASE_URL.startswith(("postgres://", "postgresql://")):
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database.")
DATABASES = {"default": from_url(DATABASE_URL)}

# --- Cache, sessions and rate limits: one Redis that all workers share -----------------------
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("REDIS_URL"),
        "KEY_PREFIX": "sanad",
    },
    "process": PROCESS_CACHE,
}

# --- Files: an S3-compatible bucket, private, behind signed addresses ------------------------
S3_BUCKET, S3_ENDPOINT_URL, S3_REGION = (
    env.str("S3_BUCKET"),
    env.str("S3_ENDPOINT_URL", ""),
    env.str("S3_REGION", ""),
)
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": S3_ENDPOINT_URL or None,
            "region_name": S3_REGION or None,
            "access_key": env.str("S3_ACCESS_KEY"),
            "secret_key": env.str("S3_SECRET_KEY"),
            "default_acl": "private",
            "querystring_auth": True,
            "file_overwrite": False,
        },
    },
    "staticfiles": {"BACKEND": "lms.common.storage.HashedStaticFilesStorage"},
}

# Pictures, recordings and their captions come from the bucket: by its path at the endpoint or by its own host name.
_endpoint = urlsplit(S3_ENDPOINT_URL or f"https://s3.{S3_REGION}.amazonaws.com".replace("..", "."))
MEDIA_ORIGINS = [
    f"{_endpoint.scheme}://{_endpoint.netloc}",
    f"{_endpoint.scheme}://{S3_BUCKET}.{_endpoint.netloc}",
]
for _directive in ("img-src", "media-src"):
    CSP_DIRECTIVES[_directive] += MEDIA_ORIGINS

# --- Mail ------------------------------------------------------------------------------------
EMAIL_URL = env.dj_email_url("EMAIL_URL", "smtp://localhost:25")
if "EMAIL_BACKEND" not in EMAIL_URL:
    raise ImproperlyConfigured("EMAIL_URL must begin with submission:// (with TLS) or smtp://.")
EMAIL_BACKEND = EMAIL_URL["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_URL["EMAIL_HOST"]
EMAIL_PORT = EMAIL_URL["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL_URL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = EMAIL_URL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL_URL["EMAIL_USE_TLS"]
EMAIL_USE_SSL = EMAIL_URL["EMAIL_USE_SSL"]
DEFAULT_FROM_EMAIL = env.str("SANAD_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Receipts are sent within a request.
EMAIL_TIMEOUT = 10

# --- Keys: made in a ceremony, never here ----------------------------------------------------
SANAD_ALLOW_DEVELOPMENT_KEYS = False
SANAD_KEYS_DIR = env.path("SANAD_KEYS_DIR")
SANAD_KEY_PASSPHRASE = env.str("SANAD_KEY_PASSPHRASE")
SANAD_REGISTER_ORIGIN = env.str("SANAD_REGISTER_ORIGIN")

# --- The proxy: whose X-Forwarded-For is believed --------------------------------------------
TRUSTED_PROXIES = env.list("SANAD_TRUSTED_PROXIES", ["127.0.0.1", "::1"])

# --- TLS and headers -------------------------------------------------------------------------
SECURE_SSL_REDIRECT = env.bool("SANAD_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^health$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.int("SANAD_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True

configure_structlog()
LOGGING = logging_config(env.str("SANAD_LOG_LEVEL", "INFO"), json=True)
