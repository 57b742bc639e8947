"""Deeds around delegations and registrations. Each is atomic and says by whom."""

from delegations.operations.answer import look_at_identity
from delegations.operations.check_in import (
    DoorAnswer,
    DoorOutcome,
    Mark,
    mark_all_at_door,
    mark_at_door,
    reckon_attended,
    register_at_door,
    undo_check_in,
)
from delegations.operations.decision import DEEDS, MOST, Outcome, decide, outlook
from delegations.operations.delegation import (
    arrange,
    change_delegation,
    follow_the_gate,
    log_if_late,
    set_terms,
)
from delegations.operations.desk import OPENED, open_delegations
from delegations.operations.enquiry import answer_enquiry
from delegations.operations.nomination import (
    Nomination,
    change_nomination,
    nominate,
    note_change,
    replace,
)
from delegations.operations.quota import remove_quota, set_places, set_quota
from delegations.operations.registration import (
    REGISTERED,
    AlreadyRegistered,
    NoPlaceLeft,
    cancel_registration,
    change_registration,
    live_registration,
    register,
    send_link_again,
)
from delegations.operations.waiting import (
    accept_offer,
    end_offers,
    fill_all_places,
    fill_places,
    offer_anew,
    turn_down_offer,
    turn_virtual,
)

__all__ = [
    "DoorAnswer",
    "DoorOutcome",
    "Mark",
    "mark_all_at_door",
    "mark_at_door",
    "reckon_attended",
    "register_at_door",
    "undo_check_in",
    "DEEDS",
    "MOST",
    "OPENED",
    "REGISTERED",
    "AlreadyRegistered",
    "NoPlaceLeft",
    "accept_offer",
    "end_offers",
    "fill_all_places",
    "fill_places",
    "offer_anew",
    "remove_quota",
    "set_quota",
    "turn_down_offer",
    "turn_virtual",
    "Nomination",
    "Outcome",
    "answer_enquiry",
    "arrange",
    "cancel_registration",
    "change_delegation",
    "change_nomination",
    "change_registration",
    "decide",
    "follow_the_gate",
    "live_registration",
    "log_if_late",
    "look_at_identity",
    "nominate",
    "note_change",
    "open_delegations",
    "outlook",
    "register",
    "replace",
    "send_link_again",
    "set_places",
    "set_terms",
]
