"""What somebody has typed to register, kept for an hour on the way to being stored.

It is kept in the session, under the number of its form: the browser's arrows ask for pages and
send nothing twice, two people may register side by side, and no address tells who they are.
"""

import uuid
from datetime import timedelta

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from delegations.forms.question import QuestionsForm, Sent
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
    what = {"typed": {**answers, "submission": [str(number)]}}
    files = {"sent": _all_sent(request, desk, number, form), "refused": form.files_refused}
    _put(request, desk, number, {**what, **files})
    return number


def keep_files(request: HttpRequest, desk: Desk, number: object, form: QuestionsForm) -> None:
    """Keep the files that came with a form which has to be shown again."""
    _put(request, desk, number, {"sent": _all_sent(request, desk, number, form)})


def forget(request: HttpRequest, desk: Desk, number: object) -> None:
    """Keep nothing more of a form: what it held is stored."""
    if _kept(request, desk, number):
        _put(request, desk, number, {})


def sent(request: HttpRequest, desk: Desk, number: object) -> dict[str, Sent]:
    """The files that were sent with the form of this number, by field."""
    kept = _kept(request, desk, number).get("sent", {})
    return {name: Sent(*facts) for name, facts in kept.items()}


def refused(request: HttpRequest, desk: Desk, number: object) -> dict[str, list[str]]:
    """Why files that came with the form of this number could not be kept, by field."""
    return _kept(request, desk, number).get("refused", {})


def _all_sent(request: HttpRequest, desk: Desk, number: object, form: QuestionsForm) -> dict:
    now = {name: _stored(file) for name, file in form.files_sent.items()}
    every = {**sent(request, desk, number), **now}
    return {name: [one.name, one.path] for name, one in every.items()}


def _stored(file: UploadedFile) -> Sent:
    """Kept under a name that tells nothing; what nobody registers with is deleted at night."""
    return Sent(file.name or "", default_storage.save(f"answers/{uuid.uuid4().hex}", file))


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


def _put(request: HttpRequest, desk: Desk, number: object, what: dict) -> None:
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
