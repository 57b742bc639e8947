"""The people of the permission matrices: one commission, its working group, who holds what."""

from dataclasses import dataclass

from meetings.models import Body
from portal.models import Party, User
from tests.factories import make_body, make_party, make_user


@dataclass(frozen=True)
class Cast:
    """Malaysia and Russia, their commission with a working group, and everybody around it."""

    malaysia: Party
    russia: Party
    commission: Body
    group: Body
    officer_my: User  # secretaries of the commission, so of the group too
    officer_ru: User
    neutral: User  # the neutral secretariat: no side
    chair_my: User  # co-chairs of the working group, not of the commission
    chair_ru: User
    focal_my: User  # focal points of the working group
    focal_ru: User
    delegate: User  # an account without any office
    outsider: User  # serves no side, knows nobody

    @property
    def people(self) -> dict[str, User]:
        """Everybody with an account, by the name the matrices use."""
        return {name: value for name, value in vars(self).items() if isinstance(value, User)}

    def but(self, *names: str) -> dict[str, User]:
        """Everybody except those named."""
        return {name: user for name, user in self.people.items() if name not in names}


PEOPLE = (
    "officer_my",
    "officer_ru",
    "neutral",
    "chair_my",
    "chair_ru",
    "focal_my",
    "focal_ru",
    "delegate",
    "outsider",
)


def make_cast() -> Cast:
    """Everybody, in office since ever; addresses are <name>@example.org with dashes."""
    malaysia, russia = make_party("MY"), make_party("RU")
    commission = make_body(
        [malaysia, russia],
        code="my-ru-jc",
        name="Joint Commission of Malaysia and Russia",
        names={"ru": "Совместная малайзийско-российская комиссия"},
    )
    group = make_body(
        kind="working_group",
        parent=commission,
        code="my-ru-wg",
        name="Working Group on Industry",
        names={"ru": "Рабочая группа по промышленности"},
    )
    people = {
        "officer_my": make_user(
            "secretary", malaysia, commission, "officer-my@example.org", full_name="Nurul Ashikin"
        ),
        "officer_ru": make_user(
            "secretary", russia, commission, "officer-ru@example.org", full_name="Савицкая Елена"
        ),
        "neutral": make_user(
            "secretary", None, commission, "neutral@example.org", full_name="أمل حداد"
        ),
        "chair_my": make_user(
            "chair", malaysia, group, "chair-my@example.org", full_name="Faridah binti Zulkarnain"
        ),
        "chair_ru": make_user(
            "chair", russia, group, "chair-ru@example.org", full_name="Крутоярский Дмитрий"
        ),
        "focal_my": make_user(
            "focal_point", malaysia, group, "focal-my@example.org", full_name="Jeremy Molujin"
        ),
        "focal_ru": make_user(
            "focal_point", russia, group, "focal-ru@example.org", full_name="Миннегулов Тагир"
        ),
        "delegate": make_user(email="delegate@example.org", full_name="林佩瑜"),
        "outsider": make_user(email="outsider@example.org", full_name="Robin O'Tesfaye"),
    }
    return Cast(malaysia=malaysia, russia=russia, commission=commission, group=group, **people)
