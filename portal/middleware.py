"""The reader's own language and clock, for the time of one request."""

from django.conf import settings
from django.utils import timezone, translation


class PersonalClock:
    """Speak the person's language and show the person's clock.

    A language chosen on the page (the cookie) goes before the one of the account.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        person = request.user.person if request.user.is_authenticated else None
        if person is None:
            return self.get_response(request)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(person.language)
            request.LANGUAGE_CODE = person.language
        with timezone.override(person.zone):
            return self.get_response(request)
