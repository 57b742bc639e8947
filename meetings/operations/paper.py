"""Papers of a body or a meeting: adding, changing, and asking all sides who may read them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import notifications
from meetings.models import AgendaItem, Paper, Rules
from meetings.permissions import (
    can_add_paper,
    can_ask_for_paper,
    can_change_paper,
    can_decline_paper,
    paper_sides,
)
from meetings.transitions import RELEASE
from portal import journal
from portal.constraints import violations_explained
from portal.models import Party, User
from portal.refusal import NotYours, Refused

ADDED = journal.register("paper.added", _("added the paper"))
CHANGED = journal.register("paper.changed", _("changed the paper"))
SHARED = journal.register("paper.shared", _("shared the paper with the other sides"))
ASKED = journal.register("paper.asked", _("asked all sides to make it: %(wanted)s"))
DECLINED = journal.register("paper.declined", _("said no to making it: %(wanted)s"))
RELEASED = journal.register("paper.released", _("completed the keys: it is now %(wanted)s"))


def _must(allowed: bool) -> None:
    if not allowed:
        raise NotYours(gettext("This is not yours to do."))


@transaction.atomic
def add_paper(
    paper: Paper, *, items: Iterable[AgendaItem], file: UploadedFile | None, by: User
) -> Paper:
    """Store a paper of a side or, by the neutral secretariat, of all sides together."""
    _must(can_add_paper(by, paper.meeting or paper.body) and can_change_paper(by, paper))
    if not paper.is_own:
        raise Refused(gettext("Share the paper first, then ask the other sides."))
    paper.added_by = by.name
    _take(paper, file)
    with violations_explained(Paper):
        paper.save()
    paper.items.set(items)
    journal.record(paper, ADDED, by=by, party=paper.party, private_to=paper.side)
    return paper


def _take(paper: Paper, file: UploadedFile | None) -> None:
    """Take a file in under its own name; in the store it gets one that tells nothing."""
    if file is None:
        return
    former = paper.file.name if paper.pk else ""
    paper.file, paper.file_name, paper.file_size = file, file.name, file.size
    if former:
        storage = paper.file.storage
        transaction.on_commit(lambda: storage.delete(former))


@transaction.atomic
def change_paper(
    paper: Paper,
    *,
    changes: Mapping[str, Any],
    items: Iterable[AgendaItem],
    file: UploadedFile | None,
    revision: int,
    by: User,
) -> Paper:
    """Change a paper that its side still decides on alone; sharing cannot be undone.

    Raises Refused when somebody changed it since `revision` was read, when keys are being
    asked for, and when every side has agreed to it.
    """
    row = _held(paper)
    _must(can_change_paper(by, row))
    _changeable(row, changes.get("access", row.access), revision)
    shared = row.access != changes.get("access", row.access)
    for name, value in changes.items():
        setattr(row, name, value)
    _take(row, file)
    row.revision += 1
    with violations_explained(Paper):
        row.save()
    # Points of closed meetings that this person cannot see stay as they are.
    seen = AgendaItem.objects.visible_to(by).filter(agenda__meeting=row.meeting_id)
    row.items.set([*row.items.exclude(pk__in=seen.values("pk")), *items])
    journal.record(row, SHARED if shared else CHANGED, by=by, party=row.party, private_to=row.side)
    return row


def _held(paper: Paper) -> Paper:
    rows = Paper.objects.select_for_update(of=("self",)).select_related("body", "meeting", "party")
    return rows.get(pk=paper.pk)


def _changeable(row: Paper, access: str, revision: int) -> None:
    if not row.is_own:
        raise Refused(
            gettext(
                "Every side has agreed to this paper, so it stands. "
                "Ask all sides to make it a shared working paper first."
            )
        )
    if row.wanted:
        raise Refused(gettext("The sides are being asked for their keys. Take that back first."))
    if row.revision != revision:
        raise Refused(
            gettext("Somebody changed this paper since you opened it. Compare, then save again.")
        )
    if access not in Paper.OWN or (row.access == Paper.Access.SHARED and access != row.access):
        raise Refused(
            gettext("The other sides may have read it, so it stays shared. Withdraw it instead.")
        )


def may_become(paper: Paper) -> list[str]:
    """The classes that all sides can be asked for, the present one left out."""
    if paper.access == Paper.Access.INTERNAL or paper.status == Paper.Status.WITHDRAWN:
        return []
    if _is_of_idea(paper):
        return []
    classes = [Paper.Access.SHARED, Paper.Access.AGREED, Paper.Access.PUBLIC]
    if _publication(paper) == Rules.Publication.NONE:
        classes.remove(Paper.Access.PUBLIC)
    return [str(one) for one in classes if one != paper.access]


def _is_of_idea(paper: Paper) -> bool:
    """Whether one side's key would be every key there is."""
    return paper.meeting is not None and paper.meeting.is_idea


def _publication(paper: Paper) -> str:
    """What the body's rules say on publishing what was agreed (domain.md 4.5)."""
    rules = paper.body.rules_on(timezone.now().date())
    return rules.publication if rules else Rules.Publication.ALL


@transaction.atomic
def ask_for_paper(paper: Paper, *, wanted: str, revision: int, by: User) -> Paper:
    """Ask all sides to let more, or fewer, people read a paper; each one's key is needed."""
    row = _held(paper)
    _must(can_ask_for_paper(by, row))
    if row.revision != revision:
        raise Refused(
            gettext("Somebody changed this paper since you opened it. Read it, then ask again.")
        )
    if row.wanted:
        raise Refused(gettext("The sides are being asked for their keys already."))
    if _is_of_idea(row):
        raise Refused(gettext("This is an idea that was put to nobody. Propose it to all first."))
    if wanted not in may_become(row):
        raise Refused(gettext("This paper cannot become that. Choose another class."))
    row.wanted, row.asked_at = wanted, timezone.now()
    RELEASE.revise(row, by=by, because=_("Another class was asked for."))
    row.save()
    journal.record(row, ASKED, by=by, wanted=Paper.Access(wanted).label)
    notifications.paper_key_awaited(row, by)
    return row


@transaction.atomic
def agree_paper(paper: Paper, *, party: Party, revision: int, by: User) -> Paper:
    """Give a party's key to what was asked; the last key makes it so.

    Where the rules let each side publish what was agreed, the first key is enough for that.
    """
    row = _asked(paper)
    RELEASE.give(row, party=party, by=by, revision=revision)
    if _one_is_enough(row) or RELEASE.complete(row):
        journal.record(row, RELEASED, by=by, wanted=Paper.Access(row.wanted).label)
        row.access, row.wanted, row.asked_at = row.wanted, "", None
        row.save()
    return row


def _asked(paper: Paper) -> Paper:
    row = _held(paper)
    if not row.wanted or row.status == Paper.Status.WITHDRAWN:
        raise Refused(gettext("Nothing is being asked about this paper any more."))
    return row


def _one_is_enough(paper: Paper) -> bool:
    to_publish = (paper.access, paper.wanted) == (Paper.Access.AGREED, Paper.Access.PUBLIC)
    return to_publish and _publication(paper) == Rules.Publication.EACH


@transaction.atomic
def take_back_paper_key(paper: Paper, *, party: Party, by: User) -> None:
    """Take a party's key back, as long as others are missing."""
    RELEASE.withdraw(_asked(paper), party=party, by=by)


@transaction.atomic
def decline_paper(paper: Paper, *, reason: str, by: User) -> Paper:
    """Say no to what was asked, or take the question back; the paper stays as it is."""
    row = _asked(paper)
    _must(can_decline_paper(by, row))
    if not reason.strip():
        raise Refused(gettext("Write a reason: the people concerned will read it."))
    wanted = row.wanted
    journal.record(row, DECLINED, by=by, reason=reason, wanted=Paper.Access(wanted).label)
    RELEASE.revise(row, by=by, because=_("The question was answered with a no."))
    row.wanted, row.asked_at = "", None
    row.save()
    notifications.paper_declined(row, by, wanted=wanted, reason=reason)
    return row


def own_sides(user: User, paper: Paper) -> list[Party]:
    """The sides for which the user adds papers there, those of the meeting or the body."""
    own = paper_sides(user, paper)
    return [party for party in paper.sides(user) if party.pk in own]
