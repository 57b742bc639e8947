from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from delegations.models.capacity import Attendance, Capacity
from delegations.models.delegate import Delegate
from delegations.models.desk import Desk
from meetings.models import Meeting, Sitting, at_joint, standing
from portal.models import Party


class QuotaQuerySet(models.QuerySet["Quota"]):
    def visible_to(self, user):
        """Those for all sides, and of one side alone for its own officers and the neutral."""
        held = standing(user)
        body, further = "desk__meeting__body", "desk__meeting__numbers__body"
        own = held.serves(body, "party", *OFFICES) | held.neutral_in(body)
        joint = held.serves(further, "party", *OFFICES) | held.neutral_in(further)
        known = own | at_joint(self.model, held, joint, "desk__meeting")
        inside = Q(desk__meeting__in=Meeting.objects.inside(user))
        return self.filter(Q(party=None) | known, inside)

    def of_desk(self, desk: Desk):
        """A desk's, those that count more people first."""
        found = self.filter(desk=desk).select_related("sitting__area", "party")
        return found.order_by(
            F("sitting").asc(nulls_first=True), F("party").asc(nulls_first=True), "capacity", "pk"
        )


OFFICES = ("chair", "secretary", "focal_point")


class Quota(models.Model):
    """A number of places: in all, or of one sitting, party, capacity or mode, or of several.

    What is left empty counts everybody. A registration takes a place in every quota that it
    falls under, or in none. `taken` is counted where the places are taken, never by hand.
    """

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="quotas")
    sitting = models.ForeignKey(
        Sitting,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="quotas",
        verbose_name=_("sitting"),
    )
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("side"),
    )
    capacity = models.CharField(_("capacity"), max_length=12, choices=Capacity, blank=True)
    attendance = models.CharField(
        _("how they take part"), max_length=10, choices=Attendance, blank=True
    )
    limit = models.PositiveIntegerField(_("places"))
    taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        ordering = ["desk", "pk"]
        verbose_name = _("number of places")
        verbose_name_plural = _("numbers of places")
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "sitting", "party", "capacity", "attendance"],
                nulls_distinct=False,
                name="one_quota_for_the_same_people",
                violation_error_message=_("There is a number of places for just these already."),
            ),
            models.CheckConstraint(
                condition=Q(taken__lte=F("limit")),
                name="no_quota_is_oversold",
                violation_error_message=_(
                    "More people are registered than this. Choose at least as many places."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.taken}/{self.limit}"

    @property
    def is_overall(self) -> bool:
        """Whether it counts everybody."""
        return not (self.sitting_id or self.party_id or self.capacity or self.attendance)

    def concerns(self, claim: "Claim") -> bool:
        """Whether whoever wants this takes a place of it."""
        return (
            self.party_id in (None, claim.party)
            and self.capacity in ("", claim.capacity)
            and self.attendance in ("", claim.attendance)
            and (self.sitting_id is None or self.sitting_id in claim.sittings)
        )

    @property
    def is_full(self) -> bool:
        """Whether no place is free."""
        return self.taken >= self.limit

    @property
    def left(self) -> int:
        """How many places are free."""
        return max(0, self.limit - self.taken)


# --- taking, moving and giving back a place --------------------------------------------


@dataclass(frozen=True)
class Claim:
    """What somebody has or wants a place for: one meeting, side, capacity, mode and sittings."""

    meeting: int
    party: int
    capacity: str
    attendance: str
    sittings: frozenset[int]

    @classmethod
    def of(cls, delegate: Delegate, sittings: Iterable[Sitting] | None = None) -> "Claim":
        """That of a registration; `sittings` where they are not stored yet."""
        chosen = delegate.sittings.all() if sittings is None else sittings
        return cls(
            meeting=delegate.delegation.meeting_id,
            party=delegate.delegation.party_id,
            capacity=delegate.capacity,
            attendance=delegate.attendance,
            sittings=frozenset(one.pk for one in chosen),
        )


# The desk is held first, so that whoever sets new numbers counts this person or is seen here;
# then all quotas concerned, always in the same order, so that nobody waits in a circle.
MOVE = """
SELECT 1 FROM delegations_desk WHERE meeting_id = %(meeting)s FOR SHARE;
WITH held AS (
    SELECT quota.* FROM delegations_quota AS quota
    JOIN delegations_desk AS desk ON desk.id = quota.desk_id
    WHERE desk.meeting_id = %(meeting)s AND (%(has)s OR (
        (quota.party_id IS NULL OR quota.party_id = %(after_party)s)
        AND quota.capacity IN ('', %(after_capacity)s)
        AND quota.attendance IN ('', %(after_attendance)s)
        AND (quota.sitting_id IS NULL OR quota.sitting_id = ANY(%(after_sittings)s::bigint[]))
    ))
    ORDER BY quota.id FOR UPDATE OF quota
), concerned AS (
    SELECT id, taken, "limit",
        %(has)s AND (party_id IS NULL OR party_id = %(before_party)s)
        AND capacity IN ('', %(before_capacity)s) AND attendance IN ('', %(before_attendance)s)
        AND (sitting_id IS NULL OR sitting_id = ANY(%(before_sittings)s::bigint[])) AS has,
        %(wants)s AND (party_id IS NULL OR party_id = %(after_party)s)
        AND capacity IN ('', %(after_capacity)s) AND attendance IN ('', %(after_attendance)s)
        AND (sitting_id IS NULL OR sitting_id = ANY(%(after_sittings)s::bigint[])) AS wants
    FROM held
), fitting AS (
    SELECT coalesce(bool_and(taken < "limit" OR has OR NOT wants), true) AS fits FROM concerned
), moved AS (
    UPDATE delegations_quota AS quota SET taken = quota.taken + wants::int - has::int
    FROM concerned
    WHERE quota.id = concerned.id AND wants <> has AND (SELECT fits FROM fitting)
)
SELECT fits FROM fitting
"""


HOLD = """
SELECT 1 FROM delegations_desk WHERE meeting_id = %(meeting)s FOR SHARE;
SELECT quota.id FROM delegations_quota AS quota
JOIN delegations_desk AS desk ON desk.id = quota.desk_id
WHERE desk.meeting_id = %(meeting)s ORDER BY quota.id FOR UPDATE OF quota
"""


def move_place(before: Claim | None, after: Claim | None) -> bool:
    """Give back what was held and take what is wanted: in every quota concerned, or in none.

    False, and nothing is changed, where no place is left. None stands for no place at all. Best
    done last in a transaction: until its end whoever wants one of the same places has to wait.
    Who gives back a place holds all quotas of the meeting, since the next may get it at once.
    """
    one = before or after
    if one is None or before == after:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE,
            {
                "meeting": one.meeting,
                "has": before is not None,
                "wants": after is not None,
                **_words("before", before or one),
                **_words("after", after or one),
            },
        )
        cursor.nextset()
        [fits] = cursor.fetchone()
    return fits


def _words(name: str, claim: Claim) -> dict[str, Any]:
    return {
        f"{name}_party": claim.party,
        f"{name}_capacity": claim.capacity,
        f"{name}_attendance": claim.attendance,
        f"{name}_sittings": sorted(claim.sittings),
    }


def take_place(delegate: Delegate, sittings: Iterable[Sitting] | None = None) -> bool:
    """Take a place for a registration; False when none is left."""
    return move_place(None, Claim.of(delegate, sittings))


def release_place(delegate: Delegate) -> None:
    """Give the place of a registration back, if it holds one."""
    if delegate.status in Delegate.HOLDING:
        move_place(Claim.of(delegate), None)


def hold_places(meeting: Meeting) -> None:
    """Hold all quotas of a meeting until the transaction ends.

    For who takes places for several people: whoever takes them one by one could wait for somebody
    who waits for them.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"meeting": meeting.pk})


# --- counting ---------------------------------------------------------------------------


def full_for_row() -> QuerySet[Quota]:
    """Full quotas under which a row of delegates would fall; for an Exists around it."""
    chosen = Delegate.sittings.through.objects.filter(
        delegate=OuterRef(OuterRef("pk")), sitting=OuterRef("sitting")
    )
    return Quota.objects.filter(
        Q(party=None) | Q(party=OuterRef("delegation__party")),
        Q(capacity="") | Q(capacity=OuterRef("capacity")),
        Q(attendance="") | Q(attendance=OuterRef("attendance")),
        Q(sitting=None) | Exists(chosen),
        desk__meeting=OuterRef("meeting"),
        taken__gte=F("limit"),
    )


def has_room(delegate: Delegate) -> bool:
    """Whether a place is left in every quota that a stored registration falls under.

    A row that was read with `fits`, as a list reads it, knows it already.
    """
    known = vars(delegate).get("fits")
    if known is not None:
        return known
    return Delegate.objects.filter(~Exists(full_for_row()), pk=delegate.pk).exists()


def holders(quota: Quota, *statuses: str) -> QuerySet[Delegate]:
    """Whoever holds a place of a quota; or, of those it concerns, who has one of these statuses."""
    found = Delegate.objects.filter(
        meeting=quota.desk.meeting_id, status__in=statuses or Delegate.HOLDING
    )
    wanted = {
        "delegation__party": quota.party_id,
        "capacity": quota.capacity,
        "attendance": quota.attendance,
        "sittings": quota.sitting_id,
    }
    return found.filter(**{name: value for name, value in wanted.items() if value})


def miscounted(quotas: Iterable[Quota]) -> list[tuple[Quota, int]]:
    """Quotas whose number of places taken is not that of who holds one, with the right number."""
    counted = [(quota, holders(quota).count()) for quota in quotas]
    return [(quota, number) for quota, number in counted if quota.taken != number]
