"""Pages for everybody with the public link, and for a person with the personal link."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from delegations import operations
from delegations.forms.registration import ChangeForm, RegistrationForm
from delegations.models import Claim, Delegate, Desk
from delegations.models.desk import as_code
from delegations.offer import Offer, asked_of, offer_of, on_offer, pages
from delegations.views import answers
from meetings.calendars import calendar_file
from meetings.models import Appointment, Meeting, Sitting
from portal.models import alternat
from portal.refusal import Refused

# --- with the public link -------------------------------------------------------------


@login_not_required
def register(request: HttpRequest, code: str) -> HttpResponse:
    """Register: the answers, a look at them, done."""
    offer = _offer(request, code)
    hindrance = offer.desk.hindrance(timezone.localdate())
    if hindrance not in {"", "full"}:  # where it is full, the waiting list is offered
        return _no_registration(request, offer.desk, hindrance)
    if request.method == "POST":
        return _answered(request, offer)
    if _is_anybody(request):
        return _for_anybody(request, offer)
    typed = answers.typed(request, offer.desk, request.GET.get("answers"))
    page = _page(request, "register", offer, form=_registration_form(request, offer, typed))
    add_never_cache_headers(page)
    return page


def _is_anybody(request: HttpRequest) -> bool:
    """Whether the page has nothing of its reader's own: no account, nothing kept or told."""
    own = {settings.SESSION_COOKIE_NAME, "messages"} & request.COOKIES.keys()
    return not own and not request.GET and not request.user.is_authenticated


def _for_anybody(request: HttpRequest, offer: Offer) -> HttpResponse:
    """The page as everybody sees it, drawn once; only its tokens are each visitor's own."""
    key = (offer.version, offer.desk.code, translation.get_language())
    text = pages.get(key)
    if text is None:
        drawn = _page(request, "register", offer, form=_registration_form(request, offer, None))
        text = _without_tokens(drawn.text)
        pages.put(key, text)
    page = HttpResponse(
        text.replace(CSRF, get_token(request)).replace(SUBMISSION, str(uuid.uuid4()))
    )
    # The browser itself keeps what is typed, for its arrows.
    patch_cache_control(page, private=True, no_cache=True)
    return page


CSRF, SUBMISSION = "%csrf%", "%submission%"
TOKENS = [
    (re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+'), CSRF),
    (re.compile(r'(name="submission" value=")[^"]+'), SUBMISSION),
]


def _without_tokens(text: str) -> str:
    for token, sign in TOKENS:
        text = token.sub(rf"\g<1>{sign}", text)
    return text


@never_cache
def _answered(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Store what was checked; else keep what was typed and lead to its check, or its errors."""
    desk = offer.desk
    form = _registration_form(request, offer, request.POST)
    step = request.POST.get("step")
    if form.is_valid() and step in {"register", "wait"}:
        try:
            delegate = _store(desk, form, may_wait=step == "wait")
        except operations.NoPlaceLeft:
            return _page(request, "check", offer, form=form, is_full=True)
        if delegate:
            operations.approve_own(delegate, by=request.user)
            answers.exchange(request, desk, form.number, delegate)
            return SeeOther(f"{reverse('registration', args=[delegate.token])}?new=1")
    elif number := answers.keep(request, desk, form):
        if form.is_valid():
            return SeeOther(reverse("register-check", args=[desk.code, number]))
        return SeeOther(f"{desk.public_path}?answers={number}")
    return _page(request, "register", offer, form=form)


@login_not_required
@never_cache
def check(request: HttpRequest, code: str, number: uuid.UUID) -> HttpResponse:
    """Look at what was typed before it is sent; once it is, the registration stands here."""
    offer = _offer(request, code)
    desk = offer.desk
    delegate = answers.registered(request, desk, number)
    if delegate:
        return redirect("registration", delegate.token)
    typed = answers.typed(request, desk, number)
    if typed is None:
        messages.info(request, _("What was typed here is no longer kept. Please write it again."))
        return redirect("register", desk.code)
    form = _registration_form(request, offer, typed)
    if not form.is_valid() or desk.hindrance(timezone.localdate()) not in {"", "full"}:
        return redirect(f"{desk.public_path}?answers={number}")
    claim = Claim.of(form.delegate, form.chosen)
    is_full = any(one.is_full and one.concerns(claim) for one in desk.quotas.all())
    return _page(request, "check", offer, form=form, is_full=is_full)


class SeeOther(HttpResponseRedirect):
    """What was posted is stored; look at it there, and a reload posts nothing."""

    status_code = 303


def _offer(request: HttpRequest, code: str) -> Offer:
    """What the desk offers, where the reader may know of it."""
    offer = offer_of(as_code(code))
    if offer is None or not _is_known(request.user, offer.desk):
        raise Http404
    return offer


def _is_known(user, desk: Desk) -> bool:
    if desk.meeting.side_id:
        return Desk.objects.public(user).filter(pk=desk.pk).exists()
    return desk.meeting.was_announced


def _registration_form(
    request: HttpRequest, offer: Offer, typed: QueryDict | None
) -> RegistrationForm:
    number = typed.get("submission") if typed else None
    is_post = request.method == "POST"
    return RegistrationForm(
        typed,
        request.FILES if is_post else None,
        meeting=offer.desk.meeting,
        sittings=offer.sittings,
        delegations=offer.delegations,
        questionnaire=offer.questionnaire,
        questions=offer.questions,
        sent=answers.sent(request, offer.desk, number) if number else {},
        refused=answers.refused(request, offer.desk, number) if number and not is_post else {},
        initial=_known_of(request.user),
    )


def _known_of(user) -> dict:
    """What the portal knows of somebody signed in, so that it need not be typed again."""
    if not user.is_authenticated or user.person is None:
        return {}
    names = ("full_name", "latin_name", "honorific", "email", "language", "zone")
    known = {name: getattr(user.person, name) for name in names}
    return {name: value for name, value in known.items() if value}


def _store(desk: Desk, form: RegistrationForm, *, may_wait: bool) -> Delegate | None:
    """Store the registration; None with the reason in the form when it cannot be.

    Raises NoPlaceLeft where the waiting list can be offered.
    """
    delegate = form.delegate
    try:
        return operations.register(
            desk,
            delegate=delegate,
            sittings=form.chosen,
            submission=form.cleaned_data["submission"],
            answers=form.replies,
            identity=form.identity,
            may_wait=may_wait,
        )
    except operations.NoPlaceLeft:
        raise
    except operations.AlreadyRegistered:
        operations.send_link_again(desk.meeting, email=delegate.email, full_name=delegate.full_name)
        form.add_error(
            "email",
            _(
                "You are registered with this name and address already. "
                "Your personal link has been sent to it again: there you can change or cancel."
            ),
        )
    except Refused as error:
        form.add_error(None, error.sentences)
    return None


def _page(request: HttpRequest, name: str, offer: Offer, **context):
    desk, meeting, sittings = offer.desk, offer.desk.meeting, offer.sittings
    return render(
        request,
        f"delegations/{name}.html",
        {
            "desk": desk,
            "meeting": meeting,
            "sittings": sittings,
            "main_sitting": _main(sittings),
            "places": [party.place for party in meeting.sides(request.user)],
            **context,
        },
    )


def _main(sittings: list[Sitting]) -> Sitting | None:
    """The plenary, or what comes first."""
    plenaries = [one for one in sittings if one.kind == Sitting.Kind.PLENARY]
    return next(iter([*plenaries, *sittings]), None)


@never_cache
def _no_registration(request: HttpRequest, desk: Desk, hindrance: str) -> HttpResponse:
    """The fact, the reason and whom to ask; gone for good when the meeting will not come."""
    return render(
        request,
        "delegations/register_closed.html",
        {
            "desk": desk,
            "meeting": desk.meeting,
            "hindrance": hindrance,
            "contacts": _contacts(desk.meeting),
            "lost": request.method == "POST" or "answers" in request.GET,
        },
        status=410 if desk.is_gone(timezone.localdate()) else 200,
    )


def _contacts(meeting: Meeting) -> list[Appointment]:
    """The focal points: whom the sides have named to be asked; of an own part its side's."""
    found = (
        Appointment.objects.on(timezone.localdate())
        .filter(
            body__in={pk for body in meeting.bodies for pk in body.lineage},
            office=Appointment.Office.FOCAL_POINT,
        )
        .select_related("person", "party")
        .order_by("party", "pk")
    )
    return [one for one in found if meeting.side_id in (None, one.party_id)]


@login_not_required
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """The public link as a QR code, for slides and paper."""
    picture = BytesIO()
    segno.make(_offer(request, code).desk.public_url, error="m").save(
        picture, kind="svg", scale=8, border=4
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


# --- with the personal link -----------------------------------------------------------


@login_not_required
@never_cache
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """One's own registration: status, answers, both clocks, what comes next."""
    delegate = Delegate.by_token(token)
    if delegate is None:
        return void(request)
    onward = None if delegate.is_live else operations.leads_on(delegate)
    if onward:
        return redirect("registration", onward.token)
    meeting = delegate.delegation.meeting
    desks = Desk.objects.public(request.user).select_related("meeting")
    desk = desks.filter(meeting=meeting).first()
    with spoken_to(request, delegate):
        return _own_page(
            request,
            "registration",
            delegate,
            is_new="new" in request.GET,
            number_in_line=_number_in_line(delegate),
            answers=delegate.answers.for_list(),
            identity=getattr(delegate, "identity", None),
            contacts=[one for one in _contacts(meeting) if one.party_id == delegate.party.pk],
            can_register_again=bool(desk) and desk.hindrance(timezone.localdate()) in {"", "full"},
            desk=desk,
        )


def _number_in_line(delegate: Delegate) -> int | None:
    """Which number somebody has on the waiting list, among those of their own side."""
    if delegate.status != Delegate.Status.WAITING:
        return None
    return Delegate.objects.ahead_of(delegate).count() + 1


def void(request: HttpRequest) -> HttpResponse:
    """A personal link that is forged, mistyped or revoked."""
    return render(request, "delegations/link_void.html", status=404)


@contextmanager
def spoken_to(request: HttpRequest, delegate: Delegate) -> Iterator[None]:
    """The language and the clock the person chose, unless this page was told otherwise."""
    told = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    language = translation.get_language() if told else delegate.language
    with translation.override(language), timezone.override(delegate.zone):
        yield


def _own_page(request: HttpRequest, name: str, delegate: Delegate, **context) -> HttpResponse:
    meeting = delegate.delegation.meeting
    return render(
        request,
        f"delegations/{name}.html",
        {
            "delegate": delegate,
            "meeting": meeting,
            "sittings": delegate.programme(),
            "places": [party.place for party in alternat(meeting.sides(), [delegate.party.pk])],
            "shows_links": delegate.status == Delegate.Status.APPROVED and not meeting.is_off,
            **context,
        },
    )


@login_not_required
@never_cache
def change(request: HttpRequest, token: str) -> HttpResponse:
    """Change one's own registration; another name or organisation is approved anew."""
    delegate = Delegate.by_token(token)
    if delegate is None:
        return void(request)
    if not delegate.can_still_change:
        return redirect("registration", token)
    with spoken_to(request, delegate):
        form = _change_form(request, delegate)
        if request.method == "POST" and form.is_valid() and _stored(request, delegate, form):
            answers.forget(request, delegate.meeting.desk, _change_of(delegate))
            return redirect("registration", token)
        if request.FILES:
            answers.keep_files(request, delegate.meeting.desk, _change_of(delegate), form)
            form = _change_form(request, delegate)
        return _own_page(request, "registration_change", delegate, form=form)


def _change_of(delegate: Delegate) -> str:
    """The number under which the files of a change are kept until it is stored."""
    return f"change-{delegate.pk}"


def _change_form(request: HttpRequest, delegate: Delegate) -> ChangeForm:
    meeting = delegate.delegation.meeting
    chosen = delegate.programme()
    offered = {sitting.pk: sitting for sitting in [*on_offer(meeting), *chosen]}
    questionnaire, questions = asked_of(meeting.desk, delegate.track)
    return ChangeForm(
        request.POST or None,
        request.FILES or None,
        delegate=delegate,
        chosen=chosen,
        sittings=sorted(offered.values(), key=lambda sitting: (sitting.starts_at, sitting.pk)),
        questionnaire=questionnaire,
        questions=questions,
        earlier=list(delegate.answers.select_related("question")),
        identity=getattr(delegate, "identity", None),
        sent=answers.sent(request, meeting.desk, _change_of(delegate)),
    )


def _stored(request: HttpRequest, delegate: Delegate, form: ChangeForm) -> bool:
    try:
        row = operations.change_registration(
            delegate,
            changes=form.answers,
            sittings=form.chosen,
            answers=form.replies,
            identity=form.identity,
        )
    except Refused as error:
        form.add_error(None, error.sentences)
        return False
    if row.status != delegate.status:
        messages.success(request, _("Saved. Your side is asked for its approval again."))
    else:
        messages.success(request, _("Saved."))
    return True


@login_not_required
@never_cache
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Cancel one's own registration, after a question."""
    delegate = Delegate.by_token(token)
    if delegate is None:
        return void(request)
    with spoken_to(request, delegate):
        if request.method == "POST":
            _cancel(request, delegate)
        if request.method == "POST" or not delegate.is_live:
            return redirect("registration", token)
        return _own_page(request, "registration_cancel", delegate)


def _cancel(request: HttpRequest, delegate: Delegate) -> None:
    try:
        operations.cancel_registration(delegate)
    except Refused as error:
        for sentence in error.sentences:
            messages.error(request, sentence)


@login_not_required
@never_cache
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The sittings one has chosen, for one's own calendar; joining links once approved."""
    delegate = Delegate.by_token(token)
    if delegate is None:
        return void(request)
    if not delegate.is_live:
        return redirect("registration", token)
    with spoken_to(request, delegate):
        text = calendar_file(
            delegate.delegation.meeting,
            delegate.programme(),
            with_links=delegate.status == Delegate.Status.APPROVED,
        )
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="meeting-{delegate.reference}.ics"'
    return response
