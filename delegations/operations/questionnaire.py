"""What the form of a registration asks: shared by all sides, kept with every answer it got."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations import notifications
from delegations.models import Desk, Question, Questionnaire
from delegations.permissions import can_run_desk
from portal import journal
from portal.models import User
from portal.refusal import NotYours, Refused

CHANGED = journal.register("questionnaire.changed", _("changed what the registration form asks"))
ADDED = journal.register("question.added", _("added to the registration form: %(question)s"))
REWORDED = journal.register("question.changed", _("changed in the registration form: %(question)s"))
RETIRED = journal.register("question.retired", _("took off the registration form: %(question)s"))
RESTORED = journal.register("question.restored", _("put back on the form: %(question)s"))
COPIED = journal.register("questionnaire.copied", _("took the registration form of: %(meeting)s"))


def _locked(desk: Desk, track: str, by: User) -> Questionnaire:
    """The form of a track, one change after another; raises NotYours for who does not run it."""
    if not can_run_desk(by, desk):
        raise NotYours(gettext("The secretariat decides what the form asks."))
    Questionnaire.objects.get_or_create(desk=desk, track=track)
    form = Questionnaire.objects.select_for_update().get(desk=desk, track=track)
    form.desk = desk
    return form


def _tell(form: Questionnaire, verb: str, by: User, **data: Any) -> None:
    form.revision += 1
    form.save(update_fields=["fields", "revision"])
    journal.record(form.desk.meeting, verb, by=by, **data)
    if form.desk.status == Desk.Status.OPEN:
        notifications.form_changed(form.desk, by, timezone.now())


@transaction.atomic
def set_fields(desk: Desk, track: str, *, fields: Mapping[str, str], by: User) -> Questionnaire:
    """Say which standard fields are asked, and how."""
    form = _locked(desk, track, by)
    chosen = {name: fields.get(name, form.asks(name)) for name in Questionnaire.STANDARD}
    if chosen != {name: form.asks(name) for name in Questionnaire.STANDARD}:
        form.fields = chosen
        _tell(form, CHANGED, by)
    return form


@transaction.atomic
def add_question(desk: Desk, track: str, *, question: Question, by: User) -> Question:
    """Ask something more, after everything that is asked already."""
    form = _locked(desk, track, by)
    last = form.questions.aggregate(last=Max("order"))["last"] or 0
    question.questionnaire = form
    question.order = last + 1
    question.save()
    _tell(form, ADDED, by, question=question.label)
    return question


@transaction.atomic
def change_question(question: Question, *, changes: Mapping[str, Any], by: User) -> Question:
    """Word a question anew. Its kind stays, so that every answer still answers it."""
    form = _locked(question.questionnaire.desk, question.questionnaire.track, by)
    row = Question.objects.get(pk=question.pk)
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, changes[name])
    row.save(update_fields=changed)
    _tell(form, REWORDED, by, question=row.label)
    return row


@transaction.atomic
def move_question(question: Question, *, up: bool, by: User) -> None:
    """Ask it one place earlier or later; never before the question it depends on."""
    form = _locked(question.questionnaire.desk, question.questionnaire.track, by)
    asked = list(form.questions.asked())
    place = next((at for at, one in enumerate(asked) if one.pk == question.pk), None)
    if place is None:
        return
    other = place - 1 if up else place + 1
    if not 0 <= other < len(asked):
        return
    first, second = (asked[other], asked[place]) if up else (asked[place], asked[other])
    if second.only_if == str(first.uid):
        raise Refused(
            gettext("“%(second)s” depends on the answer to “%(first)s”, so it comes after it.")
            % {"second": second.words, "first": first.words}
        )
    asked[place], asked[other] = asked[other], asked[place]
    for number, one in enumerate(asked, start=1):
        one.order = number
    Question.objects.bulk_update(asked, ["order"])
    _tell(form, REWORDED, by, question=question.label)


@transaction.atomic
def retire_question(question: Question, *, by: User) -> None:
    """Ask it no more; what was answered stays."""
    form = _locked(question.questionnaire.desk, question.questionnaire.track, by)
    row = Question.objects.get(pk=question.pk)
    if row.retired_at:
        return
    dependent = form.questions.asked().filter(only_if=str(row.uid)).first()
    if dependent:
        raise Refused(
            gettext("“%(question)s” depends on this question. Change or take off that one first.")
            % {"question": dependent.words}
        )
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    _tell(form, RETIRED, by, question=row.label)


@transaction.atomic
def restore_question(question: Question, *, by: User) -> None:
    """Ask it again, as the last one."""
    form = _locked(question.questionnaire.desk, question.questionnaire.track, by)
    row = Question.objects.get(pk=question.pk)
    if row.retired_at is None:
        return
    asked = form.questions.asked()
    row.retired_at = None
    row.order = (asked.aggregate(last=Max("order"))["last"] or 0) + 1
    if row.only_if and not _can_depend(row, asked):
        row.only_if, row.only_if_is = "", []
    row.save(update_fields=["retired_at", "order", "only_if", "only_if_is"])
    _tell(form, RESTORED, by, question=row.label)


def _can_depend(question: Question, asked) -> bool:
    """Whether what it depends on is still asked."""
    if question.only_if in ("attendance", "sector"):
        return True
    return asked.filter(uid=question.only_if).exists()


@transaction.atomic
def copy_questionnaire(desk: Desk, source: Questionnaire, *, by: User) -> Questionnaire:
    """Take the form of an earlier meeting, where nothing of one's own is asked yet."""
    form = _locked(desk, source.track, by)
    if form.questions.exists():
        raise Refused(
            gettext("This form has questions already, so no other form can take its place.")
        )
    form.fields = source.fields
    uids = {str(one.uid): uuid.uuid4() for one in source.questions.asked()}
    for one in source.questions.asked():
        one.pk, one.questionnaire = None, form
        one.only_if = str(uids.get(one.only_if, one.only_if))
        one.uid = uids[str(one.uid)]
        one.save(force_insert=True)
    _tell(form, COPIED, by, meeting=source.desk.meeting.full_label)
    return form
