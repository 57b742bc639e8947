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
    Meeting,
    NoteVerbale,
    Paper,
    Proposal,
    Sitting,
    Standing,
    Undertaking,
    standing,
)
from portal.models import Notice, Organisation, Party, Person

if TYPE_CHECKING:
    from portal.models import User


def can_schedule(user: "User", body: Body) -> bool:
    """Secretaries, of a side or neutral, schedule the meetings of their bodies."""
    return standing(user).is_secretary(body)


def can_manage_body(user: "User", body: Body) -> bool:
    """Secretaries, of a side or neutral, keep a body's names, areas and rules in order.

    What takes every side's key (its seats, suspending or closing it) is proposed instead.
    """
    return standing(user).is_secretary(body)


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
    return can_schedule(user, meeting.body)


def can_propose(user: "User", meeting: Meeting) -> bool:
    """Co-chairs and secretaries of the sides, and the neutral secretariat, propose dates."""
    return can_run(user, meeting) or bool(turned_by(user, meeting))


def turned_by(user: "User", meeting: Meeting) -> list[Party]:
    """The sides whose key to dates and place the user turns."""
    return [party for party in meeting.sides(user) if dates_office(user, meeting, party)]


def can_answer(user: "User", proposal: Proposal) -> bool:
    return can_propose(user, proposal.meeting)


def can_decline(user: "User", proposal: Proposal) -> bool:
    """Who turns the key of a side that did not make the proposal may say no for it."""
    return any(party.pk != proposal.party_id for party in turned_by(user, proposal.meeting))


def can_withdraw(user: "User", proposal: Proposal) -> bool:
    """The side that made a proposal takes it back; what the neutral made, the neutral."""
    if proposal.party_id is None:
        return standing(user).is_neutral(proposal.meeting.body)
    return any(party.pk == proposal.party_id for party in turned_by(user, proposal.meeting))


def can_report_days(user: "User", meeting: Meeting, party: Party) -> bool:
    """A side's secretary or co-chair says when its own side had the meeting, for nobody else."""
    return bool(dates_office(user, meeting, party))


def can_release_number(user: "User", meeting: Meeting) -> bool:
    """The neutral secretariat gives the number of a cancelled meeting free by itself."""
    return standing(user).is_neutral(meeting.body)


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


def can_meet_deadline(user: "User", deadline: Deadline) -> bool:
    """A side says for itself that it has done its part; for all together any secretary."""
    body = deadline.meeting.body
    if deadline.party_id is None:
        return can_run(user, deadline.meeting)
    return deadline.party_id in standing(user).parties(body, "chair", "secretary", "focal_point")


def can_see_follow_up(user: "User", body: Body) -> bool:
    return standing(user).is_member(body)


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
    offices = (_office(user, body, party, "chair", "secretary") for body in meeting.bodies)
    return next((office for office in offices if office), "")


def closing_office(user: "User", item: ActionItem, party: Party) -> str:
    """Closing an item needs the co-chair of each party (domain.md 4.1, 4.4)."""
    return _office(user, item.meeting.body, party, "chair")


def _office(user: "User", body: Body, party: Party, *offices: str) -> str:
    held = standing(user)
    for office in offices:
        for appointment in held.offices(body, office):
            if appointment.party_id == party.pk:
                return appointment.label
    return ""


def can_edit_item(user: "User", item: ActionItem) -> bool:
    """Co-chairs and secretaries of the body write its items; the keys guard what is agreed."""
    held = standing(user)
    body = item.meeting.body
    return held.is_secretary(body) or bool(held.parties(body, "chair"))


def can_add_item(user: "User", meeting: Meeting) -> bool:
    """Nothing was agreed at a meeting that is an idea."""
    if meeting.is_idea:
        return False
    held = standing(user)
    return held.is_secretary(meeting.body) or bool(held.parties(meeting.body, "chair"))


def can_report(user: "User", undertaking: Undertaking) -> bool:
    """A side reports through its owner, co-chair, secretary or focal point; nobody for another."""
    if undertaking.is_owned_by(user):
        return True
    body = undertaking.item.meeting.body
    return undertaking.party_id in standing(user).parties(body, "chair", "secretary", "focal_point")


def can_reopen(user: "User", item: ActionItem) -> bool:
    """Any party's co-chair may say that an item is not done after all."""
    return bool(standing(user).parties(item.meeting.body, "chair"))


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
    """
    held = standing(user)
    found = _about_bodies(
        held.neutral_in(),
        held.neutral_in("body") & Q(side=None),
        held.neutral_in("meeting__body") & Q(meeting__side=None),
    )
    for party_id in held.party_ids:
        # Who serves two sides reads each one's messages only where they are its secretary.
        serving = Standing([one for one in held.held if one.party_id == party_id])
        found |= Q(party=party_id) & _about_bodies(
            serving.secretary_in(),
            serving.secretary_in("body"),
            serving.secretary_in("meeting__body"),
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
    held = standing(user)
    return held.is_secretary(meeting.body) or bool(held.parties(meeting.body, "chair", "deputy"))


def can_adopt_agenda(user: "User", agenda: Agenda) -> bool:
    """The secretaries record what the meeting adopted."""
    return can_run(user, agenda.meeting)


def agenda_office(user: "User", agenda: Agenda, party: Party) -> str:
    """An agenda needs the co-chair of each party (domain.md 4.1), in any body that meets."""
    offices = (_office(user, body, party, "chair") for body in agenda.meeting.bodies)
    return next((office for office in offices if office), "")


def late_office(user: "User", item: AgendaItem, party: Party) -> str:
    """So does each point that is added after it was agreed."""
    return agenda_office(user, item.agenda, party)


def proposing_sides(user: "User", meeting: Meeting) -> set[int]:
    """The sides for which the user proposes points: nobody proposes for another."""
    return served_sides(user, meeting.body, "chair", "deputy", "secretary")


def can_reject_late(user: "User", item: AgendaItem) -> bool:
    """Any side's co-chair can say no: a late point needs all of them."""
    return bool(standing(user).parties(item.agenda.meeting.body, "chair"))


def can_take_back_late(user: "User", item: AgendaItem) -> bool:
    return item.proposer_id in proposing_sides(user, item.agenda.meeting)


def can_edit_point(user: "User", item: AgendaItem) -> bool:
    """A point on the agenda belongs to all, one proposed late to the side that proposes it."""
    if not can_edit_agenda(user, item.agenda.meeting):
        return False
    return item.status != AgendaItem.Status.LATE or can_take_back_late(user, item)


def can_add_paper(user: "User", body: Body) -> bool:
    """Whoever holds an office there; of the neutral secretariat, papers of all sides together."""
    return standing(user).is_secretary(body) or bool(served_sides(user, body))


def can_change_paper(user: "User", paper: Paper) -> bool:
    """The side whose paper it is; a joint paper any secretary or co-chair."""
    if paper.party_id:
        return paper.party_id in served_sides(user, paper.body)
    return _leads(user, paper.body)


def can_ask_for_paper(user: "User", paper: Paper) -> bool:
    """Who may ask all sides for another class: of its own paper a side, of agreed ones any."""
    return _leads(user, paper.body) and (not paper.is_own or can_change_paper(user, paper))


def can_decline_paper(user: "User", paper: Paper) -> bool:
    """Any side's co-chair can say no; who asked takes it back."""
    chairs = bool(standing(user).parties(paper.body, "chair"))
    return chairs or can_ask_for_paper(user, paper)


def paper_office(user: "User", paper: Paper, party: Party) -> str:
    """Who reads what was agreed is for the co-chair of each party (domain.md 4.5).

    At a joint meeting that of any body that meets: no side asked is without a key.
    """
    bodies = paper.meeting.bodies if paper.meeting else [paper.body]
    offices = (_office(user, body, party, "chair") for body in bodies)
    return next((office for office in offices if office), "")


def _leads(user: "User", body: Body) -> bool:
    held = standing(user)
    return held.is_secretary(body) or bool(held.parties(body, "chair", "deputy"))


def can_export(user: "User", body: Body) -> bool:
    """A secretary takes along what the own side sees; the technical administrator what all see."""
    return user.is_authenticated and (user.is_superuser or standing(user).is_secretary(body))


def can_bring_in(user: "User") -> bool:
    """The technical administrator and the neutral secretariat; a side would write for another."""
    return user.is_authenticated and (user.is_superuser or _is_neutral_anywhere(user))


def _is_neutral_anywhere(user: "User") -> bool:
    held = standing(user).held
    return any(one.office == "secretary" and one.party_id is None for one in held)
