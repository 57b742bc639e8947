"""Bodies, seats, offices, areas, rooms and figures, entered by the technical administrator.

Meetings, items and everything agreed are made on the portal's own pages, by those in office.
"""

from django.contrib import admin

from meetings.models import Appointment, Area, Body, BodyParty, Figure, Room


class SeatInline(admin.TabularInline):
    model = BodyParty
    extra = 2


class AreaInline(admin.TabularInline):
    model = Area
    extra = 1


class AppointmentInline(admin.TabularInline):
    model = Appointment
    autocomplete_fields = ["person"]
    extra = 1


class FigureInline(admin.TabularInline):
    model = Figure
    extra = 0


@admin.register(Body)
class BodyAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "parent", "code"]
    list_filter = ["kind"]
    search_fields = ["name", "code"]
    prepopulated_fields = {"code": ["name"]}
    inlines = [SeatInline, AppointmentInline, AreaInline, FigureInline]


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin):
    list_display = ["name", "city", "is_virtual", "seats", "party"]
    search_fields = ["name", "city"]
