"""Settings shared by every way of running Sanad."""

from django.utils.translation import gettext_lazy as _

from lms.plugin_api.discovery import resolve_plugins

from .env import PROJECT_ROOT, data_dir, env

DATA_DIR = data_dir()

# --- Plugins ---------------------------------------------------------------------------------
# LMS_PLUGINS is the ordered list of plugins that are on; LMS_PLUGINS_PAUSED is the everyday off
# switch for public pages and cards, which keeps tables, admin, gates and privacy in place.
LMS_PLUGINS: list[str] = env.list("LMS_PLUGINS", ["code_of_conduct", "stakeholder_survey"])
LMS_PLUGINS_PAUSED: list[str] = env.list("LMS_PLUGINS_PAUSED", [])
PLUGINS = resolve_plugins(LMS_PLUGINS, paused=LMS_PLUGINS_PAUSED)

INSTALLED_APPS = [
    *(plugin.app_config for plugin in PLUGINS),
    "lms.demo",
    "lms.home",
    "lms.certificates",
    "lms.assessments",
    "lms.cascade",
    "lms.courses",
    "lms.register",
    "lms.people",
    "lms.common",
    "lms.plugin_api",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "lms.people.apps.PeopleUsersAppConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_structlog",
    "django_tasks",
    "django_tasks_db",
    "import_export",
    "phonenumber_field",
    "rules.apps.AutodiscoverRulesConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "lms.assessments.middleware.BatchMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lms.common.middleware.ArabicFirstLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lms.common.middleware.PrivatePagesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lms.home.context_processors.site_frame",
            ],
        },
    },
]

# --- Languages: Arabic first, English second -------------------------------------------------
LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", _("Arabic")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
WAGTAILADMIN_PERMITTED_LANGUAGES = [("ar", "العربية"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Africa/Tripoli"
FORMAT_MODULE_PATH = ["lms.common.formats"]

# --- Accounts --------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "lms.people.hashers.TunedArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:start"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "lms.people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
# Without a phone here allauth leaves out its pages that would send a code by SMS; the profile page changes the number.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
# A training hall shares one address, so sign-ins are limited by account, never by address.
ACCOUNT_RATE_LIMITS = {"login": False, "login_failed": "5/5m/key", "reset_password": "5/m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Addresses come from the programme's own roster, whose invitation has reached them.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# --- Wagtail ---------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Sanad"
WAGTAILADMIN_BASE_URL = env.str("SANAD_BASE_URL", "http://127.0.0.1:8000")
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_WORKFLOW_ENABLED = True
# An image that a published question shows keeps its file.
WAGTAILIMAGES_IMAGE_FORM_BASE = "lms.assessments.image_forms.SealedImageForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 8 * 1024 * 1024
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "odt", "xlsx", "ods", "csv", "mp3", "m4a", "mp4", "webm", "vtt"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# --- Files -----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- Caches and sessions ---------------------------------------------------------------------
# Counters that each server process keeps for itself, beside the cache that all of them share.
PROCESS_CACHE = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "process"}
# What every page shows of Wagtail's pages; a change forgets it at once, but for who may see a page.
FRAME_KEPT_SECONDS = 60
# Read from the shared cache and written to the database as well, so that a request asks the database for neither.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Logs drop the account and the address (logs.py), so neither is looked for.
DJANGO_STRUCTLOG_USER_ID_FIELD = ""
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

# --- Work in the background ------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- Certificates and register ---------------------------------------------------------------
SANAD_BASE_URL = env.str("SANAD_BASE_URL", "http://127.0.0.1:8000")
SANAD_KEYS_DIR = env.path("SANAD_KEYS_DIR", DATA_DIR / "keys")
SANAD_KEY_PASSPHRASE = env.str("SANAD_KEY_PASSPHRASE", "")
SANAD_REGISTER_ORIGIN = env.str("SANAD_REGISTER_ORIGIN", "sanad.local/register")
SANAD_ALLOW_DEVELOPMENT_KEYS = True
# The class that opens signing keys: another one speaks to a key management service or a card.
SANAD_KEY_ADAPTER = env.str("SANAD_KEY_ADAPTER", "lms.register.keys.FileKeys")
# Keys of outside witnesses, as they print them, and how many must have cosigned a head. They go into the next keyset.
SANAD_WITNESSES: list[str] = env.list("SANAD_WITNESSES", [])
SANAD_WITNESS_QUORUM = env.int("SANAD_WITNESS_QUORUM", 0)
# The published register, served under /register/ and kept fresh by `sanad register_export`.
SANAD_REGISTER_DIR = env.path("SANAD_REGISTER_DIR", DATA_DIR / "register")
# One person revokes this many certificates a day; more takes a second person.
SANAD_REVOCATIONS_BY_ONE = env.int("SANAD_REVOCATIONS_BY_ONE", 10)

# --- Headers ---------------------------------------------------------------------------------
# Whose X-Forwarded-For is believed: nobody's where no proxy stands in front.
TRUSTED_PROXIES: list[str] = []
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSP_DIRECTIVES = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "media-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
CONTENT_SECURITY_POLICY = {"EXCLUDE_URL_PREFIXES": ("/admin/",), "DIRECTIVES": CSP_DIRECTIVES}
# The camera is opened again on /v, by the view that scans.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in ("accelerometer", "camera", "geolocation", "gyroscope", "microphone", "payment", "usb")
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "lms.home.views.csrf_failure"
LANGUAGE_COOKIE_SAMESITE = "Lax"

BASE_DIR = PROJECT_ROOT
