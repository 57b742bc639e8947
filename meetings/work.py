"""What waits for a person in meetings and follow-up."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import (
    ActionItem,
    Agenda,
    AgendaItem,
    Appointment,
    BodyChange,
    BodyParty,
    Deadline,
    Meeting,
    Paper,
    Proposal,
    Rules,
    Sitting,
    StatusReport,
    Undertaking,
    Wording,
    at_joint,
    know_bodies,
    standing,
    with_words,
)
from meetings.permissions import can_meet_deadline, can_propose, can_run
from meetings.transitions import (
    BODY_CHANGE,
    CLOSING,
    DATES,
    FREE_NUMBER,
    LATE,
    MEETING,
    MOVE,
    POINTS,
    RELEASE,
    WORDS,
    number_offered,
)
from portal.agreement import Agreement, Seal
from portal.models import User
from portal.work import WorkItem

SOON = timedelta(days=14)
POSTPONED, CANCELLED = Meeting.Status.POSTPONED, Meeting.Status.CANCELLED
AT_MOST = 50  # of one sort; nobody reads more in one go, and the lists have the rest


def work_for(user: User, today: date) -> Iterator[WorkItem]:
    """Keys to give, meetings to announce, items that are late or due soon."""
    held = standing(user)
    if held.held:
        yield from _meetings(user, today)
        yield from _body_keys(user)
        yield from _vacancies(user, today)
        yield from _closing_keys(user)
        yield from _agenda_keys(user)
        yield from _late_points(user)
        yield from _paper_keys(user)
        yield from _deadlines(user, today)
    yield from _undertakings(user, today)


def coming_for(user: User, today: date) -> list[Sitting]:
    """The next sittings in the bodies where the user holds an office."""
    held = standing(user)
    if not held.held:
        return []
    found = list(
        Sitting.objects.upcoming(timezone.now())
        .filter(meeting__in=Meeting.objects.inside(user))
        .select_related("meeting__body", "area")
        .prefetch_related("meeting__body__seats__party")[:12]
    )
    know_bodies([sitting.meeting for sitting in found])
    for sitting in found:
        sitting.reader = user
    return found


def _meetings(user: User, today: date) -> Iterator[WorkItem]:
    """Dates to agree to or to propose anew, moves and numbers to answer, meetings to announce."""
    waiting = Q(status__in=[*Meeting.PREPARED[1:], *Meeting.FIXED], ends_on__gte=today)
    found = list(
        with_words(Meeting.objects.inside(user))
        .filter(waiting | number_offered() | Q(status=POSTPONED, is_to_be_reworded=True))
        .for_list()
        .order_by("starts_on", "pk")[:AT_MOST]
    )
    know_bodies(found)
    yield from _numbers(user, [one for one in found if one.status == CANCELLED])
    ahead = [one for one in found if not one.is_off]
    keys, latest = DATES.keys_of(ahead), _latest_proposals(ahead)
    yield from _moves(user, [one for one in latest.values() if one.meeting.status in Meeting.FIXED])
    yield from _wordings(user, [one for one in found if _is_to_be_reworded(one)])
    for meeting in ahead:
        if meeting.is_prepared:
            seals = DATES.seals(meeting, keys[meeting.pk])
            yield from _prepared(user, meeting, seals, latest.get(meeting.pk))


def _is_to_be_reworded(meeting: Meeting) -> bool:
    """Whether other words are asked for; a postponed meeting keeps its title till it is held."""
    return meeting.is_to_be_reworded and meeting.status != CANCELLED


def _numbers(user: User, cancelled: Sequence[Meeting]) -> Iterator[WorkItem]:
    """Cancelled meetings whose number another side has agreed to give free."""
    keys = FREE_NUMBER.keys_of(cancelled)
    for meeting in cancelled:
        seals = FREE_NUMBER.seals(meeting, keys[meeting.pk])
        given = [seal for seal in seals if seal.state == "full"]
        if given and _awaits(FREE_NUMBER, meeting, seals, user):
            yield WorkItem(
                title=meeting.full_label,
                why=_("%(party)s agrees to give its number free. Your side’s key is awaited.")
                % {"party": given[0].party.label},
                url=meeting.get_absolute_url(),
                deed=_("Read and answer"),
                tone="key",
                since=given[0].at,
            )


def _latest_proposals(meetings: Sequence[Meeting]) -> dict[int, Proposal]:
    """The last round of each meeting, in one query."""
    found = Proposal.objects.filter(meeting__in=meetings).select_related("party")
    latest = {proposal.meeting_id: proposal for proposal in found.order_by("at", "pk")}
    known = {meeting.pk: meeting for meeting in meetings}
    for proposal in latest.values():
        proposal.meeting = known[proposal.meeting_id]
    return latest


def _prepared(
    user: User, meeting: Meeting, seals: Sequence[Seal], latest: Proposal | None
) -> Iterator[WorkItem]:
    missing = [seal for seal in seals if seal.state != "full"]
    own = [seal for seal in missing if DATES.office(user, meeting, seal.party)]
    if latest and latest.status in {Proposal.Status.DECLINED, Proposal.Status.WITHDRAWN}:
        if can_propose(user, meeting):
            yield _to_propose(meeting, latest)
    elif own:
        yield _dates_key(meeting, own[0], latest)
    elif not missing and meeting.status == Meeting.Status.AGREED and can_run(user, meeting):
        yield _announcement(meeting)


def _dates_key(meeting: Meeting, seal: Seal, latest: Proposal | None) -> WorkItem:
    """The own side's key: to a first proposal, or to another side's answer."""
    why = _("The key of %(party)s to dates and place is awaited.")
    if latest and latest.party and meeting.status == Meeting.Status.COUNTER_PROPOSED:
        why = _("%(side)s answered with %(days)s. The key of %(party)s is awaited.")
    elif latest and latest.party:
        why = _("%(side)s proposes %(days)s. The key of %(party)s is awaited.")
    return WorkItem(
        title=meeting.full_label,
        why=why
        % {
            "party": seal.party.label,
            "side": latest.party.label if latest and latest.party else "",
            "days": meeting.days_words,
        },
        url=meeting.get_absolute_url(),
        deed=_("Read and give the key"),
        tone="key",
        since=seal.at or (latest.at if latest else None),
        due=meeting.starts_on,
    )


def _to_propose(meeting: Meeting, latest: Proposal) -> WorkItem:
    return WorkItem(
        title=meeting.full_label,
        why=_("The last proposal was declined or withdrawn. New dates are to be proposed."),
        url=meeting.get_absolute_url(),
        deed=MEETING.transitions["counter_propose"].label,
        since=latest.at,
        due=meeting.starts_on,
    )


def _moves(user: User, proposals: Sequence[Proposal]) -> Iterator[WorkItem]:
    """Announced meetings that another side proposes to move."""
    waiting = [one for one in proposals if one.status == Proposal.Status.OPEN]
    keys = MOVE.keys_of(waiting)
    for proposal in waiting:
        missing = MOVE.missing(proposal, keys[proposal.pk])
        own = [party for party in missing if MOVE.office(user, proposal, party)]
        if own:
            yield WorkItem(
                title=proposal.meeting.full_label,
                why=_("It is to be moved to %(days)s. The key of %(party)s is awaited.")
                % {"days": proposal.days_words, "party": own[0].label},
                url=proposal.get_absolute_url(),
                deed=_("Read and answer"),
                tone="key",
                since=proposal.at,
                due=proposal.meeting.starts_on,
            )


def _wordings(user: User, meetings: Sequence[Meeting]) -> Iterator[WorkItem]:
    """Announced meetings for which another side proposes other words."""
    if not meetings:
        return
    known = {meeting.pk: meeting for meeting in meetings}
    waiting = list(Wording.objects.open().filter(meeting__in=meetings).select_related("party"))
    keys = WORDS.keys_of(waiting)
    for wording in waiting:
        wording.meeting = known[wording.meeting_id]
        missing = WORDS.missing(wording, keys[wording.pk])
        own = [party for party in missing if WORDS.office(user, wording, party)]
        if own:
            yield WorkItem(
                title=wording.meeting.full_label,
                why=_("Another title or description is proposed. The key of %(party)s is awaited.")
                % {"party": own[0].label},
                url=wording.get_absolute_url(),
                deed=_("Read and answer"),
                tone="key",
                since=wording.at,
                due=wording.meeting.starts_on,
            )


def _announcement(meeting: Meeting) -> WorkItem:
    """Every side agreed: to exact days it is announced, to a month the days come next."""
    if meeting.is_exact:
        why = _("Every side has agreed to the dates. The meeting can be announced.")
        deed = MEETING.transitions["announce"].label
    else:
        why = _("Every side has agreed to %(days)s. The exact days are to be proposed.") % {
            "days": meeting.days_words
        }
        deed = MEETING.transitions["counter_propose"].label
    return WorkItem(
        title=meeting.full_label,
        why=why,
        url=meeting.get_absolute_url(),
        deed=deed,
        due=meeting.starts_on,
    )


def _body_keys(user: User) -> Iterator[WorkItem]:
    """Changes of a body that await the key of the user's side."""
    found = BodyChange.objects.visible_to(user).open().for_list()
    changes = list(found.prefetch_related("body__seats__party")[:AT_MOST])
    keys = BODY_CHANGE.keys_of(changes)
    for change in changes:
        missing = BODY_CHANGE.missing(change, keys[change.pk])
        own = [party for party in missing if BODY_CHANGE.office(user, change, party)]
        if own:
            yield WorkItem(
                title=change.body.label,
                why=_("The key of %(party)s is awaited: %(change)s.")
                % {"party": own[0].label, "change": change.label},
                url=change.get_absolute_url(),
                deed=_("Read and give the key"),
                tone="key",
                since=change.at,
            )


def _vacancies(user: User, today: date) -> Iterator[WorkItem]:
    """Vacant chairs of the secretary's own side where a meeting lies ahead: none is announced."""
    same = {"body": OuterRef("body"), "party": OuterRef("party")}
    chairs = Appointment.objects.on(today).chairs().filter(**same)
    ahead = Meeting.objects.ahead().filter(
        Q(body=OuterRef("body")) | Q(numbers__body=OuterRef("body")), side=None, ends_on__gte=today
    )
    seats = list(
        BodyParty.objects.on(today)
        .filter(standing(user).serves("body", "party", "secretary"), Exists(ahead))
        .exclude(Exists(chairs))
        .select_related("body", "party")[:AT_MOST]
    )
    rules = Rules.objects.applying((seat.body, today) for seat in seats)
    for seat in seats:
        by = rules[seat.body_id, today]
        if by is None or by.chairing == Rules.Chairing.EACH_SIDE:
            yield WorkItem(
                title=seat.body.label,
                why=_("%(party)s has no co-chair in office, and a meeting lies ahead.")
                % {"party": seat.party.label},
                url=reverse("appointment-new", args=[seat.body_id, seat.party_id]),
                deed=_("Appoint a co-chair"),
            )


def _closing_keys(user: User) -> Iterator[WorkItem]:
    """Items that another side has agreed to close and the user's side not yet."""
    if not _led(user):
        return
    items = list(
        ActionItem.objects.visible_to(user)
        .open()
        .filter(_chaired(user, ActionItem, "meeting"))
        .for_list()
        .order_by("pk")
    )
    know_bodies([item.meeting for item in items])
    keys = CLOSING.keys_of(items)
    for item in items:
        seals = CLOSING.seals(item, keys[item.pk])
        given = [seal for seal in seals if seal.state == "full"]
        own = [
            seal
            for seal in seals
            if seal.state != "full" and CLOSING.office(user, item, seal.party)
        ]
        if given and own:
            yield WorkItem(
                title=f"{item.reference} · {item.words}",
                why=_("%(party)s says this is done. Your key is awaited.")
                % {"party": given[0].party.label},
                url=item.get_absolute_url(),
                deed=_("Read and give the key"),
                tone="key",
                since=given[0].at,
            )


def _undertakings(user: User, today: date) -> Iterator[WorkItem]:
    """Undertakings of the user, or of a side the user chairs, that are late or due soon."""
    held = standing(user)
    mine = Q(pk__in=Undertaking.objects.owned_by(user).values("pk") if user.person_id else [])
    offices = ("chair", "focal_point")
    further = held.serves("item__meeting__numbers__body", "party", *offices)
    led = held.serves("item__meeting__body", "party", *offices)
    led |= at_joint(Undertaking, held, further, "item__meeting")
    undertakings = (
        Undertaking.objects.filter(mine | led)
        .filter(item__status=ActionItem.Status.OPEN, item__due_on__lte=today + SOON)
        .exclude(latest__state=StatusReport.State.DONE)
        .select_related("item__meeting__body", "party")
        .order_by("item__due_on")[:AT_MOST]
    )
    for undertaking in undertakings:
        yield _report(undertaking, today)


def _report(undertaking: Undertaking, today: date) -> WorkItem:
    item = undertaking.item
    late = item.is_overdue(today)
    why = _("%(party)s is past the agreed day.") if late else _("%(party)s reports on this soon.")
    return WorkItem(
        title=f"{item.reference} · {item.words}",
        why=why % {"party": undertaking.party.label},
        url=item.get_absolute_url(),
        deed=_("Report"),
        tone="late" if late else "due",
        due=item.due_on,
    )


def _deadlines(user: User, today: date) -> Iterator[WorkItem]:
    """What is due soon or was missed for a meeting, and is the user's to do."""
    found = list(
        Deadline.objects.visible_to(user)
        .awaited()
        .filter(due_on__lte=today + SOON)
        .exclude(meeting__status=Meeting.Status.IDEA)
        .select_related("meeting__body", "party")
        .order_by("due_on", "pk")[:AT_MOST]
    )
    know_bodies([deadline.meeting for deadline in found])
    for deadline in found:
        if can_meet_deadline(user, deadline):
            yield _deadline(deadline, today)


def _deadline(deadline: Deadline, today: date) -> WorkItem:
    missed = deadline.is_missed(today)
    return WorkItem(
        title=deadline.meeting.full_label,
        why=(_("Missed: %(what)s.") if missed else _("Due soon: %(what)s."))
        % {"what": deadline.get_what_display()},
        url=f"{reverse('meeting-deadlines', args=[deadline.meeting_id])}#deadline-{deadline.pk}",
        deed=_("See the deadlines"),
        tone="late" if missed else "due",
        due=deadline.due_on,
    )


def _agenda_keys(user: User) -> Iterator[WorkItem]:
    """Agendas that another side has agreed to and the user's side not yet."""
    agendas = list(
        Agenda.objects.filter(status=Agenda.Status.PROVISIONAL)
        .filter(POINTS.given(Agenda), _chaired(user, Agenda, "meeting"))
        .filter(meeting__status__in=Meeting.AHEAD)
        .select_related("meeting__body")
        .prefetch_related("meeting__body__seats__party")
        .order_by("meeting__starts_on", "pk")[:AT_MOST]
    )
    know_bodies([agenda.meeting for agenda in agendas])
    keys = POINTS.keys_of(agendas)
    for agenda in agendas:
        seals = POINTS.seals(agenda, keys[agenda.pk])
        given = [seal for seal in seals if seal.state == "full"]
        if given and _awaits(POINTS, agenda, seals, user):
            yield WorkItem(
                title=agenda.meeting.full_label,
                why=_("%(party)s has agreed to the agenda. Your key is awaited.")
                % {"party": given[0].party.label},
                url=agenda.get_absolute_url(),
                deed=_("Read and give the key"),
                tone="key",
                since=given[0].at,
                due=agenda.meeting.starts_on,
            )


def _led(user: User) -> list[int]:
    """The bodies that the user leads."""
    return [one.body_id for one in standing(user).held if one.office == "chair"]


def _chaired(user: User, model: type[Model], meeting: str, body: str = "") -> Q:
    """Rows of the bodies that the user leads, of a joint meeting by any body that it serves."""
    led = _led(user)
    further = Q(**{f"{meeting}__numbers__body__in": led})
    own = Q(**{f"{body or f'{meeting}__body'}__in": led})
    return own | at_joint(model, standing(user), further, meeting)


def _awaits(agreement: Agreement, obj: Any, seals: list[Seal], user: User) -> bool:
    """Whether a key that the user turns is missing."""
    return any(seal.state != "full" and agreement.office(user, obj, seal.party) for seal in seals)


def _late_points(user: User) -> Iterator[WorkItem]:
    """Points proposed for an agreed agenda whose key the user has not given."""
    items = list(
        AgendaItem.objects.visible_to(user)
        .filter(_chaired(user, AgendaItem, "agenda__meeting"), status=AgendaItem.Status.LATE)
        .filter(agenda__meeting__status__in=Meeting.AHEAD)
        .select_related("agenda__meeting__body", "proposer")
        .prefetch_related("agenda__meeting__body__seats__party")
        .order_by("pk")[:AT_MOST]
    )
    know_bodies([item.agenda.meeting for item in items])
    keys = LATE.keys_of(items)
    for item in items:
        if _awaits(LATE, item, LATE.seals(item, keys[item.pk]), user):
            yield WorkItem(
                title=item.agenda.meeting.full_label,
                why=_("%(party)s proposes to add “%(point)s” to the agreed agenda.")
                % {"party": item.proposer.label, "point": item.label},
                url=item.get_absolute_url(),
                deed=_("Read and answer"),
                tone="key",
                since=item.asked_at,
                due=item.agenda.meeting.starts_on,
            )


def _paper_keys(user: User) -> Iterator[WorkItem]:
    """Papers that all sides are asked about and the user's side has not answered."""
    papers = list(
        Paper.objects.visible_to(user)
        .exclude(wanted="")
        .filter(_chaired(user, Paper, "meeting", "body"), status=Paper.Status.CURRENT)
        .for_list()
        .prefetch_related("body__seats__party", "meeting__body__seats__party")
        .order_by("pk")[:AT_MOST]
    )
    know_bodies([paper.meeting for paper in papers if paper.meeting])
    keys = RELEASE.keys_of(papers)
    for paper in papers:
        if _awaits(RELEASE, paper, RELEASE.seals(paper, keys[paper.pk]), user):
            yield WorkItem(
                title=paper.label,
                why=_("All sides are asked to make this paper: %(wanted)s.")
                % {"wanted": paper.get_wanted_display()},
                url=paper.get_absolute_url(),
                deed=_("Read and give the key"),
                tone="key",
                since=paper.asked_at,
            )
