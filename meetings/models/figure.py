from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from meetings.models.body import Body
from portal.languages import in_language
from portal.models import Party


class FigureQuerySet(models.QuerySet["Figure"]):
    def visible_to(self, user):
        """What a body is told of in numbers, whoever knows of the body may read."""
        return self.filter(body__in=Body.objects.visible_to(user))


class Figure(models.Model):
    """A trade or investment figure with what makes it checkable: period, unit and source."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="figures")
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    name = models.CharField(_("what is counted"), max_length=300)
    names = models.JSONField(_("name per language"), default=dict, blank=True)
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=60)
    period = models.CharField(_("period"), max_length=60)
    change = models.DecimalField(
        _("change on the same period a year before, in per cent"),
        max_digits=7,
        decimal_places=1,
        null=True,
        blank=True,
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("whose statistics")
    )

    objects = FigureQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        constraints = [
            models.UniqueConstraint(
                fields=["body", "name", "period"], name="one_figure_per_name_and_period"
            ),
        ]

    def __str__(self):
        return f"{self.label}, {self.period}"

    @property
    def label(self) -> str:
        """What is counted, in the language being spoken."""
        return in_language(self.names, self.name)

    @property
    def value_words(self) -> str:
        """The value as the reader's language writes numbers, without empty decimals."""
        whole = self.value == self.value.to_integral_value()
        return number_format(self.value, decimal_pos=0 if whole else 2, force_grouping=True)
