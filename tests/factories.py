"""Plain functions that make what a test needs. Every argument may be left out.

They write rows straight into the database, past operations and workflows, so that a test can
begin in any state. Everything they invent is synthetic.
"""

import json
from datetime import date, time, timedelta
from itertools import count

from allauth.account.models import EmailAddress
from django.db.models import Max
from django.utils import timezone

from delegations.models import (
    Answer,
    Delegate,
    Delegation,
    Desk,
    Identity,
    Question,
    Questionnaire,
    Quota,
    holders,
    take_place,
)
from delegations.models.identity import erased_on
from meetings.dossier.importing import keep
from meetings.models import (
    ActionItem,
    Agenda,
    AgendaItem,
    AgendaNote,
    Appointment,
    Area,
    Body,
    BodyChange,
    BodyParty,
    Deadline,
    DeadlineRule,
    Feed,
    Figure,
    Meeting,
    Paper,
    Proposal,
    Remark,
    Room,
    Rules,
    Sitting,
    StatusReport,
    Undertaking,
    Wording,
)
from portal.models import Key, Notice, Organisation, Party, Person, User

_next = count(1)

PARTIES = {
    "MY": {
        "name": "Malaysia",
        "short_name": "Malaysia",
        "short_names": {"ru": "Малайзия", "ms": "Malaysia"},
        "city": "Kuala Lumpur",
        "cities": {"ru": "Куала-Лумпур"},
        "zone": "Asia/Kuala_Lumpur",
        "holiday_calendar": "MY",
    },
    "RU": {
        "name": "Russian Federation",
        "short_name": "Russia",
        "short_names": {"ru": "Россия", "ms": "Rusia"},
        "city": "Moscow",
        "cities": {"ru": "Москва", "ms": "Moscow"},
        "zone": "Europe/Moscow",
        "holiday_calendar": "RU",
        "language": "ru",
    },
    "AZ": {
        "name": "Republic of Azerbaijan",
        "short_name": "Azerbaijan",
        "short_names": {"ru": "Азербайджан", "ms": "Azerbaijan"},
        "city": "Baku",
        "cities": {"ru": "Баку"},
        "zone": "Asia/Baku",
        "holiday_calendar": "AZ",
    },
}


def today() -> date:
    """The day of the portal's clock, frozen or not."""
    return timezone.now().date()


# --- parties and people ---------------------------------------------------------------


def make_party(code="MY", **fields) -> Party:
    """One side: Malaysia, Russia or Azerbaijan as they are, any other code in UTC."""
    known = PARTIES.get(code, {"name": code, "short_name": code, "city": code, "zone": "UTC"})
    party, _made = Party.objects.get_or_create(code=code.lower(), defaults={**known, **fields})
    return party


def make_person(full_name=None, party=None, email=None, language="en", zone=None, **fields):
    """Somebody with an address; the zone is the party's unless given."""
    number = next(_next)
    return Person.objects.create(
        full_name=full_name or f"Person {number}",
        email=f"person-{number}@example.org" if email is None else email,
        party=party,
        language=language,
        zone=zone or (party.zone if party else "UTC"),
        **fields,
    )


def make_user(
    office=None,
    party=None,
    body=None,
    email=None,
    language="en",
    zone=None,
    full_name=None,
    person=None,
    password=None,
    title="",
    **fields,
) -> User:
    """An account with its person and, where an office is named, the appointment to it.

    A secretary without a party is of the neutral secretariat. Tests sign in by
    `client.force_login`; a password is set only where it is asked for, as it takes time.
    """
    person = person or make_person(full_name, party, email, language, zone)
    if password:
        user = User.objects.create_user(person.email, password, person=person, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    else:
        user = User(email=person.email, person=person, **fields)
        user.set_unusable_password()
        user.save()
    if office:
        make_appointment(user, body=body, office=office, party=party, title=title)
    return user


def make_organisation(name=None, party=None, **fields) -> Organisation:
    """A ministry or company of a side."""
    name = name or f"Ministry {next(_next)}"
    return Organisation.objects.create(name=name, party=party, **fields)


# --- bodies ---------------------------------------------------------------------------


def make_body(parties=None, kind="commission", parent=None, code=None, name=None, **fields):
    """A body with a seat for each party (Malaysia and Russia), those of its parent beneath one."""
    number = next(_next)
    if parties is None and parent:
        parties = parent.sides()
    if parties is None:
        parties = [make_party("MY"), make_party("RU")]
    body = Body.objects.create(
        kind=kind,
        parent=parent,
        code=code or f"body-{number}",
        name=name or f"{Body.Kind(kind).label} {number}",
        **fields,
    )
    for order, party in enumerate(parties, 1):
        BodyParty.objects.create(body=body, party=party, order=order)
    return body


def make_area(body=None, name=None, number=None, **fields) -> Area:
    """An area of cooperation under the next number of its body."""
    body = body or make_body()
    number = number or (body.areas.aggregate(last=Max("number"))["last"] or 0) + 1
    return Area.objects.create(body=body, number=number, name=name or f"Area {number}", **fields)


def make_rules(body=None, deadlines=(), **fields) -> Rules:
    """Rules of procedure without an end, with deadlines as (what, days before)."""
    rules = Rules.objects.create(body=body or make_body(), **fields)
    for what, days in deadlines:
        DeadlineRule.objects.create(rules=rules, what=what, days=days)
    return rules


def make_figure(body=None, name=None, party=None, **fields) -> Figure:
    """A figure of one year at the end of its body's list, of all sides unless a party is named."""
    body = body or make_body()
    fields = {"value": 12, "unit": "million USD", "period": "2025", **fields}
    order = fields.pop("order", body.figures.count() + 1)
    name = name or f"Trade {next(_next)}"
    return Figure.objects.create(body=body, order=order, name=name, party=party, **fields)


def make_remark(body=None, text="The sources differ.", meeting=None, **fields) -> Remark:
    """A remark on a body, or on one of its meetings."""
    body = body or (meeting.body if meeting else make_body())
    return Remark.objects.create(body=body, meeting=meeting, text=text, **fields)


def make_change(body=None, kind="suspend", proposer=None, **fields) -> BodyChange:
    """A change put to the sides of a body, still without a key."""
    fields.setdefault("reason", "Note verbale 12/2026.")
    body = body or make_body()
    return BodyChange.objects.create(body=body, kind=kind, proposer=proposer, **fields)


def make_appointment(
    who=None, body=None, office="secretary", party=None, since=None, until=None, **fields
) -> Appointment:
    """An office of a person, or of an account's person; for the person's own side unless named.

    Whoever is to be neutral has no party.
    """
    who = who or make_person(party=party)
    person = who.person if isinstance(who, User) else who
    appointment = Appointment.objects.create(
        body=body or make_body(),
        person=person,
        party=party or person.party,
        office=office,
        since=since,
        until=until,
        **fields,
    )
    forget_standing(who)
    return appointment


def forget_standing(who) -> None:
    """Let an account ask anew what it holds; on pages that happens with each request."""
    who.__dict__.pop("_standing", None)


# --- meetings -------------------------------------------------------------------------


def make_meeting(body=None, status="proposed", starts_on=None, days=1, number=None, **fields):
    """A meeting in 40 days, under the next number of its body, in its first side's zone."""
    body = body or make_body()
    series = fields.get("series", Meeting.Series.ORDINARY)
    taken = body.meetings.filter(series=series).aggregate(last=Max("number"))["last"] or 0
    starts_on = starts_on or today() + timedelta(days=40)
    numbered = series in Meeting.NUMBERED
    return Meeting.objects.create(
        body=body,
        status=status,
        number=(number or taken + 1) if numbered else None,
        starts_on=starts_on,
        ends_on=fields.pop("ends_on", None) or starts_on + timedelta(days=days - 1),
        zone=fields.pop("zone", None) or body.sides()[0].zone,
        was_announced=fields.pop("was_announced", status not in Meeting.PREPARED),
        **fields,
    )


def make_deadline(meeting, what="papers", due_on=None, party=None, **fields) -> Deadline:
    """Something due two weeks before the meeting, for all sides together."""
    due_on = due_on or meeting.starts_on - timedelta(days=14)
    return Deadline.objects.create(meeting=meeting, what=what, due_on=due_on, party=party, **fields)


def make_sitting(
    meeting=None, day=None, wall=time(15), zone=None, minutes=120, kind="plenary", **fields
) -> Sitting:
    """A plenary session of two hours at 15:00 of the meeting's clock on its first day."""
    meeting = meeting or make_meeting()
    return Sitting.objects.create(
        meeting=meeting,
        day=day or meeting.starts_on,
        wall=wall,
        zone=zone or meeting.zone,
        minutes=minutes,
        kind=kind,
        **fields,
    )


def make_proposal(meeting=None, party=None, status="open", starts_on=None, **fields) -> Proposal:
    """Days and a place that a side, or the neutral secretariat, puts to the others."""
    meeting = meeting or make_meeting()
    starts_on = starts_on or meeting.starts_on
    length = meeting.ends_on - meeting.starts_on
    return Proposal.objects.create(
        meeting=meeting,
        party=party,
        status=status,
        starts_on=starts_on,
        ends_on=fields.pop("ends_on", None) or starts_on + length,
        zone=fields.pop("zone", meeting.zone),
        mode=fields.pop("mode", meeting.mode),
        place=fields.pop("place", meeting.place),
        by_name=fields.pop("by_name", "An officer"),
        **fields,
    )


def make_wording(meeting=None, party=None, title="Another title", **fields) -> Wording:
    """Another title that a side, or the neutral secretariat, puts to the others."""
    meeting = meeting or make_meeting(status="announced")
    fields.setdefault("about", meeting.about)
    fields.setdefault("by_name", "An officer")
    return Wording.objects.create(meeting=meeting, party=party, title=title, **fields)


def make_room(name=None, **fields) -> Room:
    """A room that one sitting at a time can use."""
    return Room.objects.create(name=name or f"Room {next(_next)}", **fields)


def make_key(target, subject="dates", party=None, holder=None, revision=None, **fields) -> Key:
    """A party's live key to the present revision of something."""
    return Key.objects.create(
        target=target,
        subject=subject,
        party=party,
        holder=holder,
        holder_name=fields.pop("holder_name", holder.name if holder else "A co-chair"),
        revision=revision or target.revision,
        **fields,
    )


def make_feed(user=None, scope="all", **fields) -> Feed:
    """A person's live calendar link; asked twice it is the same."""
    feed, _made = Feed.objects.live().get_or_create(user=user or make_user(), scope=scope, **fields)
    return feed


# --- action items ---------------------------------------------------------------------


def make_item(
    meeting=None, text=None, due_on=None, status="open", owners=None, organisations=None, **fields
) -> ActionItem:
    """An agreed item with an undertaking, an owner and an organisation for every side.

    `owners` and `organisations` name them by party; None there means that nobody is named.
    """
    meeting = meeting or make_meeting(status="held", starts_on=today() - timedelta(days=60))
    number = fields.pop("number", None) or meeting.items.count() + 1
    if status == ActionItem.Status.DONE:
        fields.setdefault("closed_at", timezone.now())
    item = ActionItem.objects.create(
        meeting=meeting,
        number=number,
        text=text or f"Exchange the lists of laboratories, part {number}.",
        due_on=due_on,
        status=status,
        **fields,
    )
    for party in meeting.body.sides():
        Undertaking.objects.create(
            item=item,
            party=party,
            owner=(owners or {}).get(party) if owners is not None else make_person(party=party),
            organisation=(organisations or {}).get(party)
            if organisations is not None
            else make_organisation(party=party),
        )
    return item


def make_report(item, party, state="on_track", text="", at=None, by=None) -> StatusReport:
    """What a side reports on its part, now unless `at` says when."""
    undertaking = item.undertakings.get(party=party)
    report = StatusReport.objects.create(
        undertaking=undertaking,
        state=state,
        text=text,
        reported_at=at or timezone.now(),
        reporter=by,
        reporter_name=by.name if by else "A reporter",
    )
    undertaking.latest = report
    undertaking.save(update_fields=["latest"])
    return report


# --- agenda and papers ----------------------------------------------------------------


def make_agenda(meeting=None, points=("Opening", "Halal", "Signing"), status="provisional"):
    """An agenda with a few points in their order."""
    agenda = Agenda.objects.create(meeting=meeting or make_meeting(), status=status)
    for title in points:
        make_point(agenda, title)
    return agenda


def make_point(agenda=None, title=None, parent=None, **fields) -> AgendaItem:
    """A point at the end of an agenda, or beneath another one."""
    agenda = agenda or make_agenda()
    row = agenda.items.filter(parent=parent)
    last = row.aggregate(last=Max("position"))["last"] or 0
    return AgendaItem.objects.create(
        agenda=agenda,
        parent=parent,
        position=fields.pop("position", last + 1),
        title=title or f"Point {next(_next)}",
        **fields,
    )


def make_own_note(item, party, text="What we say to nobody.") -> AgendaNote:
    """What a side notes on a point for itself."""
    return AgendaNote.objects.create(item=item, party=party, text=text)


def make_paper(body=None, title=None, access="shared", party=None, meeting=None, **fields):
    """A paper of a meeting or a body, without a file unless one is given."""
    return Paper.objects.create(
        body=body or (meeting.body if meeting else make_body()),
        meeting=meeting,
        title=title or f"Paper {next(_next)}",
        access=access,
        party=party,
        **fields,
    )


# --- delegations ----------------------------------------------------------------------


def make_desk(meeting=None, status="open", capacity=None, **fields) -> Desk:
    """The registration desk of an announced meeting, with a delegation for every side."""
    meeting = meeting or make_meeting(status="announced")
    for party in meeting.body.sides():
        make_delegation(meeting, party)
    desk = Desk.objects.create(meeting=meeting, status=status, **fields)
    if capacity is not None:
        make_quota(desk, limit=capacity)
    return desk


def make_quota(desk, limit=1, **fields) -> Quota:
    """A number of places; whoever holds one already is counted."""
    quota = Quota(desk=desk, limit=limit, **fields)
    quota.taken = holders(quota).count()
    quota.save()
    return quota


def make_questionnaire(desk, track="open", **fields) -> Questionnaire:
    """The form of one track; asked twice it is the same."""
    found, _made = Questionnaire.objects.get_or_create(desk=desk, track=track, defaults=fields)
    return found


def make_question(desk, label, kind="text", track="open", **fields) -> Question:
    """A question of a meeting's own; choices only where its kind has them."""
    choices = fields.pop("choices", [])
    fields["choices"] = choices if kind in Question.CHOSEN else []
    form = make_questionnaire(desk, track)
    fields.setdefault("order", form.questions.count() + 1)
    return Question.objects.create(questionnaire=form, label=label, kind=kind, **fields)


def make_answer(delegate, question, value=None, **fields) -> Answer:
    """What one delegate answered to one question."""
    return Answer.objects.create(delegate=delegate, question=question, value=value, **fields)


def make_identity(delegate, document="K1234567", **fields) -> Identity:
    """Passport data of one delegate, to be deleted a month after the meeting."""
    fields.setdefault("erase_on", erased_on(delegate.meeting.ends_on))
    return Identity.objects.create(delegate=delegate, document=document, **fields)


def make_delegation(meeting=None, party=None) -> Delegation:
    """One side's delegation; asked twice it is the same."""
    meeting = meeting or make_meeting(status="announced")
    party = party or meeting.body.sides()[0]
    delegation, _made = Delegation.objects.get_or_create(meeting=meeting, party=party)
    return delegation


def make_delegate(
    meeting=None, party=None, status="approved", full_name=None, person=None, sittings=(), **fields
) -> Delegate:
    """A registration with its person; one that is live takes a place at the desk, if there is one.

    The person serves no side: whom a registration names does not thereby hold an office.
    """
    delegation = make_delegation(meeting, party)
    if status == Delegate.Status.WAITING:
        fields.setdefault("waiting_since", timezone.now())
    person = person or make_person(full_name, zone=delegation.party.zone)
    delegate = Delegate.objects.create(
        delegation=delegation,
        person=person,
        status=status,
        full_name=full_name or person.full_name,
        latin_name=fields.pop("latin_name", person.latin_name),
        email=fields.pop("email", person.email),
        organisation=fields.pop("organisation", "Institute of Standards"),
        sector=fields.pop("sector", "government"),
        language=fields.pop("language", person.language),
        zone=fields.pop("zone", person.zone),
        **fields,
    )
    delegate.sittings.set(sittings)
    if status in Delegate.HOLDING and not take_place(delegate, sittings):
        raise ValueError("This desk has no place left: make it with a larger capacity.")
    return delegate


# --- messages -------------------------------------------------------------------------


def make_notice(about=None, party=None, state="queued", person=None, **fields) -> Notice:
    """A message in the outbox, in any state."""
    number = next(_next)
    person = person or make_person(party=party)
    if state == Notice.State.SENT:
        fields.setdefault("sent_at", timezone.now())
        fields.setdefault("attempts", 1)
    if state == Notice.State.SENDING:
        fields.setdefault("claimed_at", timezone.now())
        fields.setdefault("attempts", 1)
    return Notice.objects.create(
        key=fields.pop("key", f"made:{number}"),
        template=fields.pop("template", "meetings/emails/meeting_announced"),
        target=about,
        party=party,
        person=person,
        name=fields.pop("name", person.full_name),
        email=fields.pop("email", person.email),
        language=fields.pop("language", person.language),
        zone=fields.pop("zone", person.zone),
        subject=fields.pop("subject", f"Subject {number}"),
        body=fields.pop("body", f"Text {number}\n"),
        state=state,
        **fields,
    )


# --- dossiers ---------------------------------------------------------------------------


def make_dossier(code="az-my-jc", **body) -> dict:
    """A small commission of Azerbaijan and Malaysia with one session, as a dossier."""
    az, my = PARTIES["AZ"], PARTIES["MY"]
    kept = ("name", "short_name", "city", "zone")
    return {
        "format": "commission-dossier",
        "version": 1,
        "parties": [
            {"code": "az", **{name: az[name] for name in kept}},
            {"code": "my", **{name: my[name] for name in kept}},
        ],
        "people": [{"id": "chair", "full_name": "Aydin Synthetic", "party": "az"}],
        "organisations": [{"id": "economy", "party": "az", "name": "Synthetic Ministry"}],
        "bodies": [
            {
                "code": code,
                "kind": "commission",
                "name": "Synthetic Commission",
                "seats": [{"party": "az", "order": 1}, {"party": "my", "order": 2}],
                "appointments": [{"person": "chair", "party": "az", "office": "chair"}],
                "areas": [{"id": "oil", "number": 1, "name": "Oil"}],
                "meetings": [
                    {
                        "series": "ordinary",
                        "number": 1,
                        "status": "held",
                        "starts_on": "2021-05-25",
                        "zone": "Asia/Baku",
                        "sittings": [
                            {
                                "id": "plenary",
                                "kind": "plenary",
                                "day": "2021-05-25",
                                "wall": "10:00",
                            }
                        ],
                        "agenda": {"status": "adopted", "items": [{"id": "a1", "title": "Trade"}]},
                        "items": [
                            {
                                "number": 1,
                                "text": "Exchange lists.",
                                "undertakings": [{"party": "az", "owner": "chair"}],
                            }
                        ],
                    }
                ],
                **body,
            }
        ],
    }


def make_upload(user, dossier=None):
    """A dossier that somebody has looked at and not brought in yet."""
    content = json.dumps(dossier or make_dossier()).encode()
    return keep(content, name="commission.json", by=user)
