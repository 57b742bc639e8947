from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import journal
from portal.languages import translated
from portal.models.party import Party


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, target):
        """The history of one object, newest first."""
        return self.filter(
            content_type=ContentType.objects.get_for_model(target), object_id=target.pk
        ).select_related("party")

    def visible_to(self, user, own=None):
        """Without what another side keeps to itself. Who may see the target is asked before.

        `own` are the sides for which the user holds an office there, by primary key; without
        it the side that the user's person serves.
        """
        own = {getattr(user, "party_id", None)} if own is None else own
        return self.filter(models.Q(private_to=None) | models.Q(private_to__in=own - {None}))


class Entry(models.Model):
    """One line of the journal: who did what to which object, when. Never changed, never deleted."""

    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    target = GenericForeignKey()
    verb = models.CharField(_("verb"), max_length=60)
    at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(
        "portal.User", on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("account")
    )
    actor_name = models.CharField(_("who"), max_length=300, blank=True)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("for the side")
    )
    private_to = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(_("reason"), blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        indexes = [models.Index(fields=["content_type", "object_id", "-at"], name="entry_target")]

    def __str__(self):
        return f"{self.actor_name}: {self.sentence}"

    @property
    def shown_reason(self) -> str:
        """The reason as it was typed, or the portal's own words in the reader's language."""
        return translated(self.reason)

    @property
    def sentence(self) -> str:
        """What was done, in words, in the language being spoken."""
        party = self.party.label if self.party else ""
        return journal.sentence(self.verb, {"party": party, **self.data})
