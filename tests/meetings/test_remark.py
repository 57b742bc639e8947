"""Remarks and sources: on a body or one of its meetings, each side for its own sources."""

import pytest
from django.urls import reverse

from meetings import operations
from meetings.models import Remark
from portal.models import Entry, Notice
from portal.refusal import NotYours, Refused
from tests.factories import make_body, make_figure, make_meeting, make_remark

SECRETARIES = {"officer_my", "officer_ru", "neutral"}
EVERYBODY = (*sorted(SECRETARIES), "chair_my", "chair_ru", "focal_my", "delegate", "outsider")


def shown(client, address) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def new_remark(body) -> str:
    return reverse("remark-new", args=[body.pk])


def test_a_remark_on_a_body_stands_on_its_page_in_the_readers_language(client, cast):
    client.force_login(cast.officer_my)
    typed = {"text": "The dates differ.", "name_ru": "Даты расходятся.", "source": "example.org/a"}
    client.post(new_remark(cast.group), typed)
    page = shown(client, cast.group.get_absolute_url())
    assert "The dates differ." in page
    assert "https://example.org/a" in page
    client.cookies["django_language"] = "ru"
    assert "Даты расходятся." in shown(client, cast.group.get_absolute_url())


def test_a_remark_on_a_meeting_stands_on_the_meetings_page_and_not_on_the_bodys(client, cast):
    meeting = make_meeting(cast.group, status="held")
    client.force_login(cast.officer_ru)
    client.post(new_remark(cast.group), {"meeting": meeting.pk, "text": "Two lists exist."})
    assert "Two lists exist." in shown(client, meeting.get_absolute_url())
    assert "Two lists exist." not in shown(client, cast.group.get_absolute_url())
    assert "Two lists exist." in shown(client, reverse("body-figures", args=[cast.group.pk]))
    entry = Entry.objects.about(meeting).get()
    assert str(entry.sentence) == "added the remark “Two lists exist.”"


def test_the_meeting_one_comes_from_is_chosen_already(client, cast):
    meeting = make_meeting(cast.group, status="held")
    client.force_login(cast.officer_my)
    page = shown(client, f"{new_remark(cast.group)}?meeting={meeting.pk}")
    assert f'<option value="{meeting.pk}" selected>' in page


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_runs_a_meeting_is_led_from_its_page_to_a_remark_on_it(client, cast, who):
    meeting = make_meeting(cast.group, status="held")
    client.force_login(cast.people[who])
    leads = f"{new_remark(cast.group)}?meeting={meeting.pk}" in shown(
        client, meeting.get_absolute_url()
    )
    assert leads is (who in SECRETARIES)


def test_a_changed_and_a_removed_remark_are_told_with_what_they_said(client, cast):
    remark = make_remark(cast.group, "First words.")
    client.force_login(cast.officer_my)
    client.post(reverse("remark-change", args=[remark.pk]), {"text": "Second words."})
    client.post(reverse("remark-remove", args=[remark.pk]))
    told = [str(one.sentence) for one in Entry.objects.about(cast.group).order_by("pk")]
    assert told == [
        "changed a remark; before: “First words.”, now: “Second words.”",
        "removed the remark “Second words.”",
    ]
    assert Notice.objects.filter(person=cast.officer_ru.person).count() == 2
    assert not Remark.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": "", "source": ""}, "Write the remark, or the address of its source."),
        ({"text": "Kept words", "source": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"text": "Kept words", "meeting": "0"}, "Select a valid choice."),
    ],
)
def test_what_is_no_remark_or_no_address_is_refused_with_a_sentence(client, cast, typed, sentence):
    client.force_login(cast.officer_my)
    page = client.post(new_remark(cast.group), typed).content.decode()
    assert sentence in page
    assert typed["text"] in page
    assert not Remark.objects.exists()


def test_a_remark_that_somebody_removed_meanwhile_is_not_changed(cast):
    remark = make_remark(cast.group)
    Remark.objects.filter(pk=remark.pk).delete()
    with pytest.raises(Refused, match="removed this remark meanwhile"):
        operations.change_remark(remark, changes={"text": "New."}, by=cast.officer_my)


# --- who may --------------------------------------------------------------------------


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_secretaries_alone_write_remarks_on_a_body(client, cast, who):
    remark = make_remark(cast.group)
    client.force_login(cast.people[who])
    may = who in SECRETARIES
    for address in (new_remark(cast.group), reverse("remark-change", args=[remark.pk])):
        assert client.get(address).status_code == (200 if may else 403)
    removed = client.post(reverse("remark-remove", args=[remark.pk]))
    assert removed.status_code == (302 if may else 403)
    assert Remark.objects.exists() is not may


def test_a_remark_from_a_sides_source_is_changed_by_that_side_and_the_neutral(cast):
    remark = make_remark(cast.group, party=cast.russia)
    for user in (cast.officer_my, cast.chair_ru, cast.outsider):
        with pytest.raises(NotYours):
            operations.change_remark(remark, changes={"text": "Mine."}, by=user)
    for user in (cast.officer_ru, cast.neutral):
        operations.change_remark(remark, changes={"text": f"By {user.name}."}, by=user)


def test_what_a_side_remarks_on_its_own_part_does_not_reach_the_other_side(client, cast):
    own = make_meeting(cast.group, status="held", series="national", side=cast.malaysia)
    client.force_login(cast.officer_my)
    client.post(new_remark(cast.group), {"meeting": own.pk, "text": "For us alone."})
    remark = Remark.objects.get()
    assert "For us alone." in shown(client, reverse("body-figures", args=[cast.group.pk]))
    assert not Notice.objects.exists()
    assert not Entry.objects.about(cast.group).exists()
    for user in (cast.officer_ru, cast.neutral):
        client.force_login(user)
        assert "For us alone." not in shown(client, reverse("body-figures", args=[cast.group.pk]))
        assert "For us alone." not in shown(client, cast.group.get_absolute_url())
        assert client.get(reverse("remark-change", args=[remark.pk])).status_code == 404
        assert client.post(reverse("remark-remove", args=[remark.pk])).status_code == 404
        form = client.get(new_remark(cast.group)).context["form"]
        assert own not in form.fields["meeting"].queryset
    assert Remark.objects.exists()


def test_a_remark_on_a_body_unknown_to_the_reader_does_not_exist_for_it(client, cast):
    remark = make_remark(make_body(is_public=False))
    client.force_login(cast.officer_my)
    assert client.get(reverse("remark-change", args=[remark.pk])).status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_of_figures_and_remarks_asks_as_often_for_one_as_for_thirty(
    client, cast, django_assert_num_queries, rows
):
    for number in range(rows):
        make_figure(cast.group, party=cast.malaysia)
        make_remark(cast.group, party=cast.russia, source=f"https://example.org/{number}")
        make_remark(meeting=make_meeting(cast.group, status="held"), text=f"Remark {number}")
    client.force_login(cast.officer_my)
    with django_assert_num_queries(10):
        shown(client, reverse("body-figures", args=[cast.group.pk]))
