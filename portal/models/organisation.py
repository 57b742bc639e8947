from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.languages import in_language
from portal.models.party import Party


class Organisation(models.Model):
    """A ministry, agency, company or association that people belong to and items are owned by."""

    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("party")
    )
    name = models.CharField(_("name"), max_length=250)
    names = models.JSONField(_("name per language"), default=dict, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(
                fields=["party", "name"],
                nulls_distinct=False,
                name="one_organisation_per_name_and_party",
            ),
        ]

    def __str__(self):
        return in_language(self.names, self.name)
