"""The environment is read strictly, and every variable is explained."""

import logging
import os
import re
import subprocess
import sys
from itertools import pairwise

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from portal import settings
from portal.services.home import ROOT

READ = re.compile(
    r"""(?:env_\w+|environ\.get|environ\.setdefault|getenv)\(\s*["']([A-Z][A-Z0-9_]+)["']"""
    r"""|environ\[["']([A-Z][A-Z0-9_]+)["']\]"""
)
# Not the portal's own: of Django, of pytest's plugins, of Playwright.
FOREIGN = {
    "DJANGO_SETTINGS_MODULE",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "PYTEST_XDIST_WORKER",
    "PLAYWRIGHT_BROWSERS_PATH",
}

# --- the readers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [("yes", True), ("ON", True), (" 1 ", True), ("no", False), ("False", False), ("", False)],
)
def test_a_flag_is_a_yes_or_a_no(monkeypatch, text, meant):
    monkeypatch.setenv("PORTAL_TRIAL", text)
    assert settings.env_flag("PORTAL_TRIAL", default=False) is meant


def test_a_flag_that_is_neither_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("PORTAL_TRIAL", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="PORTAL_TRIAL is “perhaps”"):
        settings.env_flag("PORTAL_TRIAL", default=True)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "8e3", "80 80", "٨", "eight"])
def test_a_number_out_of_reach_is_refused_with_its_limits(monkeypatch, text):
    monkeypatch.setenv("PORTAL_TRIAL", text)
    with pytest.raises(ImproperlyConfigured, match=r"PORTAL_TRIAL.*from 1 to 65535"):
        settings.env_number("PORTAL_TRIAL", 8000, 1, 65535)


def test_an_empty_variable_means_the_default(monkeypatch):
    monkeypatch.setenv("PORTAL_TRIAL", "  ")
    assert settings.env_number("PORTAL_TRIAL", 8000, 1, 65535) == 8000
    assert settings.env_text("PORTAL_TRIAL", "default") == "default"


def test_a_list_drops_spaces_and_empty_words(monkeypatch):
    monkeypatch.setenv("PORTAL_TRIAL", " a.example, ,b.example,")
    assert settings.env_list("PORTAL_TRIAL") == ["a.example", "b.example"]


def test_a_word_outside_the_choice_is_refused_with_the_choice(monkeypatch):
    monkeypatch.setenv("PORTAL_TRIAL", "LOUD")
    with pytest.raises(ImproperlyConfigured, match=r"PORTAL_TRIAL.*INFO, ERROR"):
        settings.env_choice("PORTAL_TRIAL", "INFO", ("INFO", "ERROR"))


@pytest.mark.parametrize("text", ["mysql://host/name", "host/name", "postgresql:/name "])
def test_an_address_of_another_kind_is_refused(monkeypatch, text):
    monkeypatch.setenv("PORTAL_TRIAL", text)
    with pytest.raises(ImproperlyConfigured, match=r"PORTAL_TRIAL.*redis://"):
        settings.env_url("PORTAL_TRIAL", "", ("redis", "rediss"))


def test_a_database_address_without_a_name_is_refused():
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL names no database"):
        settings.database("postgresql://portal@127.0.0.1:5432")


def test_a_password_with_any_letter_reaches_the_database():
    named = settings.database("postgresql://portal:p%40ss%2Fw%3Ard@127.0.0.1:5432/portal")
    assert (named["PASSWORD"], named["NAME"], named["PORT"]) == ("p@ss/w:rd", "portal", "5432")


def test_the_secret_key_is_made_once_for_the_owner_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("PORTAL_SECRET_KEY", raising=False)
    key = settings.secret_key(tmp_path / "home")
    assert len(key) >= 32
    assert settings.secret_key(tmp_path / "home") == key
    assert (tmp_path / "home" / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_short_secret_key_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("PORTAL_SECRET_KEY", "secret")
    with pytest.raises(ImproperlyConfigured, match="PORTAL_SECRET_KEY is too short"):
        settings.secret_key(tmp_path)


# --- the demonstration ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "public"),
    [
        ("PORTAL_HOST", "0.0.0.0"),
        ("PORTAL_HOST", "portal"),
        ("PORTAL_URL", "https://portal.example.org"),
        ("PORTAL_URL", "http://192.0.2.7:8000"),
        ("PORTAL_ALLOWED_HOSTS", "127.0.0.1,portal.example.org"),
        ("PORTAL_ALLOWED_HOSTS", "*"),
        ("PORTAL_ALLOWED_HOSTS", ".localhost.example"),
    ],
)
def test_a_demonstration_is_impossible_off_loopback(tmp_path, variable, public):
    error = load_settings(tmp_path, PORTAL_DEMONSTRATION="yes", **{variable: public})
    assert "PORTAL_DEMONSTRATION lets anybody sign in, so it works on loopback only" in error


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "localhost", "[::1]"])
def test_a_demonstration_is_possible_on_loopback(tmp_path, host):
    assert load_settings(tmp_path, PORTAL_DEMONSTRATION="yes", PORTAL_HOST=host) == ""


def test_without_a_word_there_is_no_demonstration(tmp_path):
    public = {"PORTAL_URL": "https://portal.example.org"}
    assert load_settings(tmp_path, **public) == ""


def load_settings(home, **environment):
    """Load the settings in a process of their own and give what it complains of."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PORTAL_")}
    done = subprocess.run(
        [sys.executable, "-c", "import portal.settings"],
        cwd=ROOT,
        env=kept | {"PORTAL_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


# --- what is written about them -------------------------------------------------------


def test_every_variable_that_is_read_is_explained():
    explained = set(re.findall(r"^#([A-Z][A-Z0-9_]+)=", example(), re.MULTILINE))
    assert variables_read() == explained


def test_an_example_stands_under_its_explanation():
    lines = example().splitlines()
    for above, line in pairwise(lines):
        if re.match(r"#[A-Z][A-Z0-9_]+=", line):
            assert re.match(r"# \w|#[A-Z]", above), line


def example():
    return (ROOT / ".env.example").read_text()


def variables_read():
    """The variables that the portal, its services and its tests ask the environment for."""
    files = [
        file
        for name in ("portal", "meetings", "delegations", "demo", "bench")
        for file in (ROOT / name).rglob("*.py")
    ]
    files += [ROOT / "tests" / name for name in ("servers.py", "chromium.py", "conftest.py")]
    found = {a or b for file in files for a, b in READ.findall(file.read_text())}
    return found - FOREIGN


def test_no_log_keeps_a_personal_link_or_a_calendar_link():
    from portal.secret import masked

    line = "GET /my/12.ABCDEF:signature/change/ HTTP/1.1"
    assert masked(line) == "GET /my/…/change/ HTTP/1.1"
    assert masked("GET /feeds/abc_-1.ics HTTP/1.1") == "GET /feeds/….ics HTTP/1.1"


def test_the_portals_own_log_lines_name_no_secret_not_even_in_a_traceback():
    formatter = settings.LOGGING["formatters"]["line"]
    made = import_string(formatter["()"])(formatter["format"])
    record = logging.makeLogRecord({"msg": "Not Found: %s", "args": ("/feeds/abc_-1.ics",)})
    record.exc_text = "in /my/12.ABCDEF:signature/change/"
    told = made.format(record)
    assert "/feeds/….ics" in told
    assert "/my/…/change/" in told
    assert "abc_-1" not in told
    assert "signature" not in told
