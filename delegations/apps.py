from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DelegationsConfig(AppConfig):
    name = "delegations"
    verbose_name = _("Delegations")

    def ready(self):
        from delegations import receivers  # noqa: F401  follows the meetings

    def work_for(self, user, today):
        """What waits for the user around registrations."""
        from delegations import work

        return work.work_for(user, today)

    def links_for(self, obj, user):
        """The way to register, on the page of a meeting."""
        from delegations import work

        return work.links_for(obj, user)

    def facts_for(self, obj, user):
        """How many registered, on the page of a meeting."""
        from delegations import work

        return work.facts_for(obj, user)

    def taking_part_for(self, user):
        """For which meetings and sittings the user is registered, for calendars."""
        from delegations import work

        return work.taking_part_for(user)

    def people_for(self, obj, user):
        """Who takes part in a meeting, for those who may know it."""
        from delegations import work

        return work.people_for(obj, user)

    def registered_for(self, sittings, user):
        """Who registered for several sittings, for the conflicts of a programme."""
        from delegations import work

        return work.registered_for(sittings, user)
