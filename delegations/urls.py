from django.urls import path

from delegations.views import delegate, desk, registration

urlpatterns = [
    # For people in office
    path("meetings/<int:pk>/delegations/", desk.delegations, name="delegations"),
    path("meetings/<int:pk>/registration/places/", desk.places, name="desk-places"),
    path(
        "meetings/<int:pk>/registration/approve/",
        desk.approve_marked,
        name="delegations-approve",
    ),
    path("registration-desks/<int:pk>/do/<slug:name>/", desk.do, name="desk-do"),
    path("delegates/<int:pk>/", delegate.delegate, name="delegate"),
    path("delegates/<int:pk>/do/<slug:name>/", delegate.do, name="delegate-do"),
    # For everybody with the public link
    path("register/<slug:code>/", registration.register, name="register"),
    path("register/<slug:code>/check/<uuid:number>/", registration.check, name="register-check"),
    path("register/<slug:code>/qr.svg", registration.qr, name="register-qr"),
    # For the person with the personal link
    path("my/<str:token>/", registration.mine, name="registration"),
    path("my/<str:token>/change/", registration.change, name="registration-change"),
    path("my/<str:token>/cancel/", registration.cancel, name="registration-cancel"),
    path("my/<str:token>/calendar.ics", registration.calendar, name="registration-calendar"),
]
