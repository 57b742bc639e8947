"""The page of the delegations: the desk, the list, the decisions."""

import pytest
from django.urls import reverse

from delegations import operations
from delegations.models import Delegate, Desk
from tests.delegations.answers import messages, text_of
from tests.delegations.conftest import make_fair
from tests.factories import make_delegate, make_meeting


@pytest.fixture
def url(fair):
    return reverse("delegations", args=[fair.meeting.pk])


def names(response):
    """The people in the list, in its order."""
    return [delegate.full_name for delegate, _may in response.context["rows"]]


def test_before_the_announcement_the_page_says_what_comes_and_when(client, cast):
    meeting = make_meeting(cast.group)
    client.force_login(cast.officer_my)
    text = text_of(client.get(reverse("delegations", args=[meeting.pk])))
    assert "The public link and its QR code appear here when the meeting is announced." in text
    assert "They are opened when the meeting is announced." in text


def test_a_secretary_opens_registration_and_has_link_and_qr_code(client, cast):
    fair = make_fair(cast, status="not_open")
    client.force_login(cast.officer_my)
    page = client.get(reverse("delegations", args=[fair.meeting.pk]))
    assert "Whoever opens it now reads that registration is not open yet." in text_of(page)
    response = client.post(reverse("desk-do", args=[fair.desk.pk, "open"]))
    assert response["Location"] == reverse("delegations", args=[fair.meeting.pk])
    page = client.get(response["Location"]).content.decode()
    assert fair.desk.public_url in page
    assert reverse("register-qr", args=[fair.desk.code]) in page
    assert client.get(fair.url).status_code == 200


def test_a_secretary_sets_the_places(client, fair, url):
    client.force_login(fair.cast.officer_ru)
    client.post(reverse("desk-places", args=[fair.meeting.pk]), {"capacity": "120"})
    assert Desk.objects.get().capacity == 120
    client.post(reverse("desk-places", args=[fair.meeting.pk]), {"capacity": ""})
    assert Desk.objects.get().capacity is None


@pytest.mark.parametrize(
    ("capacity", "sentence"),
    [
        ("0", "Write at least 1. To take nobody, close the registration."),
        ("many", "Write a whole number, or nothing."),
        ("99999999999", "Write a smaller number, or nothing for as many as come."),
        ("1", "More people are registered than this. Choose more places, or leave it empty."),
    ],
)
def test_a_wrong_number_of_places_is_refused_and_kept(client, fair, capacity, sentence):
    make_delegate(fair.meeting, fair.cast.malaysia)
    make_delegate(fair.meeting, fair.cast.russia)
    client.force_login(fair.cast.officer_my)
    response = client.post(reverse("desk-places", args=[fair.meeting.pk]), {"capacity": capacity})
    assert sentence in text_of(response)
    assert response.context["places_form"]["capacity"].value() == capacity
    assert Desk.objects.get().capacity is None


def test_what_waits_for_the_focal_point_stands_on_top_then_the_own_side(client, fair, url):
    cast = fair.cast
    make_delegate(fair.meeting, cast.russia, full_name="R approved")
    make_delegate(fair.meeting, cast.malaysia, full_name="M approved")
    make_delegate(fair.meeting, cast.malaysia, full_name="M waiting", status="pending")
    client.force_login(cast.focal_my)
    assert names(client.get(url)) == ["M waiting", "M approved", "R approved"]
    client.force_login(cast.focal_ru)
    assert names(client.get(url)) == ["R approved", "M approved"]


def test_the_focal_point_approves_right_in_the_row_and_stays_in_the_list(client, fair, url):
    delegate = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    client.force_login(fair.cast.focal_my)
    do = reverse("delegate-do", args=[delegate.pk, "approve"])
    page = client.get(f"{url}?status=pending").content.decode()
    assert f'formaction="{do}"' in page
    response = client.post(do, {"next": f"{url}?status=pending"})
    assert response["Location"] == f"{url}?status=pending"
    delegate.refresh_from_db()
    assert delegate.status == "approved"
    [notice] = messages("approved")
    assert notice.email == delegate.email


def test_the_focal_point_approves_several_at_once(client, fair, url):
    mine = [make_delegate(fair.meeting, fair.cast.malaysia, status="pending") for _ in range(3)]
    theirs = make_delegate(fair.meeting, fair.cast.russia, status="pending")
    client.force_login(fair.cast.focal_my)
    marked = [mine[0].pk, mine[1].pk, theirs.pk, "no number", "9" * 30]
    client.post(reverse("delegations-approve", args=[fair.meeting.pk]), {"delegate": marked})
    states = dict(Delegate.objects.values_list("pk", "status"))
    assert states == {
        mine[0].pk: "approved",
        mine[1].pk: "approved",
        mine[2].pk: "pending",
        theirs.pk: "pending",
    }
    assert len(messages("approved")) == 2


def test_marking_nothing_says_so(client, fair, url):
    client.force_login(fair.cast.focal_my)
    response = client.post(reverse("delegations-approve", args=[fair.meeting.pk]), follow=True)
    assert "Nothing was approved. Mark at least one that waits." in text_of(response)


def test_declining_without_a_reason_is_refused_with_what_to_do(client, fair):
    delegate = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    client.force_login(fair.cast.focal_my)
    response = client.post(reverse("delegate-do", args=[delegate.pk, "decline"]), follow=True)
    assert "Write a reason: the people concerned will read it." in text_of(response)
    delegate.refresh_from_db()
    assert delegate.status == "pending"


def test_declining_tells_the_person_why(client, fair):
    delegate = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    client.force_login(fair.cast.focal_my)
    client.post(reverse("delegate-do", args=[delegate.pk, "decline"]), {"reason": "Not listed."})
    [notice] = messages("declined")
    assert "Reason: Not listed." in notice.body
    assert fair.taken() == 0


@pytest.mark.parametrize("query", ["орлова", "Natalia", "ORLOVA natalia", "стандарт", "ab12-cd34"])
def test_the_search_finds_a_name_in_either_script_an_organisation_or_a_reference(
    client, fair, url, query
):
    make_delegate(fair.meeting, fair.cast.malaysia, full_name="Ali bin Abu")
    make_delegate(
        fair.meeting,
        fair.cast.russia,
        full_name="Наталья Орлова",
        latin_name="Natalia Orlova",
        organisation="Росстандарт",
        reference="AB12-CD34",
    )
    client.force_login(fair.cast.officer_my)
    assert names(client.get(url, {"q": query})) == ["Наталья Орлова"]


def test_filters_by_side_and_status(client, fair, url):
    cast = fair.cast
    make_delegate(fair.meeting, cast.russia, full_name="R")
    make_delegate(fair.meeting, cast.malaysia, full_name="M")
    make_delegate(fair.meeting, cast.malaysia, full_name="M declined", status="declined")
    client.force_login(cast.officer_my)
    assert names(client.get(url)) == ["M", "R"]
    assert names(client.get(url, {"side": "ru"})) == ["R"]
    assert names(client.get(url, {"status": "declined"})) == ["M declined"]
    assert names(client.get(url, {"status": "nonsense", "side": "!", "page": "x"})) == ["M", "R"]


def test_when_nobody_matches_the_page_says_what_to_do(client, fair, url):
    make_delegate(fair.meeting, fair.cast.malaysia)
    client.force_login(fair.cast.officer_my)
    text = text_of(client.get(url, {"q": "nobody of this name"}))
    assert "Nobody matches" in text
    assert "Show everybody" in text


def test_fifty_rows_a_page(client, fair, url):
    for _number in range(51):
        make_delegate(fair.meeting, fair.cast.malaysia)
    client.force_login(fair.cast.officer_my)
    assert len(client.get(url).context["rows"]) == 50
    assert len(client.get(url, {"page": 2}).context["rows"]) == 1


def test_the_native_name_stands_first_and_the_latin_one_under_it(client, fair, url):
    make_delegate(
        fair.meeting, fair.cast.russia, full_name="Наталья Орлова", latin_name="Natalia Orlova"
    )
    client.force_login(fair.cast.officer_ru)
    page = client.get(url).content.decode()
    assert page.index("Наталья Орлова</bdi>") < page.index("Natalia Orlova</bdi>")
    assert "person-under" in page


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    ("who", "queries"), [("focal_my", 13), ("officer_my", 13), ("neutral", 13)]
)
def test_the_list_takes_the_same_queries_for_one_row_and_for_thirty(
    client, fair, url, rows, who, queries, django_assert_num_queries
):
    for _number in range(rows):
        make_delegate(fair.meeting, fair.cast.malaysia, status="pending", sittings=[fair.plenary])
        make_delegate(fair.meeting, fair.cast.russia, sittings=[fair.plenary])
    client.force_login(fair.cast.people[who])
    client.get(url)
    with django_assert_num_queries(queries):
        client.get(url)


def test_the_registration_page_takes_six_queries_when_it_is_drawn_anew(
    client, fair, django_assert_num_queries
):
    with django_assert_num_queries(6):
        client.get(fair.url)


def test_registering_takes_as_many_queries_with_one_row_as_with_thirty(
    client, fair, django_assert_num_queries
):
    client.post(fair.url, fair.answers())
    with django_assert_num_queries(10):
        client.post(fair.url, fair.answers(full_name="One", email="one@example.org"))
    for _number in range(30):
        make_delegate(fair.meeting, fair.cast.malaysia)
    with django_assert_num_queries(10):
        client.post(fair.url, fair.answers(full_name="Two", email="two@example.org"))


def test_whom_another_focal_point_has_just_declined_is_not_approved_with_the_rest(fair):
    waits = make_delegate(fair.meeting, fair.cast.malaysia, status="pending")
    declined = make_delegate(fair.meeting, fair.cast.malaysia, status="declined")
    marked = Delegate.objects.filter(pk__in=[waits.pk, declined.pk])
    assert operations.approve_all(marked, by=fair.cast.focal_my) == 1
    declined.refresh_from_db()
    assert declined.status == "declined"


@pytest.mark.parametrize("marked", ["9" * 5000, "9" * 19, "٣", "-1", "\x00", ""])
def test_marks_that_are_no_registrations_approve_nothing(client, fair, marked):
    client.force_login(fair.cast.focal_my)
    path = reverse("delegations-approve", args=[fair.meeting.pk])
    page = client.post(path, {"delegate": marked}, follow=True)
    assert "Nothing was approved." in text_of(page)
