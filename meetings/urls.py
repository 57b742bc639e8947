from django.urls import path

from meetings.views import body, item, meeting, message, sitting

urlpatterns = [
    path("commissions/", body.bodies, name="bodies"),
    path("commissions/<int:pk>/", body.body, name="body"),
    path("commissions/<int:pk>/schedule/", meeting.schedule, name="meeting-new"),
    path("commissions/<int:pk>/clocks/", sitting.clocks, name="clocks"),
    path("meetings/", meeting.meetings, name="meetings"),
    path("meetings/<int:pk>/", meeting.meeting, name="meeting"),
    path("meetings/<int:pk>/change/", meeting.change, name="meeting-change"),
    path("meetings/<int:pk>/do/<slug:name>/", meeting.do, name="meeting-do"),
    path("meetings/<int:pk>/dates-key/", meeting.dates_key, name="meeting-dates-key"),
    path("meetings/<int:pk>/calendar.ics", meeting.calendar, name="meeting-calendar"),
    path("meetings/<int:pk>/history/", meeting.history, name="meeting-history"),
    path("meetings/<int:pk>/add-sitting/", sitting.add, name="sitting-new"),
    path("sittings/<int:pk>/", sitting.change, name="sitting-change"),
    path("sittings/<int:pk>/do/<slug:name>/", sitting.do, name="sitting-do"),
    path("meetings/<int:pk>/follow-up/", item.of_meeting, name="meeting-items"),
    path("meetings/<int:pk>/add-item/", item.add, name="item-new"),
    path("items/", item.items, name="items"),
    path("items/<int:pk>/", item.item, name="item"),
    path("items/<int:pk>/change/", item.change, name="item-change"),
    path("items/<int:pk>/do/<slug:name>/", item.do, name="item-do"),
    path("items/<int:pk>/report/", item.report, name="item-report"),
    path("items/<int:pk>/key/", item.key, name="item-key"),
    path("messages/", message.messages_page, name="messages"),
    path("meetings/<int:pk>/messages/", message.of_meeting, name="meeting-messages"),
    path("messages/<int:pk>/", message.message, name="message"),
    path("messages/<int:pk>/send-again/", message.send_again, name="message-send-again"),
]
