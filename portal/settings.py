"""Every setting of the portal. The environment is read here and nowhere else.

Each variable read below stands, with its meaning, in `.env.example`; nonsense is
refused at the start with a sentence that names the variable.
"""

import contextlib
import ipaddress
import os
import secrets
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import bootstrap_wrapper
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

# --- readers of the environment -------------------------------------------------------


def env_text(name: str, default: str = "") -> str:
    """The variable's text without surrounding space; `default` when unset or empty."""
    return os.environ.get(name, "").strip() or default


def env_flag(name: str, default: bool) -> bool:
    """A yes or no. Refuses anything that is neither."""
    text = env_text(name, "yes" if default else "no").lower()
    if text in {"1", "yes", "true", "on"}:
        return True
    if text in {"0", "no", "false", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is “{text}”. Write yes or no.")


def env_number(name: str, default: int, low: int, high: int) -> int:
    """A whole number between `low` and `high`, both allowed."""
    text = env_text(name, str(default))
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ImproperlyConfigured(
            f"{name} is “{text}”. Write a whole number from {low} to {high}."
        )
    return int(text)


def env_list(name: str, default: str = "") -> list[str]:
    """Words separated by commas."""
    return [word.strip() for word in env_text(name, default).split(",") if word.strip()]


def env_networks(name: str, default: str = "") -> list[str]:
    """Addresses and networks, separated by commas."""
    words = env_list(name, default)
    for word in words:
        try:
            ipaddress.ip_network(word)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} has “{word}”. Write addresses or networks such as 10.0.0.0/8."
            ) from error
    return words


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of a few words."""
    text = env_text(name, default)
    if text not in choices:
        raise ImproperlyConfigured(f"{name} is “{text}”. Write one of: {', '.join(choices)}.")
    return text


def env_url(name: str, default: str, schemes: tuple[str, ...]) -> str:
    """An address with one of the given schemes."""
    text = env_text(name, default)
    if text and urlsplit(text).scheme not in schemes:
        wanted = ", ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(f"{name} is “{text}”. It must begin with one of: {wanted}.")
    return text


def is_loopback(host: str) -> bool:
    """Whether an address or name means this machine alone."""
    if host in {"localhost", "[::1]"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def secret_key(home: Path) -> str:
    """The key from the environment, or one made once and kept in the state folder."""
    key = env_text("PORTAL_SECRET_KEY")
    if key:
        if len(key) < 32:
            raise ImproperlyConfigured(
                "PORTAL_SECRET_KEY is too short. Use at least 32 random letters."
            )
        return key
    file = home / "secret-key"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        draft = home / f"secret-key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # made by another process a moment ago
            os.link(draft, file)
        draft.unlink()
    return file.read_text().strip()


# --- where things are -----------------------------------------------------------------

ROOT = Path(__file__).resolve().parent.parent
PORTAL_HOME = Path(env_text("PORTAL_HOME", str(ROOT / "var"))).resolve()
PORTAL_HOST = env_text("PORTAL_HOST", "127.0.0.1")
PORTAL_PORT = env_number("PORTAL_PORT", 8000, 1, 65535)
PORTAL_URL = env_url("PORTAL_URL", f"http://{PORTAL_HOST}:{PORTAL_PORT}", ("http", "https")).rstrip(
    "/"
)

DEBUG = env_flag("PORTAL_DEBUG", False)
DEMONSTRATION = env_flag("PORTAL_DEMONSTRATION", False)
SECRET_KEY = secret_key(PORTAL_HOME)
ALLOWED_HOSTS = env_list("PORTAL_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [PORTAL_URL] if PORTAL_URL.startswith("https://") else []

# Signing in by one click is for a trial on one's own machine and nowhere else.
if DEMONSTRATION and not (
    is_loopback(PORTAL_HOST)
    and is_loopback(urlsplit(PORTAL_URL).hostname or "")
    and all(is_loopback(host) for host in ALLOWED_HOSTS)
):
    raise ImproperlyConfigured(
        "PORTAL_DEMONSTRATION lets anybody sign in, so it works on loopback only. "
        "Set PORTAL_HOST, PORTAL_URL and PORTAL_ALLOWED_HOSTS to this machine, "
        "or PORTAL_DEMONSTRATION=no."
    )

# --- database and broker --------------------------------------------------------------


def database(url: str) -> dict:
    """Django's words for postgresql://user:password@host:port/name."""
    parts = urlsplit(url)
    if not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL names no database. End it with /name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 3},
    }


# Without the two addresses `script/server`, `script/manage` and `script/test` start
# embedded servers and pass theirs in; a bare `manage.py` expects local ones.
DATABASES = {
    "default": database(
        env_url(
            "DATABASE_URL",
            "postgresql://portal@127.0.0.1:5432/portal",
            ("postgresql", "postgres"),
        )
    )
}
REDIS_URL = env_url("REDIS_URL", "redis://127.0.0.1:6379/0", ("redis", "rediss", "unix"))
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- what runs ------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "meetings",
    "delegations",
    "demo",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "js_lib_bootstrap_icons",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]
MIDDLEWARE = [
    "meetings.views.feed.UnchangedFeed",  # first: most of what calendar programs ask ends here
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "portal.middleware.PersonalClock",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.portal",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "portal.templatetags.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- words and clocks -----------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ms", _("Malay")), ("ru", _("Russian"))]
# The second one speaks Malay where allauth has none and Django's own errs.
LOCALE_PATHS = [ROOT / "locale", ROOT / "locale" / "allauth"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- who comes in ---------------------------------------------------------------------

AUTH_USER_MODEL = "portal.User"
# Addresses are unique by a constraint that ignores letter case, which Django cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["portal.accounts.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "work"
ACCOUNT_ADAPTER = "portal.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"signup": "portal.accounts.SignUpForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

# --- what the browser may do ----------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap draws its arrows and ticks as data: images
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# An attendance list is looked through line by line, two thousand lines at most.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PORTAL_URL.startswith("https://")
if PORTAL_URL.startswith("https://"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600

# --- files ----------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = PORTAL_HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [
    ("bootstrap", Path(bootstrap_wrapper.__file__).parent.parent / "bootstrap"),
]
# Collecting with manifests takes some twelve seconds; a trial start does without.
STATIC_COLLECTED = env_flag("PORTAL_STATIC_COLLECTED", False)
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
# Papers. No address leads into this folder: a view asks who may read and hands the file out.
MEDIA_ROOT = Path(env_text("PORTAL_PAPERS", str(PORTAL_HOME / "papers")))
PORTAL_PAPER_MEGABYTES = env_number("PORTAL_PAPER_MEGABYTES", 25, 1, 1000)
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- mail -----------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env_text("PORTAL_FROM_EMAIL", "Commission portal <portal@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_URL = env_url(
    "EMAIL_URL", f"file://{quote(str(PORTAL_HOME))}/mail", ("smtp", "smtps", "file")
)
_mail = urlsplit(EMAIL_URL)
if _mail.scheme == "file":
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = unquote(_mail.path)
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname or "localhost"
    EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 25)
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = not EMAIL_USE_SSL and bool(_mail.username)
EMAIL_TIMEOUT = 10
PORTAL_MAIL_DOMAIN = urlsplit(PORTAL_URL).hostname or "localhost"
# A sender that has not come back after so many seconds is taken for dead.
PORTAL_SEND_LEASE = env_number("PORTAL_SEND_LEASE", 120, 5, 3600)
# A dossier that is larger is not read.
PORTAL_DOSSIER_MEGABYTES = env_number("PORTAL_DOSSIER_MEGABYTES", 20, 1, 200)

# --- how often one address may ask, in a minute; 0 is without a limit ------------------

# Tries of personal links and codes that do not exist: what guesses, and nothing else does.
PORTAL_GUESSES_PER_MINUTE = env_number("PORTAL_GUESSES_PER_MINUTE", 60, 0, 1_000_000)
# One personal link, whoever opens it.
PORTAL_READS_PER_LINK = env_number("PORTAL_READS_PER_LINK", 120, 0, 1_000_000)
# Posts of the public form: a whole ministry may stand behind one address.
PORTAL_FORMS_PER_MINUTE = env_number("PORTAL_FORMS_PER_MINUTE", 3000, 0, 1_000_000)
# Whose word for the address of others is taken.
PORTAL_TRUSTED_PROXIES = env_networks("PORTAL_TRUSTED_PROXIES", "127.0.0.0/8,::1")

# --- Celery: the whole beat schedule stands in portal/celery.py -----------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    # Celery looks for lost tasks every hundred seconds by default; people wait for mail.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "max_retries": 1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # the outbox is the retry queue
CELERY_TASK_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env_number("PORTAL_WORKERS", 2, 1, 64)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- logs -----------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "portal.secret.Formatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": env_choice("PORTAL_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
    },
}
