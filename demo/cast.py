"""The people of the demonstration as whom one may sign in by one click."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from demo import source
from portal.models import Party, User

ROLES = {
    "co_chair": _("Co-chair"),
    "secretary": _("Secretariat officer"),
    "focal_point": _("Focal point"),
    "delegate": _("Delegate"),
    "neutral": _("Neutral secretariat"),
    "outsider": _("Outsider, in no office"),
}


@dataclass(frozen=True)
class Member:
    """One of the cast: the slug of the button, the side, the role and the account's address."""

    slug: str
    side: str | None
    role: str
    email: str
    full_name: str
    latin_name: str
    honorific: str

    @property
    def role_label(self) -> Any:
        return ROLES[self.role]


@dataclass(frozen=True)
class Column:
    """One side's people, or those of no side."""

    label: Any
    members: list[Member]


def members() -> list[Member]:
    """The whole cast, in the order of the file."""
    names = Member.__dataclass_fields__
    return [Member(**{name: row[name] for name in names}) for row in source.read("cast")["members"]]


def member(slug: str) -> Member | None:
    """The one with this slug."""
    return next((one for one in members() if one.slug == slug), None)


def _loaded(cast: Iterable[Member]) -> list[Member]:
    """Those who have an account here."""
    cast = list(cast)
    accounts = User.objects.filter(email__in=[one.email for one in cast], is_active=True)
    known = set(accounts.values_list("email", flat=True))
    return [one for one in cast if one.email in known]


def columns() -> list[Column]:
    """The cast as the sign-in page shows it: one side, those of no side, the other side."""
    cast = _loaded(members())
    if not cast:
        return []
    one, other = Party.objects.filter(code__in=["MY", "RU"]).order_by("code")
    return [
        Column(label, [member for member in cast if member.side == side])
        for label, side in ((one.label, one.code), (_("No side"), None), (other.label, other.code))
    ]
