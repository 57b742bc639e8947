"""Another title or description of what is announced: by the key of every side."""

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import Meeting, Wording
from meetings.operations.proposal import locked, side_of
from meetings.transitions import WORDING, WORDS
from portal import journal
from portal.constraints import violations_explained
from portal.models import Party, User
from portal.refusal import Refused

PROPOSED = journal.register("meeting.words_proposed", _("proposed another wording: %(words)s"))
REWORDED = journal.register(
    "meeting.reworded",
    _(
        "changed by the key of every side: %(what)s; before: “%(before)s”, now: “%(after)s”",
    ),
)
ANSWERED = {
    "decline": journal.register("meeting.words_declined", _("declined the wording: %(words)s")),
    "withdraw": journal.register("meeting.words_withdrawn", _("withdrew the wording: %(words)s")),
}


@transaction.atomic
def propose_words(wording: Wording, *, read: int | None, by: User) -> Wording:
    """Put another title or description to every side; what is announced stands until the last key.

    `read` is the number of the open wording that the officer has seen, if there was one; the new
    one answers it. Raises Refused when that is another one now, or nothing differs.
    """
    row = locked(wording.meeting)
    refuse_once_over(row)
    asked = row.wordings.open().first()
    if (asked.pk if asked else None) != read:
        raise Refused(
            gettext(
                "Somebody proposed other words for this meeting since you opened it. "
                "Compare, then propose again."
            )
        )
    wording.meeting, wording.party, wording.by_name = row, side_of(by, row), by.name
    _differs(wording, asked)
    if asked:
        WORDING.perform(asked, "replace", by=by)
    with violations_explained(Wording):
        wording.save()
    journal.record(row, PROPOSED, by=by, reason=wording.remark, words=wording.words)
    if wording.party:
        WORDS.give(wording, party=wording.party, by=by, revision=wording.revision)
    if WORDS.complete(wording):
        return _reword(row, wording, by)
    notifications.words_key_awaited(wording, WORDS)
    return wording


def refuse_once_over(row: Meeting) -> None:
    """Raise Refused where a meeting stands as it was."""
    if row.is_over or row.status == Meeting.Status.CANCELLED:
        raise Refused(
            gettext("This meeting is over or cancelled, so its title and description stand.")
        )


def _differs(wording: Wording, asked: Wording | None) -> None:
    if not wording.changed:
        raise Refused(gettext("This is the title and the description that stand already."))
    if asked and all(getattr(asked, name) == getattr(wording, name) for name in Wording.FIELDS):
        raise Refused(gettext("These words are proposed already. Give your key to them instead."))


@transaction.atomic
def agree_words(wording: Wording, *, party: Party, revision: int, by: User) -> None:
    """Give a side's key to a wording; with the last one the meeting is called so."""
    meeting, row = _open(wording)
    WORDS.give(row, party=party, by=by, revision=revision)
    if WORDS.complete(row):
        _reword(meeting, row, by)


@transaction.atomic
def take_back_words_key(wording: Wording, *, party: Party, by: User) -> None:
    """Take a side's key to a wording back while others are missing."""
    _meeting, row = _open(wording)
    WORDS.withdraw(row, party=party, by=by)


@transaction.atomic
def answer_wording(wording: Wording, name: str, *, by: User, reason: str = "") -> Wording:
    """Decline a wording, or take the own one back; what is announced stands."""
    meeting = locked(wording.meeting)
    row = WORDING.perform(wording, name, by=by, reason=reason)
    journal.record(meeting, ANSWERED[name], by=by, reason=reason, words=row.words)
    return row


def _open(wording: Wording) -> tuple[Meeting, Wording]:
    """The meeting and the wording as they are now, both held; Refused when it is not open."""
    meeting = locked(wording.meeting)
    row = Wording.objects.select_for_update(of=("self",)).get(pk=wording.pk)
    row.meeting = meeting
    if row.status != Wording.Status.OPEN:
        raise Refused(gettext("This wording is not open any more. Look at what stands there now."))
    return meeting, row


def _reword(meeting: Meeting, wording: Wording, by: User) -> Wording:
    """What every side agreed to: the meeting is called and described so from now on."""
    changes = wording.differences
    label = meeting.full_label
    for name in Wording.FIELDS:
        setattr(meeting, name, getattr(wording, name))
    meeting.save()
    done = WORDING.perform(wording, "accept", by=by)
    for what, before, after in changes:
        journal.record(
            meeting, REWORDED, by=by, reason=wording.remark, **named(what, before, after)
        )
    notifications.meeting_reworded(meeting, done, label, changes)
    return done


def named(what: object, before: object, after: object) -> dict[str, object]:
    """A change of one field as the history tells it."""
    return {"what": what, "before": before or _("none"), "after": after or _("none")}


def ask_for_words_no_longer(meeting: Meeting, by: User) -> None:
    """An open wording is answered by what the meeting is called now."""
    for wording in meeting.wordings.open():
        WORDING.perform(wording, "replace", by=by)
