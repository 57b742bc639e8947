import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delegations.models.delegate import Delegate
from delegations.models.desk import Desk
from portal.languages import in_language

YES = "yes"  # how a consent that was given reads in a condition


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    def visible_to(self, user):
        """Those in office where the meeting belongs; others see the public form alone."""
        return self.filter(desk__in=Desk.objects.visible_to(user))


class Questionnaire(models.Model):
    """What the form of one track asks: which standard fields, and which questions of its own."""

    class Ask(models.TextChoices):
        REQUIRED = "required", _("Asked, and must be answered")
        OPTIONAL = "optional", _("Asked, may stay empty")
        HIDDEN = "hidden", _("Not asked")

    # The fields that a form can leave out, and how each is asked unless the form says otherwise.
    STANDARD: Mapping[str, str] = {
        "latin_name": Ask.OPTIONAL,
        "honorific": Ask.OPTIONAL,
        "function": Ask.OPTIONAL,
        "sector": Ask.REQUIRED,
        "attendance": Ask.REQUIRED,
        "sittings": Ask.REQUIRED,
        "zone": Ask.OPTIONAL,
        "document": Ask.HIDDEN,
        "issued_by": Ask.HIDDEN,
        "valid_until": Ask.HIDDEN,
        "born_on": Ask.HIDDEN,
        "nationality": Ask.HIDDEN,
        "photo": Ask.HIDDEN,
    }
    # Seen by few, deleted after the meeting.
    IDENTITY = ("document", "issued_by", "valid_until", "born_on", "nationality", "photo")

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="questionnaires")
    track = models.CharField(_("for whom"), max_length=10, choices=Delegate.Track)
    fields = models.JSONField(
        _("standard fields"),
        default=dict,
        blank=True,
        help_text=_("Which of the fields that can be left out is asked, and how."),
    )
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        ordering = ["desk", "track"]
        verbose_name = _("registration form")
        verbose_name_plural = _("registration forms")
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "track"],
                name="one_questionnaire_per_track",
                violation_error_message=_("There is a form for these people already."),
            ),
        ]

    def __str__(self):
        return f"{self.desk} · {self.get_track_display()}"

    def asks(self, name: str) -> str:
        """How a standard field is asked: required, optional or hidden."""
        chosen = self.fields.get(name)
        return chosen if chosen in self.Ask else self.STANDARD[name]

    @property
    def asks_identity(self) -> bool:
        """Whether it asks for passport data or a photo."""
        return any(self.asks(name) != self.Ask.HIDDEN for name in self.IDENTITY)


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, user):
        return self.filter(questionnaire__in=Questionnaire.objects.visible_to(user))

    def asked(self):
        """Those that the form asks now; a question taken off keeps its answers."""
        return self.filter(retired_at=None)


class Question(models.Model):
    """One question of a meeting's own, in each of its languages."""

    class Kind(models.TextChoices):
        TEXT = "text", _("A line of text")
        LONG_TEXT = "long_text", _("Several lines of text")
        CHOICE = "choice", _("One of several")
        SEVERAL = "several", _("Any of several")
        NUMBER = "number", _("A number")
        DATE = "date", _("A date")
        FILE = "file", _("A file")
        CONSENT = "consent", _("A consent")

    CHOSEN = (Kind.CHOICE, Kind.SEVERAL)

    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.CASCADE, related_name="questions"
    )
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    kind = models.CharField(_("kind of answer"), max_length=10, choices=Kind)
    label = models.CharField(_("question"), max_length=400)
    labels = models.JSONField(_("question per language"), default=dict, blank=True)
    hint = models.CharField(_("hint"), max_length=400, blank=True)
    hints = models.JSONField(_("hint per language"), default=dict, blank=True)
    choices = models.JSONField(
        _("what can be chosen"),
        default=list,
        blank=True,
        help_text=_("A list of objects with “key”, “label” and “labels”; keys never change."),
    )
    is_required = models.BooleanField(_("must be answered"), default=False)
    # Asked only of those who answered so: the name of a standard field, or a question's uid.
    only_if = models.CharField(_("asked only depending on"), max_length=40, blank=True)
    only_if_is = models.JSONField(_("where the answer is one of"), default=list, blank=True)
    is_identity = models.BooleanField(
        _("identity data: seen by few, deleted after the meeting"), default=False
    )
    retired_at = models.DateTimeField(_("taken off the form"), null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["questionnaire", "order", "pk"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["choice", "several"]) | ~Q(choices=[]),
                name="what_is_chosen_from_has_choices",
                violation_error_message=_("Write at least one thing that can be chosen."),
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def words(self) -> str:
        """The question in the language being spoken."""
        return in_language(self.labels, self.label)

    @property
    def hint_words(self) -> str:
        return in_language(self.hints, self.hint)

    @property
    def name(self) -> str:
        """What its field is called in the form."""
        return f"question-{self.uid.hex}"

    @property
    def labels_of_choices(self) -> dict[str, str]:
        """What can and could be chosen, by key, in the language being spoken."""
        return {
            one["key"]: in_language(one.get("labels", {}), one["label"]) for one in self.choices
        }

    @property
    def offered(self) -> list[tuple[str, str]]:
        """What can be chosen now; a choice taken off keeps its answers."""
        off = {one["key"] for one in self.choices if one.get("off")}
        return [(key, label) for key, label in self.labels_of_choices.items() if key not in off]

    def applies(self, given: Mapping[str, Any]) -> bool:
        """Whether it is asked of somebody who answered so, by standard field or question's uid."""
        if not self.only_if:
            return True
        answer = given.get(self.only_if)
        answers = answer if isinstance(answer, list) else [answer]
        return any(one in self.only_if_is for one in answers)


def applying(questions: Iterable[Question], given: Mapping[str, Any]) -> list[Question]:
    """Those asked of somebody who answered so; what is not asked decides nothing itself."""
    known = dict(given)
    found = []
    for question in questions:
        if question.applies(known):
            found.append(question)
        else:
            known.pop(str(question.uid), None)
    return found


def stored_name(answer: "Answer", original: str) -> str:
    """A name in the store that tells nothing; the original stands in its row."""
    return f"answers/{uuid.uuid4().hex}"


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, user):
        """The own side's officers, the neutral secretariat, the person; identity data fewer."""
        plain = Q(question__is_identity=False, delegate__in=Delegate.objects.known_to_side(user))
        close = Q(question__is_identity=True, delegate__in=Delegate.objects.known_closely_by(user))
        return self.filter(plain | close)

    def for_list(self):
        """In the order of the form, with their questions."""
        return self.select_related("question").order_by("question__order", "question__pk")


class Answer(models.Model):
    """What one delegate answered to one question."""

    delegate = models.ForeignKey(Delegate, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    value = models.JSONField(_("answer"), default=None, null=True, blank=True)
    file = models.FileField(_("file"), upload_to=stored_name, blank=True)
    file_name = models.CharField(_("name of the file"), max_length=255, blank=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["delegate", "question"]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(
                fields=["delegate", "question"], name="one_answer_per_delegate_and_question"
            ),
        ]

    def __str__(self):
        return self.words

    @property
    def words(self) -> str:
        """The answer as people read it, in the language being spoken."""
        kind = self.question.kind
        if kind in Question.CHOSEN:
            labels = self.question.labels_of_choices
            chosen = self.value if isinstance(self.value, list) else [self.value]
            return " · ".join(labels.get(one, str(one)) for one in chosen)
        shown = {
            Question.Kind.CONSENT: lambda: gettext("Yes"),
            Question.Kind.DATE: lambda: date_format(
                date.fromisoformat(str(self.value)), "DATE_FORMAT"
            ),
            Question.Kind.NUMBER: lambda: number_format(self.value or 0, use_l10n=True),
            Question.Kind.FILE: lambda: self.file_name,
        }
        return shown.get(Question.Kind(kind), lambda: str(self.value))()
