"""Deeds that change several rows at once. Each is atomic and says by whom."""

from meetings.operations.deadline import meet_by_deed, meet_deadline, reckon_deadlines
from meetings.operations.item import (
    add_item,
    agree_done,
    report_status,
    reword_item,
    take_back_key,
)
from meetings.operations.meeting import (
    agree_dates,
    change_meeting,
    next_number,
    schedule_meeting,
    take_back_dates_key,
)
from meetings.operations.preparation import prepare_next, usual_day, what_may_come_along
from meetings.operations.sitting import add_sitting, change_sitting

__all__ = [
    "add_item",
    "add_sitting",
    "agree_dates",
    "agree_done",
    "change_meeting",
    "change_sitting",
    "meet_by_deed",
    "meet_deadline",
    "next_number",
    "prepare_next",
    "reckon_deadlines",
    "report_status",
    "reword_item",
    "schedule_meeting",
    "take_back_dates_key",
    "take_back_key",
    "usual_day",
    "what_may_come_along",
]
