from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self):
        from meetings import receivers  # noqa: F401  keeps the deadlines

    def rooms_for(self, user):
        """The main pages of this app, as far as the user has use for them."""
        from meetings.models import standing
        from meetings.permissions import can_bring_in

        held = standing(user).held
        yield "meetings", _("Meetings")
        yield "calendar", _("Calendar")
        yield "bodies", _("Commissions")
        if held:
            yield "items", _("Action items")
        if any(one.office == "secretary" for one in held):
            yield "messages", _("Messages")
        if can_bring_in(user):
            yield "dossier", _("Dossiers")

    def work_for(self, user, today):
        """What waits for the user in meetings and follow-up."""
        from meetings import work

        return work.work_for(user, today)

    def coming_for(self, user, today):
        """The sittings ahead in the bodies where the user holds an office."""
        from meetings import work

        return work.coming_for(user, today)
