from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models.appointment import standing
from meetings.models.area import Area
from meetings.models.body import BodyParty
from meetings.models.meeting import Meeting, served
from portal.languages import current_language, in_language
from portal.models import Organisation, Party, Person, alternat


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    def visible_to(self, user):
        """The follow-up is shared by those in office, and by owners for their own items."""
        held = standing(user)
        shared = held.sees("meeting__body") & held.owns("meeting__body", "meeting__side")
        return self.filter(shared | served(held, "meeting") | _owned(user))

    def owned_by(self, user):
        """Those in which the user is named as a side's owner."""
        return self.filter(_owned(user))

    def open(self):
        """Not agreed as done."""
        return self.filter(status=ActionItem.Status.OPEN)

    def done(self):
        """Agreed as done by every side."""
        return self.filter(status=ActionItem.Status.DONE)

    def overdue(self, today: date):
        """Open and past the agreed day."""
        return self.open().filter(due_on__lt=today)

    def matching(self, words: str):
        """Those whose text, in the language being spoken too, or reference holds every word."""
        series = Case(
            When(meeting__series=Meeting.Series.EXTRAORDINARY, then=Value("X")), default=Value("")
        )
        found = self.alias(
            searched=Concat(
                *(Upper("meeting__body__code"), Value("-"), series),
                *(Cast("meeting__number", models.TextField()), Value("-")),
                Cast("number", models.TextField()),
                output_field=models.TextField(),
            )
        )
        for word in words.split():
            found = found.filter(
                Q(text__icontains=word)
                | Q(searched__icontains=word)
                | Q(**{f"texts__{current_language()}__icontains": word})
            )
        return found

    def with_word(self, key_given: Exists, today: date):
        """Each with `stands`: the name of its word, as `ActionItem.word` finds it.

        `key_given` asks whether any side has given its key to closing.
        """
        held = BodyParty.objects.on(today)
        # At a meeting of one side's own part that side alone undertakes anything.
        side = Coalesce(OuterRef("meeting__side"), F("party"))
        seats = held.filter(_in_a_body_of("meeting"), party=side)
        reported = Undertaking.objects.filter(
            item=OuterRef("pk"),
            latest__isnull=False,
            party__in=held.filter(_in_a_body_of("item__meeting")).values("party"),
        )
        done = StatusReport.State.DONE
        spoke = Undertaking.objects.filter(item=OuterRef(OuterRef("pk")), latest__isnull=False)
        return self.annotate(
            stands=Case(
                When(status=ActionItem.Status.DONE, then=Value("done")),
                When(key_given, then=Value("awaiting")),
                When(
                    Exists(reported.filter(latest__state=done))
                    & Exists(reported.exclude(latest__state=done)),
                    then=Value("disputed"),
                ),
                When(due_on__lt=today, then=Value("overdue")),
                When(
                    Exists(reported) & Exists(seats.exclude(party__in=spoke.values("party"))),
                    then=Value("one_side"),
                ),
                default=Value("open"),
            )
        )

    def for_list(self):
        """With what a list row shows; `carried` counts the meetings held since."""
        since = (
            Meeting.objects.filter(
                body=OuterRef("meeting__body"),
                side=None,
                starts_on__gt=OuterRef("meeting__ends_on"),
                status__in=[Meeting.Status.HELD, Meeting.Status.CLOSED],
            )
            .order_by()
            .values("body")
            .annotate(number=Count("pk"))
        )
        return (
            self.select_related("meeting__body", "area")
            .annotate(carried=Coalesce(Subquery(since.values("number")), 0))
            .prefetch_related(
                "meeting__body__seats__party",
                "undertakings__party",
                "undertakings__organisation",
                "undertakings__owner",
                "undertakings__latest",
            )
        )

    def by_area(self):
        """Body by body, area by area, in the order they were agreed."""
        return self.order_by(
            "meeting__body__name",
            "meeting__body",
            F("area__number").asc(nulls_last=True),
            "meeting__starts_on",
            "number",
        )


def _in_a_body_of(meeting: str) -> Q:
    """For a query over seats: those in any body that the meeting of the outer row serves."""
    return Q(body=OuterRef(f"{meeting}__body")) | Q(body__numbers__meeting=OuterRef(meeting))


def _owned(user) -> Q:
    if not (user.is_authenticated and user.person_id):
        return Q(pk__in=[])
    return Q(pk__in=Undertaking.objects.owned_by(user).values("item"))


@dataclass(frozen=True)
class Word:
    """How an item stands, in one word with its tone."""

    name: str
    label: Any
    tone: str


WORDS = {
    "done": Word("done", _("Done"), "agreed"),
    "awaiting": Word("awaiting", _("Awaiting the other side’s key"), "awaiting"),
    "disputed": Word("disputed", _("Disputed"), "disputed"),
    "overdue": Word("overdue", _("Overdue"), "overdue"),
    "one_side": Word("one_side", _("Reported by one side only"), "awaiting"),
    "open": Word("open", _("Open"), "neutral"),
}


class ActionItem(models.Model):
    """What was agreed to be done. It lives across meetings until every side says it is done."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")

    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="items", verbose_name=_("agreed at")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=_("area"),
    )
    text = models.TextField(_("text as agreed"))
    texts = models.JSONField(_("text per language"), default=dict, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    due_words = models.CharField(
        _("due in words"),
        max_length=200,
        blank=True,
        help_text=_("As agreed, for instance “before the next meeting”. Empty: none agreed."),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False
    )
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "number"]
        verbose_name = _("action item")
        verbose_name_plural = _("action items")
        indexes = [models.Index(fields=["status", "due_on"], name="item_due")]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="one_item_per_number"),
            models.CheckConstraint(
                condition=models.Q(status="open", closed_at=None)
                | models.Q(status="done", closed_at__isnull=False),
                name="a_done_item_has_a_day_of_closing",
            ),
        ]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        return reverse("item", args=[self.pk])

    @property
    def reference(self) -> str:
        """Stable for ever: body, meeting, number."""
        series = "X" if self.meeting.series == Meeting.Series.EXTRAORDINARY else ""
        session = f"{series}{self.meeting.number}" if self.meeting.number else f"M{self.meeting_id}"
        return f"{self.meeting.body.code.upper()}-{session}-{self.number}"

    @property
    def words(self) -> str:
        """The text in the language being spoken, where it was agreed in it."""
        return in_language(self.texts, self.text)

    def sides(self, user=None) -> list[Party]:
        """The parties of today in the bodies that agreed it, the reader's own side first.

        What one side's own part agreed is that side's alone.
        """
        own = self.meeting.side_id
        found = {party.pk: party for body in self.meeting.bodies for party in body.sides()}
        sides = [party for party in found.values() if own in (None, party.pk)]
        return alternat(sides, standing(user).party_ids if user else ())

    def is_overdue(self, today: date) -> bool:
        """Whether the agreed day has passed without the item being done."""
        return bool(self.status == self.Status.OPEN and self.due_on and self.due_on < today)

    @property
    def status_pair(self) -> list[tuple[Party, "StatusReport | None"]]:
        """Each side's own view: (party, its latest report or None), in the body's order."""
        reports = {one.party_id: one.latest for one in self.undertakings.all()}
        return [(party, reports.get(party.pk)) for party in self.sides()]

    def status_pair_for(self, user) -> list[tuple[Party, "StatusReport | None"]]:
        """The same with the reader's own side first."""
        pair = dict(self.status_pair)
        return [(party, pair[party]) for party in alternat(pair, standing(user).party_ids)]

    def word(self, keys_given: int = 0, today: date | None = None) -> Word:
        """How the item stands, from status, keys, reports and the calendar.

        Reports that disagree on whether it is done are a dispute; silence is not.
        """
        today = today or timezone.now().date()
        states = [report.state if report else None for _party, report in self.status_pair]
        done = StatusReport.State.DONE
        if self.status == self.Status.DONE:
            return WORDS["done"]
        if keys_given:
            return WORDS["awaiting"]
        if done in states and any(state not in (done, None) for state in states):
            return WORDS["disputed"]
        if self.is_overdue(today):
            return WORDS["overdue"]
        if any(states) and not all(states):
            return WORDS["one_side"]
        return WORDS["open"]


class UndertakingQuerySet(models.QuerySet["Undertaking"]):
    def with_owner(self):
        """Those with an owner who still serves the side, and whose affair it is."""
        serves = Q(owner__party=None) | Q(owner__party=models.F("party"))
        known = Q(item__meeting__side=None) | Q(item__meeting__side=models.F("party"))
        return self.filter(serves, known, owner__isnull=False)

    def owned_by(self, user):
        """Those that the user owns for the side that the user serves."""
        return self.with_owner().filter(owner=user.person_id)


class Undertaking(models.Model):
    """One party's part in an action item: which organisation and person own it on that side."""

    item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="undertakings")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="undertakings")
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("organisation"),
    )
    owner = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="undertakings",
        verbose_name=_("owner"),
    )
    latest = models.ForeignKey(
        "StatusReport", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = UndertakingQuerySet.as_manager()

    class Meta:
        ordering = ["item", "pk"]
        verbose_name = _("undertaking")
        verbose_name_plural = _("undertakings")
        constraints = [
            models.UniqueConstraint(fields=["item", "party"], name="one_undertaking_per_party"),
        ]

    def __str__(self):
        return f"{self.item} · {self.party}"

    def is_owned_by(self, user) -> bool:
        """Whether the user owns it, and has not gone over to another side since."""
        return (
            user.person_id is not None
            and self.owner_id == user.person_id
            and user.party_id in (None, self.party_id)
        )


class StatusReport(models.Model):
    """What one side reports on its own part, on a day. Never changed; a later one follows."""

    class State(models.TextChoices):
        NOT_STARTED = "not_started", _("not started")
        ON_TRACK = "on_track", _("on track")
        DELAYED = "delayed", _("delayed")
        BLOCKED = "blocked", _("blocked")
        DONE = "done", _("done")

    TONES = {
        State.NOT_STARTED: "neutral",
        State.ON_TRACK: "agreed",
        State.DELAYED: "awaiting",
        State.BLOCKED: "disputed",
        State.DONE: "done",
    }

    undertaking = models.ForeignKey(Undertaking, on_delete=models.CASCADE, related_name="reports")
    state = models.CharField(_("state"), max_length=12, choices=State)
    text = models.TextField(_("in words"), blank=True)
    reported_at = models.DateTimeField(_("reported"), default=timezone.now)
    reporter = models.ForeignKey(
        "portal.User", on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("account")
    )
    reporter_name = models.CharField(_("reported by"), max_length=300)

    class Meta:
        ordering = ["-reported_at", "-pk"]
        verbose_name = _("status report")
        verbose_name_plural = _("status reports")

    def __str__(self):
        return f"{self.undertaking}: {self.get_state_display()}"

    @property
    def tone(self) -> str:
        """The tone of its state, as badges know it."""
        return self.TONES[self.State(self.state)]
