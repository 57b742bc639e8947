from delegations.models.check_in import CheckIn
from delegations.models.delegate import Delegate, Tally, tallies
from delegations.models.delegation import Delegation
from delegations.models.desk import Desk
from delegations.models.identity import Identity
from delegations.models.intake import Intake
from delegations.models.participant_list import ParticipantList
from delegations.models.question import Answer, Question, Questionnaire
from delegations.models.quota import Quota

__all__ = [
    "Answer",
    "CheckIn",
    "Delegate",
    "Delegation",
    "Desk",
    "Identity",
    "Intake",
    "ParticipantList",
    "Question",
    "Questionnaire",
    "Quota",
    "Tally",
    "tallies",
]
