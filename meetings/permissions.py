"""Who may do what in meetings. Each answers one question and knows nothing of pages."""

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from meetings.models import (
    ActionItem,
    Agenda,
    AgendaItem,
    Appointment,
    Body,
    BodyChange,
    Deadline,
    Figure,
    Meeting,
    NoteVerbale,
    Paper,
    Proposal,
    Remark,
    Sitting,
    Standing,
    Undertaking,
    Wording,
    at_joint,
    standing,
)
from portal import work
from portal.models import Notice, Organisation, Party, Person

if TYPE_CHECKING:
    from portal.models import User


def can_schedule(user: "User", body: Body) -> bool:
    """Secretaries, of a side or neutral, schedule the meetings of their bodies."""
    return standing(user).is_secretary(body)


def can_manage_body(user: "User", body: Body) -> bool:
    """Secretaries, of a side or neutral, keep a body's names in order.

    What takes every side's key (its seats, suspending or closing it, and once it has met its
    areas, rules and place) is proposed instead.
    """
    return standing(user).is_secretary(body)


def can_change_terms(user: "User", body: Body) -> bool:
    """Areas and rules: its secretaries while a body is set up, then whoever proposes changes."""
    if not can_propose_change(user, body):
        return False
    return can_manage_body(user, body) or body.has_met


def can_decide_for_all(user: "User", body: Body) -> bool:
    """The neutral secretariat enters what the sides told it, with the note verbale as reason."""
    return standing(user).is_neutral(body)


def can_propose_change(user: "User", body: Body) -> bool:
    """A side's secretary or co-chair puts a change of the body to the others."""
    held = standing(user)
    return held.is_neutral(body) or bool(held.parties(body, "chair", "secretary"))


def change_office(user: "User", change: BodyChange, party: Party) -> str:
    """The office by which the user turns a party's key to a change of the body."""
    return _office(user, change.body, party, "chair", "secretary")


def can_decline_change(user: "User", change: BodyChange) -> bool:
    """Any side but the one that proposed it."""
    sides = standing(user).parties(change.body, "chair", "secretary")
    return bool(sides - {change.proposer_id})


def can_withdraw_change(user: "User", change: BodyChange) -> bool:
    """The side that proposed it; what the neutral secretariat proposed, that secretariat."""
    if change.proposer_id is None:
        return standing(user).is_neutral(change.body)
    return change.proposer_id in standing(user).parties(change.body, "chair", "secretary")


def can_speak_for(user: "User", body: Body, party: Party | None) -> bool:
    """Own offices, names and lead organisations: the side's secretary or co-chair, or neutral.

    Whom the neutral secretariat consists of is for itself alone.
    """
    held = standing(user)
    if held.is_neutral(body):
        return True
    return party is not None and party.pk in held.parties(body, "chair", "secretary")


def sides_spoken_for(user: "User", body: Body) -> list[Party]:
    """The sides whose offices, names and lead organisations the user keeps."""
    return [party for party in body.sides(user) if can_speak_for(user, body, party)]


def can_keep_figure(user: "User", figure: Figure) -> bool:
    """Any secretary writes what counts for all; what a side's statistics say, that side."""
    whose = figure.party is None or can_speak_for(user, figure.body, figure.party)
    return whose and can_manage_body(user, figure.body)


def can_keep_remark(user: "User", remark: Remark) -> bool:
    """The same for remarks; one on a meeting is for who runs the meeting."""
    if remark.party and not can_speak_for(user, remark.body, remark.party):
        return False
    if remark.meeting:
        return can_run(user, remark.meeting)
    return can_manage_body(user, remark.body)


def can_see_history(user: "User", body: Body) -> bool:
    return standing(user).is_member(body)


def appointable_people(user: "User", body: Body, party: Party | None) -> QuerySet[Person]:
    """Whom the user may choose for an office: the own side's people; for neutral, its own."""
    if not can_speak_for(user, body, party):
        return Person.objects.none()
    if party is None:
        neutral = Appointment.objects.filter(party=None)
        return Person.objects.filter(appointments__in=neutral).distinct()
    return Person.objects.filter(party=party)


def can_run(user: "User", meeting: Meeting) -> bool:
    """Who schedules it also announces, postpones and calls it off."""
    if meeting.side_id:
        return meeting.side_id in standing(user).parties(meeting.body, "secretary")
    return any(can_schedule(user, body) for body in meeting.bodies)


def sides_at(user: "User", meeting: Meeting, *offices: str) -> set[int]:
    """The sides for which the user holds one of the offices in any body that meets.

    Any office unless named. The bodies of a joint meeting are equal in this.
    """
    return {pk for body in meeting.bodies for pk in served_sides(user, body, *offices)}


def _arranges(user: "User", meeting: Meeting, *offices: str) -> bool:
    """Whether the user is a secretary of a body that meets, or leads it for a side."""
    secretary = any(standing(user).is_secretary(body) for body in meeting.bodies)
    return secretary or bool(sides_at(user, meeting, *offices))


def _neutral_at(user: "User", meeting: Meeting) -> bool:
    return any(standing(user).is_neutral(body) for body in meeting.bodies)


def can_prepare_next(user: "User", meeting: Meeting) -> bool:
    """Who runs a meeting prepares the next one of its main body, if they schedule that body's."""
    return can_run(user, meeting) and can_schedule(user, meeting.body)


def can_propose(user: "User", meeting: Meeting) -> bool:
    """Co-chairs and secretaries of the sides, and the neutral secretariat, propose dates."""
    return can_run(user, meeting) or bool(turned_by(user, meeting))


def turned_by(user: "User", meeting: Meeting) -> list[Party]:
    """The sides whose key to dates and place the user turns."""
    return [party for party in meeting.sides(user) if dates_office(user, meeting, party)]


def can_answer(user: "User", proposal: Proposal | Wording) -> bool:
    return can_propose(user, proposal.meeting)


def can_decline(user: "User", proposal: Proposal | Wording) -> bool:
    """Who turns the key of a side that did not make the proposal may say no for it."""
    return any(party.pk != proposal.party_id for party in turned_by(user, proposal.meeting))


def can_withdraw(user: "User", proposal: Proposal | Wording) -> bool:
    """The side that made a proposal takes it back; what the neutral made, the neutral."""
    if proposal.party_id is None:
        return _neutral_at(user, proposal.meeting)
    return any(party.pk == proposal.party_id for party in turned_by(user, proposal.meeting))


def can_report_days(user: "User", meeting: Meeting, party: Party) -> bool:
    """A side's secretary or co-chair says when its own side had the meeting, for nobody else."""
    return bool(dates_office(user, meeting, party))


def can_release_number(user: "User", meeting: Meeting) -> bool:
    """The neutral secretariat gives the number of a cancelled meeting free by itself.

    At a joint meeting that of every body, because each one's sides decide on it.
    """
    return all(standing(user).is_neutral(body) for body in meeting.bodies)


def can_record_note(user: "User", body: Body) -> bool:
    """Secretaries keep the register of notes: of the sender's or the addressee's side."""
    return standing(user).is_secretary(body)


def can_correct_note(user: "User", note: NoteVerbale) -> bool:
    """Secretaries of the sender's and of the addressee's side, and the neutral."""
    held = standing(user)
    own = held.parties(note.body, "secretary")
    if held.is_neutral(note.body) or note.sender_id in own:
        return True
    return bool(own) if note.addressee_id is None else note.addressee_id in own


def can_edit(user: "User", meeting: Meeting) -> bool:
    """A meeting that is over or cancelled stands as it was; any other its secretaries change."""
    stands = meeting.is_over or meeting.status == Meeting.Status.CANCELLED
    return not stands and can_run(user, meeting)


def can_run_sitting(user: "User", sitting: Sitting) -> bool:
    return can_run(user, sitting.meeting)


def can_see_inside(user: "User", meeting: Meeting) -> bool:
    """Whether the user holds an office there: then also what is not public shows."""
    return any(standing(user).is_member(body) for body in meeting.bodies)


def can_keep_door(user: "User", meeting: Meeting) -> bool:
    """Secretaries and focal points stand at the door, where they see names of those approved."""
    secretary = any(standing(user).is_secretary(body) for body in meeting.bodies)
    return secretary or bool(sides_at(user, meeting, "focal_point"))


def can_meet_deadline(user: "User", deadline: Deadline) -> bool:
    """A side says for itself that it has done its part; for all together any secretary."""
    if deadline.party_id is None:
        return can_run(user, deadline.meeting)
    return deadline.party_id in sides_at(
        user, deadline.meeting, "chair", "secretary", "focal_point"
    )


def can_see_messages(user: "User", meeting: Meeting) -> bool:
    return can_run(user, meeting)


def can_join(user: "User", meeting: Meeting) -> bool:
    """Whoever holds an office there, focal points too, may join every sitting.

    Anybody else only what a registration was approved for, or to preside.
    """
    if meeting.side_id is None:
        return can_see_inside(user, meeting)
    own = [one for one in standing(user).held if one.body_id in meeting.body.lineage]
    return meeting.side_id in {one.party_id for one in own}


def dates_office(user: "User", meeting: Meeting, party: Party) -> str:
    """The office by which the user turns a party's key to the dates, or an empty text."""
    return _office_at(user, meeting, party, "chair", "secretary")


def closing_office(user: "User", item: ActionItem, party: Party) -> str:
    """Closing an item needs the co-chair of each party (domain.md 4.1, 4.4)."""
    return _office_at(user, item.meeting, party, "chair")


def _office_at(user: "User", meeting: Meeting, party: Party, *offices: str) -> str:
    """The office in any body that meets: no side asked is without a key."""
    found = (_office(user, body, party, *offices) for body in meeting.bodies)
    return next((office for office in found if office), "")


def _office(user: "User", body: Body, party: Party, *offices: str) -> str:
    held = standing(user)
    for office in offices:
        for appointment in held.offices(body, office):
            if appointment.party_id == party.pk:
                return appointment.label
    return ""


def can_edit_item(user: "User", item: ActionItem) -> bool:
    """Co-chairs and secretaries of the body write its items; the keys guard what is agreed."""
    return _arranges(user, item.meeting, "chair")


def can_add_item(user: "User", meeting: Meeting) -> bool:
    """Nothing was agreed at a meeting that is an idea."""
    return not meeting.is_idea and _arranges(user, meeting, "chair")


def can_report(user: "User", undertaking: Undertaking) -> bool:
    """A side reports through its owner, co-chair, secretary or focal point; nobody for another."""
    if undertaking.is_owned_by(user):
        return True
    meeting = undertaking.item.meeting
    return undertaking.party_id in sides_at(user, meeting, "chair", "secretary", "focal_point")


def can_reopen(user: "User", item: ActionItem) -> bool:
    """Any party's co-chair may say that an item is not done after all."""
    return bool(sides_at(user, item.meeting, "chair"))


def known_people(user: "User", body: Body, party: Party) -> QuerySet[Person]:
    """Whom the user may name as a side's owner: anybody of the own side, the neutral of all.

    Of another side those whom everybody in office sees: in office there, or owners already.
    """
    people = Person.objects.filter(party=party)
    if _knows_all_of(user, body, party):
        return people
    return people.filter(
        Q(appointments__body__in=body.lineage) | Q(undertakings__item__meeting__body=body)
    ).distinct()


def known_at(user: "User", meeting: Meeting) -> list[tuple[Person, int | None]]:
    """Whom the user may name at a meeting, with the side: in office there, or taking part.

    Of people registered, those approved; whose registration another side has not decided on,
    or has declined, does not exist for the user.
    """
    sides = [party.pk for party in meeting.sides()]
    lineage = set().union(*(body.lineage for body in meeting.bodies))
    held = Appointment.objects.on(meeting.starts_on).filter(body__in=lineage)
    held = held.filter(Q(party__in=sides) | Q(party=None)).select_related("person")
    taking = meeting.participations.select_related("person")
    found = [(one.person, one.party_id) for one in (*held, *taking)]
    return [*found, *work.people_for(meeting, user)]


def known_organisations(user: "User", body: Body, party: Party) -> QuerySet[Organisation]:
    """The same for a side's organisations."""
    organisations = Organisation.objects.filter(party=party)
    if _knows_all_of(user, body, party):
        return organisations
    return organisations.filter(undertaking__item__meeting__body=body).distinct()


def _knows_all_of(user: "User", body: Body, party: Party) -> bool:
    held = standing(user)
    return held.is_neutral(body) or party.pk in held.parties(body, "chair", "secretary")


def visible_notices(user: "User") -> QuerySet[Notice]:
    """The messages a secretary may read: those to the own side's people; the neutral all.

    They belong to a body, a meeting or an action item; codes for signing in belong to nobody.
    What was written of a side's own idea stays with that side when the idea is proposed.
    """
    held = standing(user)
    found = Q(private_to=None) & _about_bodies(
        held.neutral_in(),
        held.neutral_in("body") & Q(side=None)
        | at_joint(Meeting, held, held.neutral_in("numbers__body")),
        held.neutral_in("meeting__body") & Q(meeting__side=None)
        | at_joint(ActionItem, held, held.neutral_in("meeting__numbers__body"), "meeting"),
    )
    for party_id in held.party_ids:
        # Who serves two sides reads each one's messages only where they are its secretary.
        serving = Standing([one for one in held.held if one.party_id == party_id])
        own = Q(private_to=None) | Q(private_to=party_id)
        found |= (Q(party=party_id) & own) & _about_bodies(
            serving.secretary_in(),
            serving.secretary_in("body")
            | at_joint(Meeting, held, serving.secretary_in("numbers__body")),
            serving.secretary_in("meeting__body")
            | at_joint(ActionItem, held, serving.secretary_in("meeting__numbers__body"), "meeting"),
        )
    return Notice.objects.filter(found)


def _about_bodies(bodies: Q, meetings: Q, items: Q) -> Q:
    about = Q(
        content_type=ContentType.objects.get_for_model(Body),
        object_id__in=Body.objects.filter(bodies).values("pk"),
    )
    return (
        about
        | Q(
            content_type=ContentType.objects.get_for_model(Meeting),
            object_id__in=Meeting.objects.filter(meetings).values("pk"),
        )
        | Q(
            content_type=ContentType.objects.get_for_model(ActionItem),
            object_id__in=ActionItem.objects.filter(items).values("pk"),
        )
    )


# --- agenda and papers ----------------------------------------------------------------

ANY_OFFICE = ("chair", "deputy", "secretary", "focal_point")


def served_sides(user: "User", body: Body, *offices: str) -> set[int]:
    """The sides for which the user holds one of the offices in a body; any office unless named."""
    return standing(user).parties(body, *(offices or ANY_OFFICE))


def can_edit_agenda(user: "User", meeting: Meeting) -> bool:
    """Secretaries, co-chairs and their deputies write it, until the meeting is over."""
    if meeting.is_over or meeting.status == Meeting.Status.CANCELLED:
        return False
    return _arranges(user, meeting, "chair", "deputy")


def can_adopt_agenda(user: "User", agenda: Agenda) -> bool:
    """The secretaries record what the meeting adopted."""
    return can_run(user, agenda.meeting)


def agenda_office(user: "User", agenda: Agenda, party: Party) -> str:
    """An agenda needs the co-chair of each party (domain.md 4.1), in any body that meets."""
    return _office_at(user, agenda.meeting, party, "chair")


def late_office(user: "User", item: AgendaItem, party: Party) -> str:
    """So does each point that is added after it was agreed."""
    return agenda_office(user, item.agenda, party)


def proposing_sides(user: "User", meeting: Meeting) -> set[int]:
    """The sides for which the user proposes points: nobody proposes for another."""
    return sides_at(user, meeting, "chair", "deputy", "secretary")


def can_reject_late(user: "User", item: AgendaItem) -> bool:
    """Any side's co-chair can say no: a late point needs all of them."""
    return bool(sides_at(user, item.agenda.meeting, "chair"))


def can_take_back_late(user: "User", item: AgendaItem) -> bool:
    return item.proposer_id in proposing_sides(user, item.agenda.meeting)


def can_edit_point(user: "User", item: AgendaItem) -> bool:
    """A point on the agenda belongs to all, one proposed late to the side that proposes it."""
    if not can_edit_agenda(user, item.agenda.meeting):
        return False
    return item.status != AgendaItem.Status.LATE or can_take_back_late(user, item)


def can_add_paper(user: "User", place: Body | Meeting) -> bool:
    """Whoever holds an office there; of the neutral secretariat, papers of all sides together."""
    bodies = place.bodies if isinstance(place, Meeting) else [place]
    held = standing(user)
    return any(held.is_secretary(body) or served_sides(user, body) for body in bodies)


def paper_sides(user: "User", paper: Paper, *offices: str) -> set[int]:
    """The sides for which the user holds one of the offices where the paper lies."""
    return {pk for body in paper.bodies for pk in served_sides(user, body, *offices)}


def can_change_paper(user: "User", paper: Paper) -> bool:
    """The side whose paper it is; a joint paper any secretary or co-chair."""
    if paper.party_id:
        return paper.party_id in paper_sides(user, paper)
    return _leads(user, paper)


def can_ask_for_paper(user: "User", paper: Paper) -> bool:
    """Who may ask all sides for another class: of its own paper a side, of agreed ones any."""
    return _leads(user, paper) and (not paper.is_own or can_change_paper(user, paper))


def can_decline_paper(user: "User", paper: Paper) -> bool:
    """Any side's co-chair can say no; who asked takes it back."""
    return bool(paper_sides(user, paper, "chair")) or can_ask_for_paper(user, paper)


def paper_office(user: "User", paper: Paper, party: Party) -> str:
    """Who reads what was agreed is for the co-chair of each party (domain.md 4.5).

    At a joint meeting that of any body that meets: no side asked is without a key.
    """
    offices = (_office(user, body, party, "chair") for body in paper.bodies)
    return next((office for office in offices if office), "")


def _leads(user: "User", paper: Paper) -> bool:
    secretary = any(standing(user).is_secretary(body) for body in paper.bodies)
    return secretary or bool(paper_sides(user, paper, "chair", "deputy"))


def can_export(user: "User", body: Body) -> bool:
    """A secretary takes along what the own side sees; the technical administrator what all see."""
    return user.is_authenticated and (user.is_superuser or standing(user).is_secretary(body))


def can_bring_in(user: "User") -> bool:
    """The technical administrator and the neutral secretariat; a side would write for another."""
    return user.is_authenticated and (user.is_superuser or _is_neutral_anywhere(user))


def _is_neutral_anywhere(user: "User") -> bool:
    held = standing(user).held
    return any(one.office == "secretary" and one.party_id is None for one in held)
