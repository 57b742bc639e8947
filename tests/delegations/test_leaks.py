"""What one side keeps to itself shows to the other in no list, count, search, page or message."""

import pytest
from django.urls import reverse

from delegations.models import Delegate, tallies
from delegations.transitions import DELEGATE
from meetings.permissions import visible_notices
from portal import work
from portal.models import Entry
from tests.factories import make_body, make_delegate, make_quota, make_user, today

SECRET = "Tengku Rahsia"
HIDDEN = ("pending", "declined", "cancelled")


@pytest.fixture(params=HIDDEN)
def hidden(request, fair):
    """A Malaysian registration that is no affair of Russia's, beside others that are."""
    make_delegate(fair.meeting, fair.cast.russia, full_name="Орлова", status="pending")
    make_delegate(fair.meeting, fair.cast.malaysia, full_name="Known to all")
    return make_delegate(
        fair.meeting,
        fair.cast.malaysia,
        full_name=SECRET,
        organisation="Kementerian Rahsia",
        email="rahsia@example.org",
        reference="SE12-CR34",
        status=request.param,
    )


def test_the_other_side_finds_it_by_no_list_filter_or_search(client, fair, hidden):
    url = reverse("participants", args=[fair.meeting.pk])
    sought = ["", "?q=Rahsia", "?q=SE12-CR34", "?side=my", *[f"?status={one}" for one in HIDDEN]]
    for who in ("officer_ru", "chair_ru", "focal_ru", "delegate", "outsider"):
        client.force_login(fair.cast.people[who])
        for query in sought:
            html = client.get(url + query).content.decode()
            # What was sought stands in the box and in the links of the page.
            html = html.replace("q=SE12-CR34", "").replace('value="SE12-CR34"', "")
            for secret in (SECRET, "SE12-CR34", "Kementerian", "rahsia@example.org"):
                assert secret not in html, (who, query)


def test_the_own_side_finds_it(client, fair, hidden):
    """So that the test above would see a leak."""
    client.force_login(fair.cast.focal_my)
    url = reverse("participants", args=[fair.meeting.pk])
    assert SECRET in client.get(url, {"q": "SE12-CR34"}).content.decode()


def test_the_other_sides_counts_stay_the_same_whether_it_is_there_or_not(client, fair, hidden):
    client.force_login(fair.cast.officer_ru)
    url = reverse("participants", args=[fair.meeting.pk])
    with_it = counts(client.get(url))
    hidden.sittings.clear()
    Delegate.objects.filter(pk=hidden.pk).delete()
    assert counts(client.get(url)) == with_it


def counts(response):
    context = response.context
    return context["counts"], context["selection"].number(), len(context["rows"])


def test_the_places_taken_would_tell_so_they_are_not_shown(client, fair, hidden):
    make_quota(fair.desk, limit=777777)
    fair.desk.quotas.update(taken=333333)
    for who in ("officer_ru", "chair_ru", "focal_ru"):
        client.force_login(fair.cast.people[who])
        html = client.get(reverse("delegations", args=[fair.meeting.pk])).content.decode()
        assert "777777" in html
        assert "333333" not in html
        assert "444444" not in html
    client.logout()
    html = client.get(fair.url).content.decode()
    assert "777777" not in html
    assert "444444" not in html


def test_the_neutral_secretariat_sees_the_places_taken(client, fair):
    make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    make_quota(fair.desk, limit=777777)
    client.force_login(fair.cast.neutral)
    html = client.get(reverse("delegations", args=[fair.meeting.pk])).content.decode()
    assert "1 of 777777 places taken" in html


def test_its_page_and_its_deeds_are_not_found(client, fair, hidden):
    for who in ("officer_ru", "chair_ru", "focal_ru", "delegate", "outsider"):
        client.force_login(fair.cast.people[who])
        assert client.get(reverse("delegate", args=[hidden.pk])).status_code == 404
        for deed in ("approve", "decline"):
            url = reverse("delegate-do", args=[hidden.pk, deed])
            assert client.post(url, {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("deed", ["approve", "decline"])
def test_the_other_focal_point_may_not_decide_on_one_that_is_approved(client, fair, deed):
    delegate = make_delegate(fair.meeting, fair.cast.malaysia)
    client.force_login(fair.cast.focal_ru)
    response = client.post(reverse("delegate-do", args=[delegate.pk, deed]), {"reason": "x"})
    assert response.status_code == 403


def test_a_focal_point_of_another_body_sees_and_decides_nothing(client, fair, hidden):
    elsewhere = make_body([fair.cast.malaysia, fair.cast.russia])
    user = make_user("focal_point", fair.cast.malaysia, elsewhere)
    client.force_login(user)
    assert client.get(reverse("delegations", args=[fair.meeting.pk])).status_code == 403
    assert client.get(reverse("delegate", args=[hidden.pk])).status_code == 404


@pytest.mark.parametrize("who", ["officer_ru", "chair_ru", "focal_ru"])
def test_no_figure_anywhere_counts_it(fair, hidden, who):
    user = fair.cast.people[who]
    own, other = tallies(fair.meeting, user)
    assert own.party == fair.cast.russia
    assert own.registered == 1
    assert other.registered is None
    assert dict(work.facts_for(fair.meeting, user)) == {"Confirmed": 1}
    for item in work.waiting_for(user, today()):
        assert SECRET not in f"{item.title} {item.why}"


def test_decisions_of_a_side_are_in_its_own_history_alone(fair):
    delegate = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    DELEGATE.perform(delegate, "decline", by=fair.cast.focal_my, reason="Not listed.")
    DELEGATE.perform(delegate, "approve", by=fair.cast.focal_my)
    entries = Entry.objects.about(delegate)
    assert entries.visible_to(fair.cast.officer_my).count() == 2
    assert entries.visible_to(fair.cast.officer_ru).count() == 0
    assert entries.visible_to(fair.cast.outsider).count() == 0


def test_messages_to_a_sides_people_are_for_its_own_secretary(fair):
    delegate = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    DELEGATE.perform(delegate, "approve", by=fair.cast.focal_my)
    assert visible_notices(fair.cast.officer_my).count() == 1
    assert visible_notices(fair.cast.officer_ru).count() == 0
    assert visible_notices(fair.cast.neutral).count() == 1


def test_private_history_follows_the_office_and_not_the_record_of_the_person(client, fair):
    delegate = make_delegate(fair.meeting, fair.cast.russia, status="pending")
    DELEGATE.perform(delegate, "approve", by=fair.cast.focal_ru)
    reader = make_user("focal_point", fair.cast.malaysia, fair.cast.group)
    reader.person.party = fair.cast.russia
    reader.person.save()
    client.force_login(reader)
    shown = client.get(delegate.get_absolute_url()).content.decode()
    assert delegate.full_name in shown
    assert "approved the registration" not in shown
