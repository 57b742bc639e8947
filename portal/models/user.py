from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.models.person import Person


class UserManager(BaseUserManager["User"]):
    """Accounts are known by their e-mail address, whatever its letter case."""

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.select_related("person__party").get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """An account: the way a person signs in. What it may do follows from appointments."""

    email = models.EmailField(_("e-mail address"))
    person = models.OneToOneField(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="user",
        verbose_name=_("person"),
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("technical administrator"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_address",
                violation_error_message=_("There is already an account with this address."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        """The person's name, or the address while nothing else is known."""
        return self.person.full_name if self.person else self.email

    @property
    def party(self):
        """The side this account's person serves, or None."""
        return self.person.party if self.person else None

    @property
    def party_id(self):
        return self.person.party_id if self.person else None
