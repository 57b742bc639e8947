"""What somebody has typed to register, kept for an hour on the way to being stored.

It is kept in the session, under the number of its form: the browser's arrows ask for pages and
send nothing twice, two people may register side by side, and no address tells who they are.
"""

import uuid
from datetime import timedelta

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from delegations.forms.registration import RegistrationForm
from delegations.models import Delegate, Desk

SHELF = "registering"
KEPT_FOR = timedelta(hours=1)
MOST_FORMS = 6  # open side by side in one browser
MOST_LETTERS = 20_000  # in one form; who sends more is answered, but nothing is kept


def keep(request: HttpRequest, desk: Desk, form: RegistrationForm) -> uuid.UUID | None:
    """Keep what was typed, right or wrong; None when it is more than a person types."""
    answers = {name: form.data.getlist(name) for name in form.fields if name in form.data}
    if sum(len(text) for texts in answers.values() for text in texts) > MOST_LETTERS:
        return None
    number = form.number
    _put(request, desk, number, {"typed": {**answers, "submission": [str(number)]}})
    return number


def typed(request: HttpRequest, desk: Desk, number: object) -> QueryDict | None:
    """What was typed into the form of this number, as it was posted; None when it is gone."""
    answers = _kept(request, desk, number).get("typed")
    if answers is None:
        return None
    posted = QueryDict(mutable=True)
    for name, texts in answers.items():
        posted.setlist(name, texts)
    return posted


def exchange(request: HttpRequest, desk: Desk, number: uuid.UUID, delegate: Delegate) -> None:
    """Now that it is stored, keep which registration it became, and no longer what was typed."""
    if _kept(request, desk, number):
        _put(request, desk, number, {"token": delegate.token})


def registered(request: HttpRequest, desk: Desk, number: object) -> Delegate | None:
    """The registration that the form of this number became, in this browser."""
    return Delegate.by_token(_kept(request, desk, number).get("token", ""))


def _kept(request: HttpRequest, desk: Desk, number: object) -> dict:
    kept = request.session.get(SHELF, {}).get(str(number), {})
    return kept if kept and kept["desk"] == desk.pk and _is_fresh(kept) else {}


def _put(request: HttpRequest, desk: Desk, number: uuid.UUID, what: dict) -> None:
    others = {
        key: kept
        for key, kept in request.session.get(SHELF, {}).items()
        if key != str(number) and _is_fresh(kept)
    }
    newest = dict(list(others.items())[1 - MOST_FORMS :])
    until = (timezone.now() + KEPT_FOR).timestamp()
    request.session[SHELF] = {**newest, str(number): {**what, "desk": desk.pk, "until": until}}
    if not request.user.is_authenticated:
        request.session.set_expiry(KEPT_FOR)


def _is_fresh(kept: dict) -> bool:
    return kept["until"] > timezone.now().timestamp()
