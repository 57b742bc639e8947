"""In which capacity somebody comes, how they take part, and how high their office ranks."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models import Mode


class Capacity(models.TextChoices):
    """In which capacity somebody comes, in the order of the list of participants."""

    HEAD = "head", _("Head of delegation")
    DEPUTY = "deputy", _("Deputy head of delegation")
    DELEGATE = "delegate", _("Delegate")
    ALTERNATE = "alternate", _("Alternate")
    ADVISER = "adviser", _("Adviser")
    EXPERT = "expert", _("Expert")
    PARTICIPANT = "participant", _("Participant")
    INTERPRETER = "interpreter", _("Interpreter")
    SUPPORT = "support", _("Support staff")
    MEDIA = "media", _("Media")


class OfficeRank(models.IntegerChoices):
    """The rank of an office, never of a person, inside a side (domain.md 3.4)."""

    MINISTER = 10, _("Minister or head of an authority")
    DEPUTY_MINISTER = 20, _("Deputy minister or state secretary")
    AMBASSADOR = 30, _("Ambassador")
    DIRECTOR_GENERAL = 40, _("Director-general or head of a department")
    DIRECTOR = 50, _("Director or deputy head of a department")
    COUNSELLOR = 60, _("Counsellor or head of a division")
    OFFICER = 70, _("Officer or specialist")
    OTHER = 90, _("Other")


class Attendance(models.TextChoices):
    """How somebody takes part."""

    IN_PERSON = Mode.IN_PERSON.value, _("In person")
    VIRTUAL = Mode.VIRTUAL.value, _("By video")
