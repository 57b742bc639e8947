"""Nothing stands around unused: every address opens, every template and message is alive."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.template.base import DebugLexer, TokenType
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.test import Client
from django.urls import reverse

from delegations.models import CheckIn, ParticipantList
from delegations.operations import keep_table, outcome_of, read_attendance
from demo.cast import members
from meetings.models import NoteVerbale
from portal.models import Notice
from tests.cast import make_cast
from tests.factories import (
    make_agenda,
    make_answer,
    make_area,
    make_change,
    make_deadline,
    make_delegate,
    make_delegation,
    make_desk,
    make_feed,
    make_figure,
    make_identity,
    make_item,
    make_key,
    make_meeting,
    make_notice,
    make_paper,
    make_point,
    make_proposal,
    make_question,
    make_quota,
    make_remark,
    make_rules,
    make_sitting,
    make_upload,
    make_user,
    make_wording,
)
from tests.pages import all_pages

ROOT = Path(__file__).resolve().parents[1]
OURS = ("portal", "meetings", "delegations", "demo")
PASSWORD = "correct horse battery staple"
FORM = "3f1f0f0e-6f6b-4c55-9f8e-0d9d5a1c7a11"  # the number of a form on its way
ACTOR = members()[0]  # one of the people of the demonstration

# --- a portal with something on every page --------------------------------------------


def make_world() -> SimpleNamespace:
    """One commission with a meeting, a programme, people, items and messages."""
    cast = make_cast()
    area = make_area(cast.group, "Halal industry")
    make_area(cast.group, "Aerospace")
    make_rules(cast.group, deadlines=[("papers", 14)])
    meeting = make_meeting(cast.group, status="announced")
    sitting = make_sitting(meeting, kind="consultation", area=area)
    make_sitting(meeting)
    desk = make_desk(meeting)
    held = make_meeting(cast.group, status="held", starts_on=datetime(2026, 3, 2).date())
    item = make_item(held, area=area, owners={cast.malaysia: cast.delegate.person})
    registered = make_delegate(meeting, cast.malaysia, person=cast.delegate.person)
    waiting = make_delegate(meeting, cast.russia, status="pending", sittings=[sitting])
    named = make_delegate(meeting, cast.malaysia, status="nominated", track="delegation")
    member = make_user(email="member@example.org", password=PASSWORD)
    agenda = make_agenda(meeting)
    settled = make_agenda(make_meeting(cast.group, status="in_session"), status="agreed")
    for party in (cast.malaysia, cast.russia):
        make_key(settled, "agenda", party)
    later = make_meeting(cast.group, status="announced")
    make_desk(later)
    question = make_question(desk, "Colour", "choice", choices=[{"key": "a", "label": "Red"}])
    letter = make_question(desk, "Letter", kind="file", only_if="sector", only_if_is=["industry"])
    make_identity(registered, photo="identities/x")
    return SimpleNamespace(
        later=later,
        question=question,
        answered=make_answer(registered, letter, file="answers/x", file_name="x.pdf"),
        agenda=agenda,
        settled=settled,
        point=agenda.items.get(title="Halal"),
        removed=make_point(agenda, status="removed"),
        late=make_point(settled, status="late", proposer=cast.malaysia, text="Why."),
        paper=make_paper(meeting=meeting, party=cast.malaysia),
        kept=make_paper(meeting=meeting, party=cast.malaysia, file="papers/x", file_name="x.pdf"),
        asked=make_paper(cast.group, party=cast.malaysia, wanted="public"),
        cast=cast,
        meeting=meeting,
        area=area,
        body_change=make_change(cast.group, proposer=cast.malaysia),
        office=cast.group.appointments.get(person=cast.chair_ru.person),
        planned=make_meeting(cast.group),
        wording=make_wording(meeting, cast.malaysia),
        proposal=make_proposal(meeting, cast.malaysia, place="Kazan", remark="After the fair."),
        idea=make_meeting(cast.group, "idea", side=cast.malaysia),
        off=make_meeting(cast.group, "cancelled"),
        note=NoteVerbale.objects.create(
            body=cast.group,
            meeting=meeting,
            reference="NV-1/2026",
            sender=cast.malaysia,
            addressee=cast.russia,
            dated=datetime(2026, 3, 2).date(),
            subject="Dates",
        ),
        sitting=sitting,
        deadline=make_deadline(meeting),
        figure=make_figure(cast.group),
        remark=make_remark(cast.group),
        desk=desk,
        feed=make_feed(cast.officer_my),
        item=item,
        done=make_item(held, status="done"),
        quota=make_quota(desk, limit=900, sitting=sitting),
        offered=make_delegate(
            meeting, cast.russia, status="offered", answer_by=datetime.now(UTC) + timedelta(days=1)
        ),
        registered=registered,
        waiting=waiting,
        named=named,
        notice=make_notice(about=meeting, party=cast.malaysia, state="failed"),
        member=member,
        upload=make_upload(cast.neutral),
        made=ParticipantList.objects.create(meeting=meeting, kind="provisional"),
    )


@dataclass(frozen=True)
class Visit:
    """Who goes there, with what, and how it ends."""

    who: str = ""  # one of the cast; nobody without a name
    kwargs: Callable = lambda world: {}
    post: Callable | None = None  # what is posted; a page that is only read has none
    before: Callable = lambda client, world: None  # the steps that lead there
    status: int = 200
    leads: str = ""  # the name of the page that follows, where a deed leads to one
    query: dict = field(default_factory=dict)


def of(thing: str, **more) -> Callable:
    """The arguments of an address: the number of something in the world."""
    return lambda world: {"pk": getattr(world, thing).pk, **more}


def body(world):
    return {"pk": world.cast.group.pk}


def twins(world):
    """Two records of one person, both registered with Malaysia."""
    named = [
        make_delegate(world.meeting, world.cast.malaysia, full_name="Siti Aminah") for _one in "ab"
    ]
    one, other = (delegate.person_id for delegate in named)
    return {"pk": world.meeting.pk, "one": one, "other": other}


def own_delegation(world):
    return {"pk": make_delegation(world.meeting, world.cast.malaysia).pk}


def kept_table(world):
    """A table of names that the focal point has looked at."""
    world.table_for = make_delegation(world.meeting, world.cast.malaysia)
    content = b"Full name;Organisation;E-mail address\nSiti Aminah;MITI;siti@example.org\n"
    world.table = keep_table(world.table_for, content, name="names.csv", by=world.cast.focal_my)
    return {"pk": world.table.pk}


def token(world):
    return {"token": world.registered.token}


def reading(who, kwargs=lambda world: {}, **more) -> Visit:
    return Visit(who, kwargs, **more)


def doing(who, kwargs, leads, **posted) -> Visit:
    return Visit(who, kwargs, post=lambda world: posted, status=302, leads=leads)


# The steps of signing in.


def by_password(client, world):
    client.post(reverse("account_login"), {"login": world.member.email, "password": PASSWORD})


def with_second_factor(client, world):
    TOTP.activate(world.member, generate_totp_secret())
    RecoveryCodes.activate(world.member)


def twice_by_password(client, world):
    by_password(client, world)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def twice_with_second_factor(client, world):
    twice_by_password(client, world)
    with_second_factor(client, world)


def half_signed_in(client, world):
    with_second_factor(client, world)
    by_password(client, world)


def after_signing_up(client, world):
    client.post(reverse("account_signup"), {"email": "new@example.org"})


def after_asking_for_a_code(client, world):
    client.post(reverse("account_request_login_code"), {"email": world.member.email})


def after_forgetting_the_password(client, world):
    client.post(reverse("account_reset_password"), {"email": world.member.email})


def after_giving_the_reset_code(client, world):
    after_forgetting_the_password(client, world)
    body = Notice.objects.filter(email=world.member.email).latest("pk").body
    code = re.search(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", body, re.MULTILINE)[0]
    client.post(reverse("account_confirm_password_reset_code"), {"code": code})


def after_writing_to_register(client, world):
    typed = {
        "submission": FORM,
        "full_name": "Siti",
        "organisation": "Halal Laboratory",
        "sector": "industry",
        "delegation": world.cast.malaysia.code,
        "sittings": str(world.sitting.pk),
        "email": "siti@example.org",
        "language": "en",
    }
    client.post(world.desk.public_path, typed)


def attendance_list(world):
    content = b"Name,Duration\nNobody,10\n"
    user = world.cast.officer_my
    return {"pk": read_attendance(world.sitting, content, name="list.csv", by=user).pk}


VISITS = {
    # the portal
    "work": reading("chair_my"),
    "profile": reading("delegate"),
    "healthz": reading("", status=503),  # no worker runs here
    "set_language": Visit(post=lambda world: {"language": "ru", "next": "/"}, status=302),
    # meetings
    "bodies": reading("outsider"),
    "body": reading("outsider", body),
    "body-change": reading("officer_my", body),
    "body-new": reading("officer_ru", body),
    "body-do": doing(
        "officer_my", lambda world: {**body(world), "name": "rest"}, "body", reason="No meetings."
    ),
    "body-propose": reading("chair_ru", body),
    "body-side": reading(
        "chair_my", lambda world: {**body(world), "party": world.cast.malaysia.pk}
    ),
    "body-history": reading("focal_ru", body),
    "body-change-key": Visit(
        "chair_ru",
        of("body_change"),
        post=lambda world: {"party": world.cast.russia.pk, "revision": 1, "action": "give"},
        status=302,
        leads="body",
    ),
    "body-change-do": doing(
        "chair_ru", of("body_change", name="decline"), "body", reason="Not this year."
    ),
    "body-people": reading("outsider", body),
    "appointment-new": reading(
        "officer_my", lambda world: {**body(world), "party": world.cast.malaysia.pk}
    ),
    "appointment-replace": reading("officer_ru", of("office")),
    "appointment-end": reading("officer_ru", of("office")),
    "appointment-correct": reading("neutral", of("office")),
    "person-offices": reading("outsider", lambda world: {"pk": world.office.person_id}),
    "body-areas": reading("officer_my", body),
    "area-new": reading("officer_my", body),
    "area-rename": reading("officer_ru", of("area")),
    "area-order": reading("chair_ru", body),
    "area-move": doing("officer_ru", of("area"), "body-areas", direction="down"),
    "area-merge": reading("officer_ru", of("area")),
    "area-give-up": reading("neutral", of("area")),
    "area-lead": reading("chair_my", of("area")),
    "body-figures": reading("officer_my", body),
    "figure-new": reading("neutral", body),
    "figure-change": reading("officer_ru", of("figure")),
    "figure-remove": doing("officer_my", of("figure"), "body-figures"),
    "remark-new": reading("officer_ru", body),
    "remark-change": reading("officer_my", of("remark")),
    "remark-remove": doing("neutral", of("remark"), "body-figures"),
    "body-rules": reading("outsider", body),
    "rules-new": reading("officer_my", body),
    "meeting-new": reading("officer_my", body),
    "clocks": reading(
        "officer_ru",
        body,
        query={"day": "2026-10-13", "wall": "15:00", "minutes": "60", "zone": "Europe/Moscow"},
    ),
    "dossier": reading("neutral"),
    "dossier-preview": reading("neutral", of("upload")),
    "dossier-bring-in": doing("neutral", of("upload"), "body"),
    "dossier-forget": doing("neutral", of("upload"), "dossier"),
    "body-dossier": reading("officer_my", body),
    "calendar": reading("chair_my", query={"day": "2026-10-13"}),
    "meetings": reading("outsider"),
    "meeting": reading("outsider", of("meeting")),
    "meeting-change": reading("officer_my", of("meeting")),
    "proposal-new": reading("chair_ru", of("meeting")),
    "proposal-do": doing("officer_ru", of("proposal", name="decline"), "meeting", reason="No."),
    "proposal-key": Visit(
        "chair_ru",
        of("proposal"),
        post=lambda world: {"party": world.cast.russia.pk, "revision": 1, "action": "give"},
        status=302,
        leads="meeting",
    ),
    "wording-do": doing("officer_ru", of("wording", name="decline"), "meeting", reason="No."),
    "wording-key": Visit(
        "chair_ru",
        of("wording"),
        post=lambda world: {"party": world.cast.russia.pk, "revision": 1, "action": "give"},
        status=302,
        leads="meeting",
    ),
    "meeting-drop": doing("officer_my", of("idea"), "body"),
    "meeting-number": doing("neutral", of("off"), "meeting", release="1"),
    "meeting-bodies": reading("officer_my", of("planned")),
    "meeting-days": reading("officer_ru", lambda world: {"pk": world.item.meeting_id}),
    "notes": reading("focal_ru", body),
    "note-new": reading("officer_my", body),
    "note-change": reading("officer_my", of("note")),
    "meeting-do": Visit(
        "officer_my",
        of("meeting", name="postpone"),
        post=lambda world: {"reason": "The hall is gone."},
        status=302,
        leads="meeting",
    ),
    "meeting-dates-key": Visit(
        "chair_ru",
        of("planned"),
        post=lambda world: {"party": world.cast.russia.pk, "revision": 1, "action": "give"},
        status=302,
        leads="meeting",
    ),
    "meeting-calendar": reading("outsider", of("meeting")),
    "meeting-history": reading("focal_ru", of("meeting")),
    "meeting-deadlines": reading("officer_my", of("meeting")),
    "deadline-meet": doing("officer_my", of("deadline"), "meeting-deadlines", action="done"),
    "meeting-prepare": reading("officer_ru", of("meeting")),
    "programme": reading("officer_my", of("meeting")),
    "programme-sheet": reading("", of("meeting")),
    "programme-versions": reading("focal_ru", of("meeting")),
    "programme-publish": doing("officer_my", of("meeting"), "programme", revision="1"),
    "programme-discard": doing("officer_ru", of("meeting"), "programme", revision="1"),
    "sitting-new": reading("neutral", of("meeting")),
    "sitting-change": reading("officer_my", of("sitting")),
    "sitting-do": doing(
        "officer_my", of("sitting", name="cancel"), "meeting", reason="No speaker."
    ),
    # follow-up
    "meeting-items": reading("focal_my", of("meeting")),
    "items": reading("chair_ru"),
    "item": reading("chair_ru", of("item")),
    "item-new": reading("chair_my", of("meeting")),
    "item-change": reading("officer_ru", of("item")),
    "item-do": doing("chair_my", of("done", name="reopen"), "item", reason="Not all of it."),
    "item-report": Visit(
        "chair_my",
        of("item"),
        post=lambda world: {
            "party": world.cast.malaysia.pk,
            "state": "on_track",
            "text": "Lists are being exchanged.",
        },
        status=302,
        leads="item",
    ),
    "item-key": Visit(
        "chair_ru",
        of("item"),
        post=lambda world: {"party": world.cast.russia.pk, "revision": 1, "action": "give"},
        status=302,
        leads="item",
    ),
    # agenda
    "agenda": reading("chair_ru", of("meeting")),
    "agenda-begin": doing("chair_my", of("planned"), "agenda"),
    "agenda-key": Visit(
        "chair_ru",
        of("meeting"),
        post=lambda world: {"party": world.cast.russia.pk, "revision": 1, "action": "give"},
        status=302,
        leads="agenda",
    ),
    "agenda-do": doing("officer_my", of("settled", name="adopt"), "agenda"),
    "point-new": reading("officer_ru", of("meeting")),
    "point-change": reading("officer_ru", of("point")),
    "point-move": doing("chair_my", of("point"), "agenda", to="up", revision=1),
    "point-remove": doing("chair_my", of("point"), "agenda", revision=1),
    "point-restore": doing("chair_my", of("removed"), "agenda"),
    "point-do": doing("chair_ru", of("late", name="reject"), "agenda", reason="Too late."),
    "point-note": reading(
        "focal_my",
        lambda world: {"pk": world.point.pk, "party_pk": world.cast.malaysia.pk},
    ),
    "late-new": reading("chair_my", lambda world: {"pk": world.settled.meeting_id}),
    "late-key": Visit(
        "chair_ru",
        of("late"),
        post=lambda world: {"party": world.cast.russia.pk, "revision": 1, "action": "give"},
        status=302,
        leads="agenda",
    ),
    # papers
    "meeting-papers": reading("focal_ru", of("meeting")),
    "meeting-paper-new": reading("focal_ru", of("meeting")),
    "body-papers": reading("outsider", body),
    "body-paper-new": reading("neutral", body),
    "paper": reading("chair_ru", of("asked")),
    "paper-change": reading("officer_my", of("paper")),
    "paper-file": reading("officer_my", of("kept"), status=404),  # the store has lost it
    "paper-do": doing("officer_my", of("paper", name="withdraw"), "paper"),
    "paper-ask": doing("officer_my", of("paper"), "paper", wanted="public", revision=1),
    "paper-key": Visit(
        "chair_ru",
        of("asked"),
        post=lambda world: {"party": world.cast.russia.pk, "revision": 1, "action": "give"},
        status=302,
        leads="paper",
    ),
    "paper-decline": doing("chair_ru", of("asked"), "paper", reason="Not read yet."),
    # messages
    "feeds": reading("officer_my"),
    "feed": reading("", lambda world: {"secret": world.feed.secret}),
    "feed-revoke": doing("officer_my", of("feed"), "feeds"),
    "feed-renew": doing("officer_my", of("feed"), "feeds"),
    "messages": reading("officer_my"),
    "meeting-messages": reading("neutral", of("meeting")),
    "message": reading("officer_my", of("notice")),
    "message-send-again": doing("officer_my", of("notice"), "message"),
    # delegations
    "delegations": reading("focal_my", of("meeting")),
    "participants": reading("focal_my", of("meeting")),
    "participants-columns": doing("focal_my", of("meeting"), "participants", columns="side"),
    "participants-export": reading("focal_my", of("meeting")),
    "participants-mark": Visit(
        "focal_ru",
        of("meeting"),
        post=lambda world: {"deed": "approve", "delegate": [world.waiting.pk]},
    ),
    "participants-do": Visit(
        "focal_ru",
        of("meeting"),
        post=lambda world: {"deed": "approve", "delegates": str(world.waiting.pk)},
        status=302,
        leads="participants-done",
    ),
    "participants-done": Visit("focal_ru", of("meeting"), status=302, leads="participants"),
    "participant-lists": reading("focal_my", of("meeting")),
    "participant-list-make": doing(
        "officer_my", of("meeting", kind="provisional"), "participant-lists"
    ),
    "participant-list-open": doing("focal_my", own_delegation, "participant-lists", publish="1"),
    "participant-list": reading("focal_ru", of("made")),
    "participant-list-file": reading("focal_ru", of("made")),
    "desk-places": doing("officer_my", of("meeting"), "desk-places", limit="500"),
    "places-set": Visit(
        "officer_my",
        of("quota"),
        post=lambda world: {f"q{world.quota.pk}-limit": "500"},
        status=302,
        leads="desk-places",
    ),
    "places-remove": doing("officer_my", of("quota"), "desk-places"),
    "waiting-list": reading("officer_my", of("meeting")),
    "registration-place": reading(
        "", lambda world: {"token": world.offered.token, "name": "accept"}
    ),
    "delegations-figures": reading("focal_my", of("meeting")),
    "questionnaire": reading("officer_ru", of("meeting", track="open")),
    "questionnaire-preview": reading("neutral", of("meeting", track="delegation")),
    "questionnaire-copy": doing("officer_my", of("later", track="open"), "questionnaire"),
    "question-new": reading("officer_my", of("meeting", track="open")),
    "question-change": reading("officer_ru", of("question")),
    "question-move": doing("officer_my", of("question"), "questionnaire", to="up"),
    "question-retire": doing("officer_my", of("question"), "questionnaire"),
    "question-restore": doing("officer_my", of("question"), "questionnaire"),
    "identity": reading("focal_my", of("registered")),
    "identity-photo": reading("focal_my", of("registered"), status=404),  # the store has lost it
    "answer-file": reading("focal_my", of("answered"), status=404),
    "desk-do": doing("officer_ru", of("desk", name="close"), "delegations"),
    "delegation": reading("focal_my", own_delegation),
    "delegation-terms": reading("officer_my", of("meeting")),
    "delegation-change": reading("focal_my", own_delegation),
    "delegation-name": reading("focal_my", own_delegation),
    "delegation-past": reading("officer_my", own_delegation),
    "delegation-arrange": doing("focal_my", own_delegation, "delegation"),
    "delegation-do": doing(
        "focal_my", lambda world: {**own_delegation(world), "name": "submit"}, "delegation"
    ),
    "delegate-replace": reading("focal_my", of("named")),
    "delegate-change": reading("focal_my", of("named")),
    "delegate": reading("focal_ru", of("waiting")),
    "doubles": reading("focal_my", of("meeting")),
    "double": reading("officer_my", twins),
    "intake": reading("focal_my", own_delegation),
    "intake-template": reading("officer_my", own_delegation),
    "intake-preview": reading("focal_my", kept_table),
    "intake-reading": doing("focal_my", kept_table, "intake-preview", head="1"),
    "intake-columns": doing(
        *("focal_my", kept_table, "intake-preview"),
        **{"column-0": "full_name", "column-1": "organisation", "column-2": "email"},
    ),
    "intake-mend": doing("focal_my", kept_table, "intake-preview", **{"way-2": "skip"}),
    "intake-bring-in": Visit(
        "focal_my",
        kept_table,
        post=lambda world: {"seen": outcome_of(world.table, world.table_for).fingerprint},
        status=302,
        leads="delegation",
    ),
    "intake-forget": doing("focal_my", kept_table, "intake"),
    "delegate-do": doing("focal_ru", of("waiting", name="approve"), "delegate"),
    "badges": reading("focal_my", of("meeting")),
    "badges-file": reading("officer_my", of("meeting"), query={"sheet": "a6"}),
    "door": reading("focal_ru", of("meeting")),
    "check-in": reading("focal_ru", of("sitting"), query={"q": "a"}),
    "check-in-counts": reading("neutral", of("sitting")),
    "check-in-people": reading("officer_my", of("sitting")),
    "check-in-marks": Visit(
        "officer_my", of("sitting"), post=lambda world: {"marks": "no list"}, status=400
    ),
    "check-in-new": reading("officer_ru", of("sitting")),
    "check-in-undo": doing(
        "officer_ru",
        lambda world: {
            "pk": CheckIn.objects.create(
                delegate=world.registered, sitting=world.sitting, way="in"
            ).pk
        },
        "check-in",
    ),
    "attendance": reading("officer_ru", of("sitting")),
    "attendance-preview": reading("officer_my", attendance_list),
    "attendance-forget": doing("officer_my", attendance_list, "attendance"),
    "at": Visit(
        "focal_ru",
        lambda world: {"reference": world.registered.reference},
        status=302,
        leads="check-in",
    ),
    "register": reading("", lambda world: {"code": world.desk.code}),
    "register-check": reading(
        "",
        lambda world: {"code": world.desk.code, "number": FORM},
        before=after_writing_to_register,
    ),
    "register-qr": reading("", lambda world: {"code": world.desk.code}),
    "registration": reading("", token),
    "registration-change": reading("", token),
    "registration-cancel": reading("", token),
    "registration-answer": Visit("", token, status=302, leads="registration"),
    "registration-calendar": reading("", token),
    # signing in and up
    "account_login": reading(""),
    "account_logout": reading("delegate"),
    "account_signup": reading(""),
    "account_inactive": reading(""),
    "account_reauthenticate": reading("", before=by_password),
    "account_email": reading("delegate"),
    "account_email_verification_sent": reading("", before=after_signing_up),
    "account_change_password": reading("", before=by_password),
    "account_set_password": reading("delegate"),
    "account_request_login_code": reading(""),
    "account_confirm_login_code": reading("", before=after_asking_for_a_code),
    "account_reset_password": reading(""),
    "account_confirm_password_reset_code": reading("", before=after_forgetting_the_password),
    "account_complete_password_reset": reading("", before=after_giving_the_reset_code),
    "account_password_reset_completed": reading(""),
    # the second factor
    "mfa_index": reading("", before=by_password),
    "mfa_authenticate": reading("", before=half_signed_in),
    "mfa_reauthenticate": reading("", before=twice_with_second_factor),
    "mfa_activate_totp": reading("", before=twice_by_password),
    "mfa_deactivate_totp": reading("", before=twice_with_second_factor),
    "mfa_view_recovery_codes": reading("", before=twice_with_second_factor),
    "mfa_generate_recovery_codes": reading("", before=twice_with_second_factor),
    "mfa_download_recovery_codes": reading("", before=twice_with_second_factor),
    # the demonstration
    "demo-sign-in": Visit(
        kwargs=lambda world: {"slug": ACTOR.slug},
        post=lambda world: {},
        before=lambda client, world: make_user(email=ACTOR.email),
        status=302,
        leads="work",
    ),
}


class Page(HTMLParser):
    """A page as a strict reader sees it: what it loads, what it runs, what it names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.headings = 0
        self._loose = ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        self.headings += tag == "h1"
        runs = tag == "style" or (
            tag == "script" and "src" not in facts and facts.get("type") != "application/json"
        )
        self._loose = tag if runs else ""
        if "id" in facts:
            self.ids.append(facts["id"])
        for name, value in attributes:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"<{tag} {name}>")
            if name in {"src", "href", "action"} and re.match(
                r"(https?:)?//|javascript:", value or ""
            ):
                self.faults.append(f"<{tag} {name}={value}>")

    def handle_data(self, data):
        if self._loose and data.strip():
            self.faults.append(f"<{self._loose}>{data.strip()[:40]}")
        self._loose = ""


def faults_of(answer) -> list[str]:
    """What a page must never hold."""
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return []
    html = answer.content.decode()
    page = Page(html)
    found = list(page.faults)
    found += [f"id {one} twice" for one in set(page.ids) if page.ids.count(one) > 1]
    if "<html" in html:
        found += [] if page.headings == 1 else [f"{page.headings} main headings"]
        found += [] if "default-src 'none'" in answer["Content-Security-Policy"] else ["no CSP"]
    found += [f"unfilled {one}" for one in re.findall(r"%\(\w+\)s|\{\{|\{%|&lt;function", html)]
    return found


def visit(name: str, plan: Visit, world, language: str) -> list[str]:
    """Go there; the faults that were met."""
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    cache.clear()  # allauth counts how often one address comes
    if plan.who:
        client.force_login(world.cast.people[plan.who])
    plan.before(client, world)
    address = reverse(name, kwargs=plan.kwargs(world))
    if plan.post:
        answer = client.post(address, plan.post(world))
    else:
        answer = client.get(address, plan.query)
    if answer.status_code != plan.status:
        return [
            f"{answer.status_code} instead of {plan.status} {answer.headers.get('Location', '')}"
        ]
    if plan.leads:
        there = client.get(answer["Location"])
        if there.resolver_match is None or there.resolver_match.url_name != plan.leads:
            return [f"leads to {answer['Location']}"]
        return faults_of(there)
    found = faults_of(answer)
    if answer.streaming:
        list(answer)  # to its end: then the file behind it is closed
    return found


def test_every_address_has_its_visit():
    assert set(VISITS) == set(all_pages())


@pytest.mark.django_db
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_every_address_opens_for_somebody(settings, language):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # for speed
    with time_machine.travel(datetime(2026, 9, 1, 12, tzinfo=UTC)):
        world = make_world()
        faults = {}
        for name, plan in VISITS.items():
            start = transaction.savepoint()
            try:
                faults[name] = visit(name, plan, world, language)
            finally:
                transaction.savepoint_rollback(start)
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<p style="x">', "<p style>"),
        ('<p onclick="x">', "<p onclick>"),
        ("<script>alert(1)</script>", "<script>alert(1)"),
        (
            '<script src="https://cdn.example/x.js"></script>',
            "<script src=https://cdn.example/x.js>",
        ),
        ('<a href="//elsewhere.example">', "<a href=//elsewhere.example>"),
    ],
)
def test_every_fault_of_a_page_would_be_found(html, fault):
    assert Page(html).faults == [fault]


# --- templates ------------------------------------------------------------------------

FOLDERS = [ROOT / "templates", *(ROOT / app / "templates" for app in OURS)]
TEMPLATES = {
    str(path.relative_to(folder)): path
    for folder in FOLDERS
    for path in sorted(folder.rglob("*"))
    if path.is_file()
}
# What Django itself asks for by name.
BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html"}


def overrides(name: str) -> bool:
    """Whether a package brings a template of this name, which ours then replaces."""
    return any(
        (Path(folder) / name).exists()
        for folder in get_app_template_dirs("templates")
        if not Path(folder).is_relative_to(ROOT) or "site-packages" in str(folder)
    )


def own_code() -> Iterator[tuple[Path, str]]:
    for app in OURS:
        for path in (ROOT / app).rglob("*.py"):
            yield path, path.read_text()
    for path in TEMPLATES.values():
        yield path, path.read_text()


def is_named(name: str, code: list[tuple[Path, str]]) -> bool:
    """Whether a template is written out somewhere other than in itself, or is built by a view."""
    quoted = (f'"{name}"', f"'{name}'")
    return any(
        path != TEMPLATES[name] and any(one in text for one in quoted) for path, text in code
    )


def built_names() -> set[str]:
    """Templates that a view names with an argument: render(request, f"app/{name}.html")."""
    return {
        name
        for app in OURS
        for path in (ROOT / app).rglob("*.py")
        for name in filled_in(ast.parse(path.read_text()), "render", 1)
    }


# --- which texts a call can have as an argument ---------------------------------------


def filled_in(tree: ast.Module, called: str, position: int) -> Iterator[str]:
    """Every text that an argument of calls to `called` can be in this module.

    A text built of a parameter, as f"meetings/emails/{template}", is filled in with what the
    module's own calls give for that parameter.
    """
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and name_of(call) == called and len(call.args) > position:
                yield from texts(call.args[position], function, tree)


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def texts(node: ast.expr, function: ast.FunctionDef, tree: ast.Module) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body, function, tree)
        yield from texts(node.orelse, function, tree)
    elif isinstance(node, ast.JoinedStr):
        yield from joined(node, function, tree)


def joined(node: ast.JoinedStr, function: ast.FunctionDef, tree: ast.Module) -> Iterator[str]:
    [hole] = [one for one in node.values if isinstance(one, ast.FormattedValue)]
    for value in given_for(ast.unparse(hole.value), function, tree):
        yield "".join(value if one is hole else one.value for one in node.values)


def given_for(parameter: str, function: ast.FunctionDef, tree: ast.Module) -> Iterator[str]:
    position = [one.arg for one in function.args.args].index(parameter)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and name_of(call) == function.name:
            value = call.args[position]
            assert isinstance(value, ast.Constant), ast.unparse(call)
            yield value.value


# --- every template is used -----------------------------------------------------------


def queued_templates() -> set[str]:
    """Every message that is ever queued, as <app>/emails/<name>."""
    return {
        name
        for app in ("meetings", "delegations", "portal")
        for path in (ROOT / app).rglob("*.py")
        for queued in ("queue", "queue_unwritten")
        for name in filled_in(ast.parse(path.read_text()), queued, 0)
    }


def test_every_template_is_used():
    code = list(own_code())
    messages = {
        f"{name}{ending}" for name in queued_templates() for ending in (".txt", ".subject.txt")
    }
    known = BY_DJANGO | messages | built_names()
    unused = [
        name
        for name in TEMPLATES
        if name not in known and not overrides(name) and not is_named(name, code)
    ]
    assert unused == []


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_every_template_can_be_read(name):
    assert get_template(name)


def test_a_template_built_of_an_argument_is_known_by_what_the_module_gives():
    tree = ast.parse(
        "def tell(template):\n    queue(f'app/emails/{template}')\n"
        "def told():\n    tell('one')\n    tell('two')\n"
        "def late(is_late):\n    queue('app/emails/late' if is_late else 'app/emails/due')\n"
    )
    assert set(filled_in(tree, "queue", 0)) == {
        "app/emails/one",
        "app/emails/two",
        "app/emails/late",
        "app/emails/due",
    }


# --- messages -------------------------------------------------------------------------

MESSAGES = sorted(queued_templates())
SNAPSHOTS = ROOT / "tests" / "snapshots"


def test_there_are_messages_of_both_apps():
    assert {name.partition("/")[0] for name in MESSAGES} == {"meetings", "delegations"}


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_has_a_subject_and_a_text(name):
    assert {f"{name}.txt", f"{name}.subject.txt"} <= set(TEMPLATES)


@pytest.mark.parametrize("name", MESSAGES)
def test_the_text_of_every_message_is_stored(name):
    app, _emails, stem = name.split("/")
    assert [path for path in (SNAPSHOTS / app).glob(f"{stem}*.txt") if stem_of(path) == stem], (
        f"tests/snapshots/{app}/{stem}.txt is missing"
    )


def stem_of(path: Path) -> str:
    """The message a stored text belongs to: <message>[-variant][.language].txt."""
    return re.split(r"[-.]", path.name)[0]


def test_every_message_file_is_queued_by_somebody():
    found = {
        re.sub(r"(\.subject)?\.txt$", "", name)
        for name in TEMPLATES
        if "/emails/" in name and not Path(name).name.startswith("_")
    }
    assert found == set(MESSAGES)


# --- words ----------------------------------------------------------------------------

# What is the same in every language.
NO_WORDS = {"QR", "PDF", "UTC", "ICS"}
SEEN = ("alt", "aria-label", "placeholder", "title", "data-label", "content", "value", "label")
NOT_WORDS = re.compile(r"[^\W\d_]{2,}")
# Values of buttons and settings in the head are for machines.
FOR_MACHINES = {("meta", "content"), ("input", "value"), ("button", "value"), ("option", "value")}


class BareWords(HTMLParser):
    """The words of a template that no translation knows."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(without_tags(source))

    def handle_data(self, data):
        self.note(data)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in SEEN and (tag, name) not in FOR_MACHINES:
                self.note(value or "")

    def note(self, text: str) -> None:
        words = set(NOT_WORDS.findall(text)) - NO_WORDS
        self.found += sorted(words)


def without_tags(source: str) -> str:
    """The plain HTML of a template, without its tags, what they translate, and class names."""
    kept, inside = [], ""
    for token in DebugLexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            name, *words = token.contents.split()
            if name in {"blocktranslate", "comment"} or words[:1] in (
                ["body_class"],
                ["page_class"],
            ):
                inside = f"end{name}"
            elif name == inside:
                inside = ""
        elif token.token_type == TokenType.TEXT and not inside:
            kept.append(token.contents)
    return "".join(kept)


def untranslated_arguments(source: str) -> list[str]:
    """Literals given to an included template or a component without _( )."""
    found = []
    for token in DebugLexer(source).tokenize():
        words = token.contents.split()
        if token.token_type == TokenType.BLOCK and words[0] == "include":
            plain = re.sub(r'_\("[^"]*"\)', "", token.contents)
            found += re.findall(r'=("[A-Z][^"]*")', plain)
        if token.token_type == TokenType.BLOCK and words[0] == "badge":
            found += re.findall(r'^badge ("[^"]*")', token.contents)
    return found


# A document set in type has no words of its own: all of them come with its data.
@pytest.mark.parametrize("name", sorted(name for name in TEMPLATES if not name.endswith(".typ")))
def test_every_word_of_a_template_can_be_translated(name):
    source = TEMPLATES[name].read_text()
    assert BareWords(source).found + untranslated_arguments(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Bare words</p>",
        '<p aria-label="Bare">{{ x }}</p>',
        "{% translate 'Fine' %} bare",
        "Слова",
    ],
)
def test_every_bare_word_would_be_found(source):
    assert BareWords(source).found


def test_a_literal_given_to_a_component_would_be_found():
    assert untranslated_arguments('{% include "a.html" with title="Nothing here" %}')
    assert not untranslated_arguments('{% include "a.html" with title=_("Nothing here") n="x" %}')
    assert untranslated_arguments('{% badge "Late" "overdue" %}')


@pytest.mark.parametrize(
    "source",
    [
        "<p>{% translate 'Words' %} · {{ x }} – 12:30</p>",
        "{% blocktranslate trimmed %}Words{% endblocktranslate %}",
        '<meta name="viewport" content="width=device-width">',
        "{# Words for who edits this. #}",
        "{% comment %}Words{% endcomment %}",
    ],
)
def test_translated_words_and_machine_words_are_fine(source):
    assert BareWords(source).found == []


# --- the database and the settings ----------------------------------------------------


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_the_system_checks_are_clean():
    call_command("check", fail_level="WARNING", databases=["default"])


def test_every_app_that_is_ours_is_installed_before_the_packages():
    assert tuple(settings.INSTALLED_APPS[: len(OURS)]) == OURS
