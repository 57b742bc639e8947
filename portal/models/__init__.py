from portal.models.entry import Entry
from portal.models.key import Key
from portal.models.notice import Notice
from portal.models.organisation import Organisation
from portal.models.party import Party, alternat
from portal.models.person import Person
from portal.models.user import User

__all__ = ["Entry", "Key", "Notice", "Organisation", "Party", "Person", "User", "alternat"]
