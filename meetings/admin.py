"""Bodies, seats, offices, areas, rooms and figures, entered by the technical administrator.

Meetings, items and everything agreed are made on the portal's own pages, by those in office.
"""

from django.contrib import admin

from meetings.models import Appointment, Area, Body, BodyParty, Figure, Room
from portal.admin import NAMES_MAY_BE_EMPTY


class SeatInline(admin.TabularInline):
    model = BodyParty
    formfield_overrides = NAMES_MAY_BE_EMPTY
    extra = 2


class AreaInline(admin.TabularInline):
    model = Area
    formfield_overrides = NAMES_MAY_BE_EMPTY
    fields = ["number", "name", "names"]
    extra = 1


class AppointmentInline(admin.TabularInline):
    model = Appointment
    formfield_overrides = NAMES_MAY_BE_EMPTY
    autocomplete_fields = ["person"]
    extra = 1


class FigureInline(admin.TabularInline):
    model = Figure
    formfield_overrides = NAMES_MAY_BE_EMPTY
    extra = 0


@admin.register(Body)
class BodyAdmin(admin.ModelAdmin):
    formfield_overrides = NAMES_MAY_BE_EMPTY
    list_display = ["name", "kind", "parent", "code", "status"]
    list_filter = ["kind", "status"]
    search_fields = ["name", "code"]
    prepopulated_fields = {"code": ["name"]}
    inlines = [SeatInline, AppointmentInline, AreaInline, FigureInline]


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin):
    list_display = ["name", "city", "is_virtual", "seats", "party"]
    search_fields = ["name", "city"]
