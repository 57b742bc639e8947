from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from portal.views import health, work

urlpatterns = [
    path("", work.work_page, name="work"),
    path("profile/", work.profile, name="profile"),
    path("healthz", health.healthz, name="healthz"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("meetings.urls")),
    path("", include("delegations.urls")),
]
if settings.DEMONSTRATION:
    urlpatterns += [path("demo/", include("demo.urls"))]

handler500 = "portal.views.faults.mistake"
