from meetings.models.action_item import ActionItem, StatusReport, Undertaking
from meetings.models.appointment import Appointment, Standing, standing
from meetings.models.area import Area
from meetings.models.body import Body, BodyParty
from meetings.models.figure import Figure
from meetings.models.meeting import Capacity, Meeting, Mode, Participation
from meetings.models.sitting import Room, Sitting

__all__ = [
    "ActionItem",
    "Appointment",
    "Area",
    "Body",
    "BodyParty",
    "Capacity",
    "Figure",
    "Meeting",
    "Mode",
    "Participation",
    "Room",
    "Sitting",
    "Standing",
    "StatusReport",
    "Undertaking",
    "standing",
]
