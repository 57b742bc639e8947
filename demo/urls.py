from django.urls import path

from demo import views

urlpatterns = [
    path("sign-in/<slug:slug>/", views.sign_in, name="demo-sign-in"),
]
