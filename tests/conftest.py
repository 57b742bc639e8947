"""What tests ask for: the cast, a mail sink, a real worker, a browser."""

import pytest
from django.utils import translation

from tests import chromium
from tests.celery_worker import Worker, empty_queue
from tests.sink import Sink


@pytest.fixture(autouse=True)
def _english_again():
    """A page leaves its reader's language behind in the thread; the next test begins anew."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _static_files_are_found_when_asked_for(settings):
    """Else each client of each test looks at two thousand icons before its first page."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _nobody_is_slowed_down(settings):
    """All tests ask from one address. Those of the limits set their own."""
    settings.PORTAL_GUESSES_PER_MINUTE = 0
    settings.PORTAL_READS_PER_LINK = 0
    settings.PORTAL_FORMS_PER_MINUTE = 0


# --- people ---------------------------------------------------------------------------


@pytest.fixture
def cast(db):
    """One commission with its working group and everybody around it."""
    from tests.cast import make_cast  # the models are there only once Django is set up

    return make_cast()


# --- mail and tasks -------------------------------------------------------------------


@pytest.fixture(scope="session")
def _one_sink():
    sink = Sink()
    yield sink
    sink.stop()


@pytest.fixture
def sink(_one_sink, settings):
    """A real mail server, empty. This process and the worker send to it; stop() has it down."""
    _one_sink.reset()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = _one_sink.port
    return _one_sink


@pytest.fixture
def worker(sink, transactional_db, tmp_path):
    """A real Celery worker, waiting for tasks. Commits are real, so that it can see them."""
    empty_queue()
    worker = Worker(tmp_path / "worker.log", sink)
    worker.start()
    yield worker
    worker.stop()
    empty_queue()


# --- the browser ----------------------------------------------------------------------


@pytest.fixture(scope="session")
def base_url():
    """Pages are named in full, by `live_server.url`."""
    return


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Our Chromium, with the flags that a closed machine and root need."""
    ours = chromium.launch_args()
    ours["args"] = [*browser_type_launch_args.get("args", []), *ours["args"]]
    return {**browser_type_launch_args, **ours}
