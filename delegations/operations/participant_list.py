"""The official list of participants is made, and stays as it was made (domain.md 3.4)."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate, Delegation, ParticipantList
from delegations.permissions import can_make_list, can_nominate
from delegations.precedence import changes_between, in_order
from meetings.models import Meeting
from portal import journal
from portal.constraints import violations_explained
from portal.models import Party, User
from portal.refusal import NotYours, Refused

MADE = journal.register("participant_list.made", _("made the list of participants: %(list)s"))
PUBLISHED = journal.register(
    "delegation.open_published", _("put people of the open registration into the list")
)
WITHHELD = journal.register(
    "delegation.open_withheld", _("left people of the open registration out of the list")
)

Kind = ParticipantList.Kind


@transaction.atomic
def make_list(meeting: Meeting, kind: str, *, by: User) -> ParticipantList:
    """Freeze who takes part now. Raises Refused where nobody does or nothing has changed."""
    if not can_make_list(by, meeting):
        raise NotYours(gettext("The secretaries make the list of participants."))
    locked = Meeting.objects.select_for_update().get(pk=meeting.pk)  # one number after another
    former = _corrected(locked, kind)
    blocks = blocks_of(locked)
    if not any(block["lines"] or block["open"] for block in blocks):
        raise Refused(
            gettext("Nobody stands in the list yet. People do once their delegation is submitted.")
        )
    if former and not changes_between(former.blocks, blocks):
        raise Refused(gettext("Nothing has changed since the list that would be corrected."))
    last = locked.participant_lists.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0
    made = ParticipantList(
        meeting=locked,
        kind=kind,
        number=last + 1,
        corrects=former,
        blocks=blocks,
        made_by=by.name,
    )
    with violations_explained(ParticipantList):
        made.save()
    journal.record(locked, MADE, by=by, list=str(made))
    return made


def _corrected(meeting: Meeting, kind: str) -> ParticipantList | None:
    """What a corrigendum corrects: the final list, or the corrigendum before it."""
    final = meeting.participant_lists.exclude(kind=Kind.PROVISIONAL).order_by("pk").last()
    if kind == Kind.CORRIGENDUM and final is None:
        raise Refused(gettext("There is no final list yet. Make it first."))
    if kind != Kind.CORRIGENDUM and final is not None:
        raise Refused(
            gettext("There is a final list. What has to be mended goes into a corrigendum.")
        )
    return final


def blocks_of(meeting: Meeting) -> list[dict[str, Any]]:
    """Each side with those who come for it: of delegations that were sent, and approved.

    People of the open registration stand apart, where their side wants them in the list.
    """
    found = (
        Delegate.objects.filter(meeting=meeting, status=Delegate.Status.APPROVED)
        .select_related("delegation__party")
        .order_by("pk")
    )
    by_side: dict[int, list[Delegate]] = {}
    for one in found:
        by_side.setdefault(one.delegation.party_id, []).append(one)
    return [_block(meeting, party, by_side.get(party.pk, [])) for party in meeting.sides()]


def _block(meeting: Meeting, party: Party, people: list[Delegate]) -> dict[str, Any]:
    sent = (Delegation.Status.SUBMITTED, Delegation.Status.CONFIRMED)
    named = [one for one in people if one.track == "delegation" and one.delegation.status in sent]
    came = [one for one in people if one.track == "open" and one.delegation.publishes_open]
    return {
        "party": party.code,
        "names": _names(party),
        "lines": [_line(one) for one in in_order(named)],
        "open": [_line(one) for one in in_order(came)],
    }


def _names(party: Party) -> dict[str, str]:
    names = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            names[code] = party.label
    return names


def _line(delegate: Delegate) -> dict[str, Any]:
    """What is said of a person. Addresses never stand in it."""
    return {
        "key": delegate.pk,
        "honorific": delegate.honorific,
        "full_name": delegate.full_name,
        "latin_name": delegate.latin_name,
        "function": delegate.function,
        "organisation": delegate.organisation,
        "relationship": delegate.relationship,
        "capacity": delegate.capacity,
    }


@transaction.atomic
def publish_open(delegation: Delegation, wanted: bool, *, by: User) -> None:
    """A side puts its people of the open registration into the list, or leaves them out."""
    row = Delegation.objects.select_for_update().get(pk=delegation.pk)
    if not can_nominate(by, row):
        raise NotYours(gettext("Each side decides this of its own people."))
    if row.publishes_open != wanted:
        row.publishes_open = wanted
        row.save(update_fields=["publishes_open"])
        verb = PUBLISHED if wanted else WITHHELD
        journal.record(row, verb, by=by, private_to=row.party)
