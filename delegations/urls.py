from django.urls import path

from delegations.views import (
    badge,
    check_in,
    delegate,
    delegation,
    desk,
    enquiry,
    participant,
    quota,
    registration,
    waiting,
)

urlpatterns = [
    # For people in office
    path("meetings/<int:pk>/delegations/", desk.delegations, name="delegations"),
    path("meetings/<int:pk>/registration/places/", quota.places, name="desk-places"),
    path("places/<int:pk>/", quota.set_places, name="places-set"),
    path("places/<int:pk>/remove/", quota.remove, name="places-remove"),
    path("meetings/<int:pk>/registration/waiting/", waiting.waiting, name="waiting-list"),
    path("meetings/<int:pk>/participants/", participant.participants, name="participants"),
    path(
        "meetings/<int:pk>/participants/columns/",
        participant.keep_columns,
        name="participants-columns",
    ),
    path("meetings/<int:pk>/participants/mark/", participant.mark, name="participants-mark"),
    path("meetings/<int:pk>/participants/do/", participant.do, name="participants-do"),
    path("meetings/<int:pk>/participants/done/", participant.done, name="participants-done"),
    path("registration-desks/<int:pk>/do/<slug:name>/", desk.do, name="desk-do"),
    # The delegations of the sides
    path("meetings/<int:pk>/delegations/days/", delegation.terms, name="delegation-terms"),
    path("delegations/<int:pk>/", delegation.delegation, name="delegation"),
    path("delegations/<int:pk>/do/<slug:name>/", delegation.do, name="delegation-do"),
    path("delegations/<int:pk>/change/", delegation.change, name="delegation-change"),
    path("delegations/<int:pk>/arrange/", delegation.arrange, name="delegation-arrange"),
    path("delegations/<int:pk>/name/", delegation.nominate, name="delegation-name"),
    path("delegations/<int:pk>/past/", delegation.past, name="delegation-past"),
    path("delegates/<int:pk>/replace/", delegation.replace, name="delegate-replace"),
    path("delegates/<int:pk>/change/", delegation.change_person, name="delegate-change"),
    path("delegates/<int:pk>/", delegate.delegate, name="delegate"),
    path("delegates/<int:pk>/do/<slug:name>/", delegate.do, name="delegate-do"),
    # At the door
    path("meetings/<int:pk>/badges/", badge.badges, name="badges"),
    path("meetings/<int:pk>/badges.pdf", badge.badges_file, name="badges-file"),
    path("meetings/<int:pk>/door/", check_in.door, name="door"),
    path("sittings/<int:pk>/door/", check_in.check_in, name="check-in"),
    path("sittings/<int:pk>/door/room/", check_in.counts, name="check-in-counts"),
    path("sittings/<int:pk>/door/people/", check_in.people, name="check-in-people"),
    path("sittings/<int:pk>/door/marks/", check_in.marks, name="check-in-marks"),
    path("sittings/<int:pk>/door/new/", check_in.newcomer, name="check-in-new"),
    path("check-ins/<int:pk>/undo/", check_in.undo, name="check-in-undo"),
    path("at/<slug:reference>", check_in.at, name="at"),
    # For everybody with the public link
    path("register/<slug:code>/", registration.register, name="register"),
    path("register/<slug:code>/check/<uuid:number>/", registration.check, name="register-check"),
    path("register/<slug:code>/qr.svg", registration.qr, name="register-qr"),
    # For the person with the personal link
    path("my/<str:token>/", registration.mine, name="registration"),
    path("my/<str:token>/change/", registration.change, name="registration-change"),
    path("my/<str:token>/answer/", enquiry.answer, name="registration-answer"),
    path("my/<str:token>/place/<slug:name>/", waiting.answer, name="registration-place"),
    path("my/<str:token>/cancel/", registration.cancel, name="registration-cancel"),
    path("my/<str:token>/calendar.ics", registration.calendar, name="registration-calendar"),
]
