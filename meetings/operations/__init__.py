"""Deeds that change several rows at once. Each is atomic and says by whom."""

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
from meetings.operations.sitting import add_sitting, change_sitting

__all__ = [
    "add_item",
    "add_sitting",
    "agree_dates",
    "agree_done",
    "change_meeting",
    "change_sitting",
    "next_number",
    "report_status",
    "reword_item",
    "schedule_meeting",
    "take_back_dates_key",
    "take_back_key",
]
