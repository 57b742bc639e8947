from meetings.models.action_item import ActionItem, StatusReport, Undertaking
from meetings.models.agenda import Agenda, AgendaItem, AgendaNote, AgendaSpeaker
from meetings.models.appointment import Appointment, Standing, standing
from meetings.models.area import Area, AreaLead
from meetings.models.body import Body, BodyParty
from meetings.models.body_change import BodyChange
from meetings.models.deadline import Deadline
from meetings.models.dossier import DossierUpload
from meetings.models.feed import Feed
from meetings.models.figure import Figure
from meetings.models.meeting import (
    Capacity,
    Meeting,
    Mode,
    Participation,
    at_joint,
    know_bodies,
)
from meetings.models.note import NoteVerbale
from meetings.models.paper import Paper
from meetings.models.programme import ProgrammeDraft, ProgrammeVersion
from meetings.models.remark import Remark
from meetings.models.rules import DeadlineRule, Rules
from meetings.models.sitting import Room, Sitting, SittingChair, named_with_days
from meetings.models.timing import MeetingNumber, Proposal, Timing
from meetings.models.wording import Wording, with_words

__all__ = [
    "ActionItem",
    "Agenda",
    "AgendaItem",
    "AgendaNote",
    "AgendaSpeaker",
    "Appointment",
    "Area",
    "AreaLead",
    "Body",
    "BodyChange",
    "BodyParty",
    "Capacity",
    "Deadline",
    "DeadlineRule",
    "DossierUpload",
    "Feed",
    "Figure",
    "Meeting",
    "MeetingNumber",
    "Mode",
    "NoteVerbale",
    "Paper",
    "Participation",
    "ProgrammeDraft",
    "ProgrammeVersion",
    "Proposal",
    "Remark",
    "Room",
    "Rules",
    "Sitting",
    "SittingChair",
    "Standing",
    "StatusReport",
    "Timing",
    "Undertaking",
    "Wording",
    "at_joint",
    "know_bodies",
    "named_with_days",
    "standing",
    "with_words",
]
