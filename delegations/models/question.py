import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from delegations.models.delegate import Delegate
from delegations.models.desk import Desk
from portal.languages import in_language


class Questionnaire(models.Model):
    """What the form of one track asks: which standard fields, and which questions of its own."""

    class Ask(models.TextChoices):
        REQUIRED = "required", _("Asked, and must be answered")
        OPTIONAL = "optional", _("Asked, may stay empty")
        HIDDEN = "hidden", _("Not asked")

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="questionnaires")
    track = models.CharField(_("for whom"), max_length=10, choices=Delegate.Track)
    fields = models.JSONField(
        _("standard fields"),
        default=dict,
        blank=True,
        help_text=_("Which of the fields that can be left out is asked, and how."),
    )
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

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


class QuestionQuerySet(models.QuerySet["Question"]):
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


def stored_name(answer: "Answer", original: str) -> str:
    """A name in the store that tells nothing; the original stands in its row."""
    return f"answers/{uuid.uuid4().hex}"


class Answer(models.Model):
    """What one delegate answered to one question."""

    delegate = models.ForeignKey(Delegate, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    value = models.JSONField(_("answer"), default=None, null=True, blank=True)
    file = models.FileField(_("file"), upload_to=stored_name, blank=True)
    file_name = models.CharField(_("name of the file"), max_length=255, blank=True)

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
        return str(self.value)
