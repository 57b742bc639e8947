"""What a meeting's public form offers, read once for everybody who opens it.

A thousand people who come in the same minute ask the database one short question each: whether
anything of it has changed. What they are then shown is what everybody was shown before.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from delegations.models import Delegate, Delegation, Desk, Question, Questionnaire
from meetings.models import Meeting, Sitting

KEPT = 64  # offers and pages a process; a page has some 30 kB

# The rows as they stand: by the transaction that wrote each, and where it put it. A desk is
# written with every registration, so of it only what the form shows.
AS_IT_STANDS = """
SELECT md5(concat_ws('|',
    current_date, desk.id, desk.status, desk.promotion,
    (SELECT string_agg(concat_ws(',', quota.id, quota."limit", quota.taken >= quota."limit"), ';'
                       ORDER BY quota.id)
     FROM delegations_quota AS quota WHERE quota.desk_id = desk.id),
    meeting.xmin, meeting.ctid, body.xmin, body.ctid,
    (SELECT string_agg(concat_ws(',', one.id, party.xmin, party.ctid), ';' ORDER BY one.id)
     FROM delegations_delegation AS one JOIN portal_party AS party ON party.id = one.party_id
     WHERE one.meeting_id = meeting.id),
    (SELECT string_agg(concat_ws(',', party_id, xmin, ctid), ';' ORDER BY id)
     FROM meetings_bodyparty WHERE body_id = body.id),
    (SELECT string_agg(concat_ws(',', one.xmin, one.ctid, other.xmin, other.ctid), ';'
                       ORDER BY one.id)
     FROM meetings_meetingnumber AS one JOIN meetings_body AS other ON other.id = one.body_id
     WHERE one.meeting_id = meeting.id),
    (SELECT string_agg(concat_ws(',', one.xmin, one.ctid, area.xmin, area.ctid, room.xmin,
                                 room.ctid), ';' ORDER BY one.id)
     FROM meetings_sitting AS one
     LEFT JOIN meetings_area AS area ON area.id = one.area_id
     LEFT JOIN meetings_room AS room ON room.id = one.room_id
     WHERE one.meeting_id = meeting.id AND one.ends_at > now()),
    (SELECT string_agg(concat_ws(',', form.xmin, form.ctid, question.xmin, question.ctid), ';'
                       ORDER BY form.id, question.id)
     FROM delegations_questionnaire AS form
     LEFT JOIN delegations_question AS question ON question.questionnaire_id = form.id
     WHERE form.desk_id = desk.id AND form.track = 'open')
))
FROM delegations_desk AS desk
JOIN meetings_meeting AS meeting ON meeting.id = desk.meeting_id
JOIN meetings_body AS body ON body.id = meeting.body_id
WHERE desk.code = %s
"""


@dataclass(frozen=True)
class Offer:
    """One desk with its meeting, the sittings one can still choose and the delegations.

    It is shared by all requests of a process: never to be changed.
    """

    version: str
    desk: Desk
    sittings: list[Sitting]
    delegations: list[Delegation]
    questionnaire: Questionnaire
    questions: list[Question]


class Shelf:
    """The last few things made, by key; safe among the threads of one process."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._things: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
            return self._things.get(key)

    def put(self, key: Hashable, thing: Any) -> None:
        with self._lock:
            self._things[key] = thing
            while len(self._things) > self._room:
                self._things.popitem(last=False)


_offers = Shelf(KEPT)
pages = Shelf(KEPT)


def offer_of(code: str) -> Offer | None:
    """What the desk with this code offers now; None where there is no such desk."""
    version = _version(code)
    if version is None:
        return None
    offer = _offers.get(code)
    if offer is None or offer.version != version:
        offer = _read(code, version)
        _offers.put(code, offer)
    return offer


def _version(code: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(AS_IT_STANDS, [code])
        row = cursor.fetchone()
    return row and row[0]


def _read(code: str, version: str) -> Offer:
    desk = (
        Desk.objects.select_related("meeting__body")
        .prefetch_related("meeting__body__seats__party", "quotas")
        .get(code=code)
    )
    delegations = list(desk.meeting.delegations.select_related("party"))
    for one in delegations:
        one.meeting = desk.meeting
    questionnaire, questions = asked_of(desk, Delegate.Track.OPEN)
    sittings = list(on_offer(desk.meeting))
    return Offer(version, desk, sittings, delegations, questionnaire, questions)


def asked_of(desk: Desk, track: str) -> tuple[Questionnaire, list[Question]]:
    """The form of one track with the questions it asks now; the usual one unless it was changed."""
    found = Questionnaire.objects.filter(desk=desk, track=track).first()
    if found is None:
        return Questionnaire(desk=desk, track=track), []
    return found, list(found.questions.asked())


def on_offer(meeting: Meeting) -> QuerySet[Sitting]:
    """The sittings one can still choose."""
    return (
        meeting.sittings.taking_place()
        .filter(is_open=True, ends_at__gt=timezone.now())
        .select_related("area", "room")
    )
