"""Deeds around delegations and registrations. Each is atomic and says by whom."""

from delegations.operations.decision import approve_all
from delegations.operations.desk import OPENED, open_delegations, set_places
from delegations.operations.registration import (
    REGISTERED,
    AlreadyRegistered,
    cancel_registration,
    change_registration,
    live_registration,
    register,
    send_link_again,
)

__all__ = [
    "OPENED",
    "REGISTERED",
    "AlreadyRegistered",
    "approve_all",
    "cancel_registration",
    "change_registration",
    "live_registration",
    "open_delegations",
    "register",
    "send_link_again",
    "set_places",
]
