"""Who may do what in meetings. Each answers one question and knows nothing of pages."""

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from meetings.models import (
    ActionItem,
    Body,
    Meeting,
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


def can_run(user: "User", meeting: Meeting) -> bool:
    """Who schedules it also announces, moves and calls it off."""
    return can_schedule(user, meeting.body)


def can_edit(user: "User", meeting: Meeting) -> bool:
    """A meeting that is over or cancelled stands as it was; any other its secretaries change."""
    stands = meeting.is_over or meeting.status == Meeting.Status.CANCELLED
    return not stands and can_run(user, meeting)


def can_run_sitting(user: "User", sitting: Sitting) -> bool:
    return can_run(user, sitting.meeting)


def can_see_inside(user: "User", meeting: Meeting) -> bool:
    """Whether the user holds an office there: then also what is not public shows."""
    return standing(user).is_member(meeting.body)


def can_see_follow_up(user: "User", body: Body) -> bool:
    return standing(user).is_member(body)


def can_see_messages(user: "User", meeting: Meeting) -> bool:
    return can_run(user, meeting)


def dates_office(user: "User", meeting: Meeting, party: Party) -> str:
    """The office by which the user turns a party's key to the dates, or an empty text."""
    return _office(user, meeting.body, party, "chair", "secretary")


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

    They belong to a meeting or an action item; codes for signing in belong to nobody.
    """
    held = standing(user)
    found = _about_bodies(held.neutral_in("body"), held.neutral_in("meeting__body"))
    for party_id in held.party_ids:
        # Who serves two sides reads each one's messages only where they are its secretary.
        serving = Standing([one for one in held.held if one.party_id == party_id])
        found |= Q(party=party_id) & _about_bodies(
            serving.secretary_in("body"), serving.secretary_in("meeting__body")
        )
    return Notice.objects.filter(found)


def _about_bodies(meetings: Q, items: Q) -> Q:
    return Q(
        content_type=ContentType.objects.get_for_model(Meeting),
        object_id__in=Meeting.objects.filter(meetings).values("pk"),
    ) | Q(
        content_type=ContentType.objects.get_for_model(ActionItem),
        object_id__in=ActionItem.objects.filter(items).values("pk"),
    )
