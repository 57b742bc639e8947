"""The technical administrator's desk: who exists. What sides do and say is not here."""

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.models import Organisation, Party, Person, User

admin.site.site_header = admin.site.site_title = _("Commission portal")
admin.site.index_title = _("Who exists: parties, people, bodies, offices")
# One way to sign in, with its limits and, later, its second factor.
admin.site.login = secure_admin_login(admin.site.login)
admin.site.unregister(Group)


class NamesField(forms.JSONField):
    """Names per language, former names: left empty means that there are none."""

    def to_python(self, value):
        found = super().to_python(value)
        return self.initial() if found is None and callable(self.initial) else found


NAMES_MAY_BE_EMPTY = {models.JSONField: {"form_class": NamesField}}


@admin.register(Party)
class PartyAdmin(admin.ModelAdmin):
    formfield_overrides = NAMES_MAY_BE_EMPTY
    list_display = ["short_name", "name", "kind", "city", "zone"]


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):
    list_display = ["full_name", "latin_name", "honorific", "email", "party"]
    list_filter = ["party"]
    search_fields = ["full_name", "latin_name", "email"]


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    formfield_overrides = NAMES_MAY_BE_EMPTY
    list_display = ["name", "party"]
    list_filter = ["party"]
    search_fields = ["name"]


@admin.register(User)
class AccountAdmin(UserAdmin):
    list_display = ["email", "person", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "person__full_name"]
    ordering = ["email"]
    autocomplete_fields = ["person"]
    fieldsets = [
        (None, {"fields": ["email", "password", "person"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "person", "password1", "password2"]})]
