from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core import signing
from django.db import models
from django.db.models import Case, Count, F, Prefetch, Q, When, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from delegations.models import capacity
from delegations.models.delegation import Delegation
from delegations.models.desk import random_code
from meetings.models import Meeting, Paper, Sitting, Standing, at_joint, standing
from portal.clocks import day_in
from portal.models import Party, Person
from portal.models.party import known_zone
from portal.search import searchable, sought

SIGNER = signing.Signer(salt="delegations.personal-link")


def reference() -> str:
    code = random_code(8)
    return f"{code[:4]}-{code[4:]}"


def link_nonce() -> str:
    return random_code(12)


CAPACITIES = capacity.Capacity.values  # in the order of a list of participants

# What `programme` needs: the sittings chosen and, for their clocks, the sides.
PROGRAMME = (
    Prefetch("sittings", Sitting.objects.select_related("area", "room")),
    "delegation__meeting__body__seats__party",
)


@dataclass(frozen=True)
class Tally:
    """How many came, of one side; None where the reader may not know."""

    party: Party
    registered: int | None
    confirmed: int
    attended: int | None


class SearchField(models.TextField):
    """Written anew with every row, rows stored together too."""

    def pre_save(self, model_instance, add):
        model_instance.search = model_instance.searched()
        return model_instance.search


class DelegateQuerySet(models.QuerySet["Delegate"]):
    def visible_to(self, user):
        """Own side's people in full; another side's only once approved; the neutral all.

        A side's pending and declined registrations are its own affair (domain.md 4.2).
        """
        held = standing(user)
        own = self._served(held, "chair", "secretary", "focal_point")
        inside = Q(delegation__meeting__in=Meeting.objects.inside(user))
        submitted = Q(delegation__status__in=Delegation.SENT)
        named = Q(track="delegation", status__in=["nominated", "approved"]) & submitted
        came = Q(track="open", status=Delegate.Status.APPROVED)
        shared = (named | came) & inside
        return self.filter(own | self._neutral(held, user) | shared | self._mine(user))

    def known_closely_by(self, user):
        """Those of whom the user may see what is asked of few: passports and photos."""
        held = standing(user)
        own = self._served(held, "secretary", "focal_point")
        return self.filter(own | self._neutral(held, user) | self._mine(user))

    def known_to_side(self, user):
        """Those whose address and answers the user may read: not what another side's people say."""
        held = standing(user)
        own = self._served(held, "chair", "secretary", "focal_point")
        return self.filter(own | self._neutral(held, user) | self._mine(user))

    def decided_by(self, user):
        """Those whom the user may approve or decline."""
        return self.filter(self._served(standing(user), "focal_point"))

    def _neutral(self, held: Standing, user) -> Q:
        """The people of all sides, for the neutral secretariat of a body that meets.

        A delegation opens to it as to the other sides, and whom it lost stays the side's own.
        """
        told = Q(track="open") | (Q(delegation__status__in=Delegation.SENT) & ~Q(status="removed"))
        inside = Q(delegation__meeting__in=Meeting.objects.inside(user))
        further = held.neutral_in("delegation__meeting__numbers__body")
        joint = at_joint(self.model, held, further, "delegation__meeting")
        return ((held.neutral_in("delegation__meeting__body") & inside) | joint) & told

    def _mine(self, user) -> Q:
        known = user.is_authenticated and user.person_id
        return Q(person=user.person_id) if known else Q(pk__in=[])

    def _served(self, held: Standing, *offices: str) -> Q:
        """The people of a side for which the user holds an office in a body that meets."""
        meeting, party = "delegation__meeting", "delegation__party"
        further = held.serves(f"{meeting}__numbers__body", party, *offices)
        own = held.serves(f"{meeting}__body", party, *offices)
        return own | at_joint(self.model, held, further, meeting)

    def live(self):
        """Registered and neither declined nor cancelled."""
        return self.filter(status__in=Delegate.LIVE)

    def waiting(self):
        """Waiting for their side's focal point."""
        return self.filter(status=Delegate.Status.PENDING)

    def in_line(self):
        """On the waiting list, whoever came first in front."""
        return self.filter(status=Delegate.Status.WAITING).order_by("waiting_since", "pk")

    def matching(self, words: str):
        """Those whose name in either script, organisation or reference holds every word."""
        found = self
        for word in sought(words):
            found = found.filter(search__contains=word)
        return found

    def for_list(self):
        """With what a list row shows."""
        return self.select_related("delegation__party", "delegation__meeting__body")

    def with_programme(self):
        """With the sittings chosen and the clocks of all sides, as a message writes them."""
        return self.for_list().select_related("person").prefetch_related(*PROGRAMME)

    def of_delegation(self):
        """Whom a side sends; not those who registered by themselves."""
        return self.filter(track=Delegate.Track.DELEGATION)

    def arranged(self):
        """As their side arranged them by hand, then by capacity and the rank of the office."""
        order = [When(capacity=value, then=number) for number, value in enumerate(CAPACITIES)]
        capacity = Case(*order, default=len(order), output_field=models.IntegerField())
        return self.order_by(F("place").asc(nulls_last=True), capacity, "rank", "pk")

    def ahead_of(self, delegate: "Delegate"):
        """Who of the same side has waited longer: of other sides nobody learns how many wait."""
        before = Q(waiting_since__lt=delegate.waiting_since)
        same = Q(waiting_since=delegate.waiting_since, pk__lt=delegate.pk)
        return self.in_line().filter(before | same, delegation=delegate.delegation_id)

    def by_rank(self):
        """In the order they registered, within their side."""
        return self.order_by("delegation", "pk")


class Delegate(models.Model):
    """A person's registration for one meeting, on one side, as that person wrote it."""

    class Status(models.TextChoices):
        NOMINATED = "nominated", _("Named, to be confirmed")
        PENDING = "pending", _("Waiting for approval")
        ASKED = "asked", _("Asked for an answer")
        WAITING = "waiting", _("On the waiting list")
        OFFERED = "offered", _("Offered a place")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        CANCELLED = "cancelled", _("Cancelled")
        REMOVED = "removed", _("Taken off the delegation")

    LIVE = (
        *(Status.NOMINATED, Status.PENDING, Status.ASKED),
        *(Status.WAITING, Status.OFFERED, Status.APPROVED),
    )
    HOLDING = tuple(status for status in LIVE if status != "waiting")  # a place

    class Track(models.TextChoices):
        DELEGATION = "delegation", _("Delegations")
        OPEN = "open", pgettext_lazy("who comes by it", "Open registration")

    Capacity = capacity.Capacity
    OfficeRank = capacity.OfficeRank
    Attendance = capacity.Attendance

    class Sector(models.TextChoices):
        GOVERNMENT = "government", _("Government")
        PRIVATE = "private", _("Private sector")
        INDUSTRY = "industry", _("Industry")
        ACADEMIA = "academia", _("Science and education")
        OTHER = "other", _("Other")

    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, related_name="delegates")
    # The same as the delegation's: here so that "one live registration" can be a constraint.
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="delegates", editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="registrations")
    full_name = models.CharField(_("full name"), max_length=250)
    latin_name = models.CharField(_("name in Latin letters"), max_length=250, blank=True)
    honorific = models.CharField(_("honorific"), max_length=80, blank=True)
    function = models.CharField(_("function"), max_length=200, blank=True)
    organisation = models.CharField(_("organisation"), max_length=250)
    sector = models.CharField(_("sector"), max_length=12, choices=Sector)
    email = models.EmailField(_("e-mail address"))
    attendance = models.CharField(
        _("how they take part"), max_length=10, choices=Attendance, default=Attendance.VIRTUAL
    )
    sittings = models.ManyToManyField(
        Sitting, blank=True, related_name="delegates", verbose_name=_("sittings")
    )
    language = models.CharField(_("language"), max_length=8, default="en")
    zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[known_zone])
    track = models.CharField(
        _("how they came"), max_length=10, choices=Track, default=Track.OPEN, editable=False
    )
    capacity = models.CharField(
        _("capacity"), max_length=12, choices=Capacity, default=Capacity.PARTICIPANT
    )
    rank = models.PositiveSmallIntegerField(
        _("rank of the office"), choices=OfficeRank, default=OfficeRank.OTHER
    )
    relationship = models.CharField(
        _("relation to the organisation that names them"), max_length=200, blank=True
    )
    place = models.PositiveIntegerField(
        _("place in the list, set by hand"), null=True, blank=True, editable=False
    )
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        editable=False,
    )
    letters: "models.ManyToManyField[Paper, models.Model]" = models.ManyToManyField(
        Paper, related_name="+", blank=True, verbose_name=_("list letters and credentials")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.PENDING, editable=False
    )
    waiting_since = models.DateTimeField(
        _("on the waiting list since"), null=True, blank=True, editable=False
    )
    answer_by = models.DateTimeField(_("to be answered by"), null=True, blank=True, editable=False)
    named_by = models.CharField(_("named by"), max_length=300, blank=True, editable=False)
    search = SearchField(default="", blank=True, editable=False)
    reason = models.TextField(_("reason given"), blank=True, editable=False)
    reference = models.CharField(
        _("reference"), max_length=12, unique=True, default=reference, editable=False
    )
    nonce = models.CharField(max_length=16, default=link_nonce, editable=False)
    # What the form was posted with: a second post of the same page finds the first.
    submission = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    registered_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)
    attended_at = models.DateTimeField(_("came"), null=True, blank=True, editable=False)

    objects = DelegateQuerySet.as_manager()

    class Meta:
        ordering = ["delegation", "pk"]
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        indexes = [
            models.Index(fields=["meeting", "status"], name="delegate_meeting"),
            models.Index(
                fields=["meeting", "waiting_since"],
                condition=Q(status="waiting"),
                name="delegate_waiting_list",
            ),
            models.Index(fields=["meeting", "delegation", "id"], name="delegate_in_a_list"),
            models.Index(
                fields=["meeting", "delegation", "track", "status", "id"], name="delegate_counted"
            ),
            GinIndex(OpClass("search", "gin_trgm_ops"), name="delegate_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "person"],
                condition=Q(
                    status__in=[
                        *("nominated", "pending", "asked"),
                        *("waiting", "offered", "approved"),
                    ]
                ),
                name="one_live_registration_per_person_and_meeting",
                violation_error_message=_("This person is already registered for this meeting."),
            ),
            models.UniqueConstraint(
                fields=["delegation"],
                condition=Q(capacity="head", status__in=["nominated", "approved"]),
                name="one_head_of_a_delegation",
                violation_error_message=_(
                    "The delegation has a head. Give that person another capacity first."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(status="waiting") | Q(waiting_since__isnull=False),
                name="who_waits_waits_since_a_moment",
                violation_error_message=_("Say since when this person waits."),
            ),
        ]

    def __str__(self):
        return self.full_name

    def save(self, *args, **kwargs):
        self.meeting_id = self.delegation.meeting_id
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("delegate", args=[self.pk])

    def searched(self) -> str:
        """What a search looks through: names in either script, organisation, reference."""
        names = (self.full_name, self.latin_name, self.organisation, self.function, self.reference)
        return searchable(" ".join(names))

    def programme(self) -> list[Sitting]:
        """The sittings chosen, in order, each with the meeting whose clocks it keeps."""
        prefetch_related_objects([self], *PROGRAMME)
        sittings = list(self.sittings.all())
        for sitting in sittings:
            sitting.meeting = self.delegation.meeting
        return sittings

    @property
    def party(self) -> Party:
        return self.delegation.party

    @property
    def side(self) -> Party:
        """The side whose internal affair this registration is."""
        return self.delegation.party

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @staticmethod
    def told() -> Q:
        """Of whom others than the own side may know: a delegation's people once it is sent."""
        return Q(track=Delegate.Track.OPEN) | Q(delegation__status__in=Delegation.SENT)

    def is_late(self, due: date | None) -> bool:
        """Whether the person was named after the day on which names were due."""
        named = day_in(self.party.zone, self.registered_at)
        return due is not None and self.track == self.Track.DELEGATION and named > due

    @property
    def can_still_change(self) -> bool:
        """Whether the person may still change answers: live, and the meeting may yet come."""
        meeting = self.delegation.meeting
        return self.is_live and not meeting.is_over and meeting.status != "cancelled"

    @property
    def address_name(self) -> str:
        """How a letter calls the person."""
        return f"{self.honorific} {self.full_name}".strip()

    @property
    def token(self) -> str:
        """The secret of the personal link: signed, and void once the nonce is changed."""
        return SIGNER.sign(f"{self.pk}.{self.nonce}")

    @classmethod
    def by_token(cls, token: str) -> "Delegate | None":
        """The registration that a personal link opens; None for a forged or revoked one."""
        try:
            pk, nonce = SIGNER.unsign(token).split(".")
        except (signing.BadSignature, ValueError):
            return None
        return cls.objects.for_list().filter(pk=pk, nonce=nonce).first()


def tallies(meeting: Meeting, user) -> list[Tally]:
    """Registered, confirmed and attended by side, as far as the reader may know them."""
    approved = Q(status=Delegate.Status.APPROVED)
    rows = (
        Delegate.objects.filter(meeting=meeting)
        .order_by()
        .values("delegation__party")
        .annotate(
            registered=Count("pk", filter=Q(status__in=Delegate.LIVE)),
            known=Count("pk", filter=Q(status__in=Delegate.LIVE) & Delegate.told()),
            confirmed=Count("pk", filter=approved),
            attended=Count("pk", filter=Q(attended_at__isnull=False)),
        )
    )
    found = {row["delegation__party"]: row for row in rows}
    held = standing(user)
    offices = ("chair", "secretary", "focal_point")
    own = {pk for body in meeting.bodies for pk in held.parties(body, *offices)}
    sees_all = meeting.is_over or any(held.is_neutral(body) for body in meeting.bodies)
    return [
        _tally(party, found.get(party.pk, {}), _counted(party.pk in own, sees_all))
        for party in meeting.sides(user)
    ]


def _counted(is_own: bool, sees_all: bool) -> str:
    """Which count of the registered people a reader may know: all, those told of, or none."""
    if is_own:
        return "registered"
    return "known" if sees_all else ""


def _tally(party: Party, row: dict, counted: str) -> Tally:
    return Tally(
        party=party,
        registered=row.get(counted, 0) if counted else None,
        confirmed=row.get("confirmed", 0),
        attended=row.get("attended") or None,
    )
