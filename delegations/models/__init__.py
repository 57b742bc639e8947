from delegations.models.check_in import CheckIn
from delegations.models.delegate import Delegate, Tally, tallies
from delegations.models.delegation import Delegation
from delegations.models.desk import Desk
from delegations.models.double import Double
from delegations.models.identity import Identity
from delegations.models.intake import Heading, Intake
from delegations.models.participant_list import ParticipantList
from delegations.models.question import Answer, Question, Questionnaire
from delegations.models.quota import (
    Claim,
    Quota,
    full_for_row,
    has_room,
    hold_places,
    holders,
    miscounted,
    move_place,
    release_place,
    take_place,
)

__all__ = [
    "Answer",
    "CheckIn",
    "Claim",
    "Delegate",
    "Delegation",
    "Desk",
    "Double",
    "Heading",
    "Identity",
    "Intake",
    "ParticipantList",
    "Question",
    "Questionnaire",
    "Quota",
    "Tally",
    "full_for_row",
    "has_room",
    "hold_places",
    "holders",
    "miscounted",
    "move_place",
    "release_place",
    "take_place",
    "tallies",
]
