"""The one settings file, read from the environment. README.md lists the variables."""

import datetime as dt
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

from factcheck import datadir, environment

BASE_DIR = Path(__file__).resolve().parent.parent

variables = environ.Env().ENVIRON
environment.refuse_unknown(variables)

# The house ----------------------------------------------------------------------------------------

DEBUG = environment.flag(variables, "FACTCHECK_DEBUG")
HTTPS = environment.flag(variables, "FACTCHECK_HTTPS")
BEHIND_PROXY = environment.flag(variables, "FACTCHECK_PROXY")
PORT = environment.port(variables)
ALLOWED_HOSTS = environment.hosts(variables)
FACTCHECK_URL = environment.public_url(variables, https=HTTPS, port=PORT, hosts=ALLOWED_HOSTS)
# None where the operator has not said: absolute addresses then follow the host that was asked for.
GIVEN_URL = FACTCHECK_URL if environment.given(variables, "FACTCHECK_URL") else None
POSTGRESQL = environment.postgresql(variables)
GIVEN_SECRET_KEY = environment.secret_key(variables)
# Given to several machines; otherwise claims.server_key keeps them in the data folder.
RECORD_KEYS = environment.record_keys(variables)
# Ranks by meaning too (claims.search.semantic); empty: by words alone.
EMBEDDER = environment.embedder(variables)

DATA_DIR = datadir.prepare(environment.data_dir(variables, default=BASE_DIR / "data"))
# A restore goes into an empty folder only: it has to know which key was there before it started.
SECRET_KEY_WAS_KEPT = datadir.keeps_secret_key(DATA_DIR)
SECRET_KEY = GIVEN_SECRET_KEY or datadir.secret_key(DATA_DIR)

INSTALLED_APPS = [
    "factcheck.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "sources.apps.SourcesConfig",
    "claims.apps.ClaimsConfig",
    "factcheck.readers.apps.ReadersConfig",
    "factcheck.partners.apps.PartnersConfig",
    "factcheck.webhooks.apps.WebhooksConfig",
    "factcheck.apps.FactcheckConfig",
]

MIDDLEWARE = [
    "factcheck.headers.HeadMiddleware",
    "factcheck.operations.health.HealthMiddleware",
    "factcheck.headers.CrossOriginMiddleware",
    # Outside of the caches' middleware: an answer that says "as you have it" is counted too.
    "factcheck.throttling.ThrottleMiddleware",
    # Outside of sessions and forms, whose cookies say that an answer is nobody else's.
    "factcheck.caching.CachingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "factcheck.headers.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "factcheck.headers.CookieMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "factcheck.headers.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "factcheck.accounts.middleware.StaffDoorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Last: it turns the answer to a sign-in into the page that says how long to wait.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "factcheck.urls"
WSGI_APPLICATION = "factcheck.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "claims.context_processors.site",
            ],
        },
    },
]

# Data ---------------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]]
if POSTGRESQL:
    # A server that is gone is noticed within seconds, not when the network gives up.
    options = {"connect_timeout": 5, **POSTGRESQL.get("OPTIONS", {})}
    DATABASES = {
        "default": {**POSTGRESQL, "OPTIONS": options, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "factcheck.sqlite3",
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                # Under DEFERRED a transaction that reads and then writes can fail at once, whatever the timeout.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "factory": datadir.OwnersDatabase,
                "init_command": (
                    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
                ),
            },
            # A file, since a database in memory has no WAL and so other locks than the real one.
            "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Accounts -----------------------------------------------------------------------------------------

LOGIN_URL = "admin:login"
# Where the address asked for is not ours.
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "factcheck.accounts.backends.StaffBackend",
]
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
# Publishing asks request.user.is_verified().
SECOND_FACTOR_FOR_PUBLISHING = environment.flag(variables, "FACTCHECK_SECOND_FACTOR")
# Shown by authenticator apps beside the user name.
OTP_TOTP_ISSUER = FACTCHECK_URL.partition("://")[2].replace(":", " ")

# Wrong passwords: five for one user name from one address, twenty from one address, in a quarter of an hour.
AXES_HANDLER = "factcheck.accounts.throttling.SignInHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_FAILURE_LIMIT = 5
SIGN_IN_FAILURES_PER_ADDRESS = 20
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "factcheck.accounts.throttling.user_name"
AXES_CLIENT_IP_CALLABLE = "factcheck.accounts.throttling.client_address"
AXES_LOCKOUT_CALLABLE = "factcheck.accounts.throttling.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken", "code"]
# Our own admin pages show them, to superusers only.
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Minutes.
SESSION_IDLE = environment.minutes(variables, "FACTCHECK_SESSION_IDLE", default=2 * 60)
SESSION_LENGTH = environment.minutes(variables, "FACTCHECK_SESSION_LENGTH", default=12 * 60)
# An ended session is known for another day, so that the sign-in page can say why it ended.
SESSION_COOKIE_AGE = (max(SESSION_IDLE, SESSION_LENGTH) + 24 * 60) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Mail ---------------------------------------------------------------------------------------------

MAIL_SERVER = environment.mail(variables)
MAIL = MAIL_SERVER is not None
DEFAULT_FROM_EMAIL = environment.mail_from(variables, mail=MAIL)
EMAIL_TIMEOUT = 20
if MAIL_SERVER:
    EMAIL_BACKEND = MAIL_SERVER["EMAIL_BACKEND"]
    EMAIL_HOST = MAIL_SERVER["EMAIL_HOST"]
    EMAIL_PORT = MAIL_SERVER["EMAIL_PORT"]
    EMAIL_HOST_USER = MAIL_SERVER["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = MAIL_SERVER["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = MAIL_SERVER["EMAIL_USE_TLS"]
    EMAIL_USE_SSL = MAIL_SERVER["EMAIL_USE_SSL"]

# Webhooks -----------------------------------------------------------------------------------------

# On a copy of a server that is only for practice: partners hear from one alone.
NO_WEBHOOKS = environment.flag(variables, "FACTCHECK_NO_WEBHOOKS")
# Networks besides the public Internet, and certificates besides the system's.
WEBHOOK_NETWORKS = environment.webhook_networks(variables)
WEBHOOK_AUTHORITIES = environment.webhook_authorities(variables)

# Language and time --------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "factcheck.formats"
TIME_ZONE = "UTC"
USE_TZ = True
# https is what an address without a scheme means; Django 6 makes this the default and removes the setting.
FORMS_URLFIELD_ASSUME_HTTPS = True

# Static files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if DEBUG:
    # In development an edited file shows at once, without collecting.
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = True

# Security -----------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "factcheck.refusals.forged"
# Django's forms take 1,000 rows of a part: a speaker with as many aliases and links sends some 7,000 fields. Reading
# that many takes milliseconds, and DATA_UPLOAD_MAX_MEMORY_SIZE bounds their length.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
CSRF_TRUSTED_ORIGINS = [FACTCHECK_URL]

if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # A browser takes a __Host- cookie only over TLS, for this host alone.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["upgrade-insecure-requests"] = True

# The JSON API -------------------------------------------------------------------------------------

# Requests of one address in a minute; a partner's key has a quota of its own.
READS_PER_MINUTE = environment.count(variables, "FACTCHECK_READS_PER_MINUTE", default=600)
# Where requests are counted for all processes together; None: each counts by itself.
REDIS_URL = environment.redis(variables)

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["factcheck.api.parsing.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_PAGINATION_CLASS": "factcheck.api.pagination.SequencePagination",
    "DEFAULT_FILTER_BACKENDS": ["factcheck.api.filtering.StrictFilterBackend"],
    "EXCEPTION_HANDLER": "factcheck.api.problems.problem_handler",
    # ?format= is an unknown parameter like any other.
    "URL_FORMAT_OVERRIDE": None,
    "FORMAT_SUFFIX_KWARG": None,
}

# Logging ------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {
        "one line": {"()": "factcheck.logs.OneLine"},
        "no 501": {"()": "factcheck.logs.NotAsked"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # A reader's mistyped address is no event for the operator.
        "django.request": {"level": "ERROR", "filters": ["no 501"]},
        # Nor is a scanner's invented host name; it is answered with 400.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Too much in one form is refused with 400. A line says so: who runs the server may want to know of many.
        "django.security.RequestDataTooBig": {"filters": ["one line"]},
        "django.security.TooManyFieldsSent": {"filters": ["one line"]},
    },
}
