"""How allauth's accounts meet our people and our outbox."""

import uuid
from types import SimpleNamespace

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import SignupForm
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal import notices
from portal.models import Notice, Person, User


class AccountBackend(AuthenticationBackend):
    """Every page speaks the person's language and knows the side: they come with the account."""

    def get_user(self, user_id):
        user = User.objects.select_related("person__party").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None


class SignUpForm(SignupForm):
    """An address and no password yet: that is chosen once the address is confirmed.

    A password given before would be a stranger's key to the account of whoever owns the
    address and signs in by a code later.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["password1"]


class AccountAdapter(DefaultAccountAdapter):
    """New accounts get a person; codes and confirmations leave through the outbox."""

    def save_user(self, request, user, form, commit=True):
        user = super().save_user(request, user, form, commit=False)
        user.person = self._person(user.email, request)
        if commit:
            user.person.save()
            user.save()
        return user

    def _person(self, email, request):
        """The one person known by this address, else a new one named by it.

        The address is confirmed by a code before the account can be used.
        """
        known = Person.objects.filter(email__iexact=email, user=None)[:2]
        if len(known) == 1:
            return known[0]
        return Person(
            full_name=email,
            email=email,
            language=translation.get_language() or "en",
            zone=timezone.get_current_timezone_name(),
        )

    def populate_username(self, request, user):
        """There are no user names: people are known by their address."""

    def format_email_subject(self, subject):
        return f"[{_('Commission portal')}] {subject}"

    def send_mail(self, template_prefix, email, context):
        site = SimpleNamespace(name=_("Commission portal"), domain=settings.PORTAL_URL)
        known = {"request": self.request, "email": email, "current_site": site}
        message = self.render_mail(template_prefix, email, {**known, **context})
        with transaction.atomic():
            notices.store(
                Notice(
                    key=f"{template_prefix}:{uuid.uuid4()}",
                    template=template_prefix,
                    email=email,
                    language=translation.get_language() or "en",
                    zone=timezone.get_current_timezone_name(),
                    subject=message.subject,
                    body=message.body,
                )
            )
