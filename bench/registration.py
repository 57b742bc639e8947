"""How a person registers, request by request, with cookies and hidden fields as a browser has."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import urlencode

from bench.case import LANGUAGES, NAMES, roman
from bench.client import COOKIE, LOCATION, Answer, Visit, get, post
from meetings.models import Meeting

FORM = re.compile(rb'<form class="form" method="post".*?</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')


def registering(
    meeting: Meeting, port: int, numbers: Iterator[int], *, whole: bool
) -> Callable[[], Visit]:
    """The visit of somebody new.

    The form is fetched and posted. With `whole` the person also looks at the answers before
    registering, and at the registration afterwards, as the pages lead a browser.
    """
    path = meeting.desk.public_path
    sittings = [str(pk) for pk in meeting.sittings.values_list("pk", flat=True)[:3]]
    codes = [party.code for party in meeting.sides()]

    def visit() -> Visit:
        answers = answers_of(next(numbers), codes, sittings)
        form = (yield get(path, port)).expect(200)
        cookies = {"Cookie": cookies_of(form)}
        if whole:
            posted = _encoded(form, answers, step="check")
            form = (yield post(path, port, posted, **cookies)).expect(200)
            answers = []  # the page holds them now
        posted = _encoded(form, answers, step="register")
        stored = (yield post(path, port, posted, **cookies)).expect(302, 303)
        if whole:
            own = LOCATION.search(stored.head)[1].decode()
            (yield get(own, port, **cookies)).expect(200)

    return visit


def answers_of(number: int, codes: list[str], sittings: list[str]) -> list[tuple[str, str]]:
    """What one person types."""
    return [
        ("full_name", f"{NAMES[number % len(NAMES)]} {roman(number)}"),
        ("latin_name", f"Visitor {roman(number)}"),
        ("honorific", "Dr"),
        ("function", "Chief Engineer"),
        ("organisation", "Institute of Standards"),
        ("sector", "government"),
        ("delegation", codes[number % len(codes)]),
        *(("sittings", sitting) for sitting in sittings),
        ("email", f"visitor-{number}@example.org"),
        ("language", LANGUAGES[number % len(LANGUAGES)]),
        ("zone", ""),
    ]


def cookies_of(answer: Answer) -> str:
    """The cookies that a browser would send back."""
    return "; ".join(cookie.decode() for cookie in COOKIE.findall(answer.head))


def _encoded(form: Answer, answers: list[tuple[str, str]], *, step: str) -> bytes:
    text = FORM.search(form.body).group().decode()
    hidden = [(name, unescape(value)) for name, value in HIDDEN.findall(text)]
    return urlencode([*hidden, *answers, ("step", step)]).encode()
