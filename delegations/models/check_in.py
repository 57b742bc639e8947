import uuid

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from delegations.models.delegate import Delegate
from meetings.models import Sitting
from portal.models import User


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def valid(self):
        """Without those that were undone."""
        return self.filter(undone_at=None)

    def visible_to(self, user):
        """Those of the people whom the user may see."""
        return self.filter(delegate__in=Delegate.objects.visible_to(user))

    def last_ones(self):
        """Of each person in each sitting the last: whether they are in or out."""
        order = ("sitting_id", "delegate_id", "-at", "-pk")
        last = self.valid().order_by(*order).distinct("sitting_id", "delegate_id")
        return CheckIn.objects.filter(pk__in=last.values("pk"))

    def numbers(self) -> dict[tuple[int, int], tuple[int, int]]:
        """By sitting and side: how many are in the room, and how many have come."""
        at_the_door = Q(way=CheckIn.Way.IN, source=CheckIn.Source.DOOR)
        rows = (
            self.last_ones()
            .order_by()
            .values_list("sitting", "delegate__delegation__party")
            .annotate(inside=Count("pk", filter=at_the_door), came=Count("pk"))
        )
        return {(sitting, party): (inside, came) for sitting, party, inside, came in rows}


class CheckIn(models.Model):
    """A person came into a sitting or left it: seen at the door, or told by a video platform.

    `uid` is made where it is seen, so that a phone that lost its connection can tell it twice.
    """

    class Way(models.TextChoices):
        IN = "in", _("Came in")
        OUT = "out", _("Went out")

    class Source(models.TextChoices):
        DOOR = "door", _("At the door")
        VIDEO = "video", _("By video")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    delegate = models.ForeignKey(Delegate, on_delete=models.CASCADE, related_name="check_ins")
    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="check_ins")
    way = models.CharField(_("in or out"), max_length=3, choices=Way)
    source = models.CharField(_("seen"), max_length=5, choices=Source, default=Source.DOOR)
    at = models.DateTimeField(_("when"), default=timezone.now)
    minutes = models.PositiveIntegerField(_("minutes present"), null=True, blank=True)
    by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    by_name = models.CharField(_("entered by"), max_length=300, blank=True, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True, editable=False)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        indexes = [
            models.Index(
                fields=["sitting", "delegate", "-at"],
                condition=Q(undone_at=None),
                name="check_in_of_a_sitting",
            ),
        ]

    def __str__(self):
        return f"{self.delegate} · {self.get_way_display()}"
