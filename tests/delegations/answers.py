"""What a person answers on the registration page, and the meeting they answer for."""

import re
import uuid
from dataclasses import dataclass
from html import unescape

from delegations.models import Delegate, Desk, miscounted
from meetings.models import Meeting, Sitting
from portal import notices
from portal.models import Notice
from tests.cast import Cast


@dataclass(frozen=True)
class Fair:
    """A meeting one can register for: a plenary and one consultation at the same time."""

    cast: Cast
    meeting: Meeting
    desk: Desk
    plenary: Sitting
    talks: Sitting

    @property
    def url(self):
        return self.desk.public_path

    def answers(self, **changes):
        """A full set of answers as the browser posts them; None leaves a field out."""
        answers = {
            "step": "register",
            "submission": str(uuid.uuid4()),
            "full_name": "Siti Nurhaliza binti Tarudin",
            "latin_name": "",
            "honorific": "Puan",
            "function": "Engineer",
            "organisation": "Halal Laboratory",
            "sector": "industry",
            "delegation": "my",
            "sittings": [str(self.plenary.pk)],
            "email": "siti@example.org",
            "language": "en",
            "zone": "",
            **changes,
        }
        return {name: value for name, value in answers.items() if value is not None}

    def taken(self):
        """How many hold a place; every number of places must count them rightly."""
        assert miscounted(self.desk.quotas.all()) == []
        return Delegate.objects.filter(meeting=self.meeting, status__in=Delegate.HOLDING).count()


def text_of(response):
    """The words of a page, as one line."""
    inline = re.sub(r"</?(?:a|b|bdi|span|strong|time)\b[^>]*>", "", response.content.decode())
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", inline)))


def messages(template):
    """The queued messages of one sort, oldest first, written as they would be sent now."""
    found = list(Notice.objects.filter(template=f"delegations/emails/{template}").order_by("pk"))
    for notice in found:
        if notice.writer:
            notices.write(notice)
    return found
