"""Arranging an agenda: steps where they lead somewhere, and the keyboard where it was."""

import re

import pytest
from django.urls import reverse

from meetings.agenda import Order
from tests.factories import make_agenda, make_key, make_meeting, make_point


@pytest.fixture
def agenda(cast):
    """1 Opening, 2 Halal with 2.1 Laboratories and 2.2 Labels, 3 Signing."""
    agenda = make_agenda(make_meeting(cast.group, "announced"))
    halal = agenda.items.get(title="Halal")
    make_point(agenda, "Laboratories", parent=halal)
    make_point(agenda, "Labels", parent=halal)
    return agenda


def arranged(client, user, agenda, arrange="yes") -> str:
    client.force_login(user)
    address = reverse("agenda", args=[agenda.meeting_id])
    return client.get(address, {"arrange": arrange}).content.decode()


def buttons(shown, title) -> list[str]:
    """The steps offered for a point, in the order of the keyboard."""
    row = shown.partition(f"{title}</h3>")[2].partition("</form>")[0]
    return re.findall(r'name="to" value="(\w+)"', row)


def test_a_step_is_offered_only_where_it_leads_somewhere(client, cast, agenda):
    shown = arranged(client, cast.officer_my, agenda)
    assert buttons(shown, "Opening") == ["down"]
    assert buttons(shown, "Halal") == ["up", "down", "in"]
    assert buttons(shown, "Laboratories") == ["down", "out"]
    assert buttons(shown, "Labels") == ["up", "out", "in"]
    assert buttons(shown, "Signing") == ["up", "in"]


def test_every_step_offered_is_a_place_and_no_other_step_is(agenda):
    order = Order(agenda.items.listed())
    for item in order.items.values():
        assert order.steps(item) == [
            step for step in ("up", "down", "out", "in") if order.spot(step, item)
        ]


def test_the_deepest_level_cannot_be_put_further_in(client, cast, agenda):
    labels = agenda.items.get(title="Labels")
    make_point(agenda, "Colours", parent=labels)
    make_point(agenda, "Letters", parent=labels)
    shown = arranged(client, cast.officer_my, agenda)
    assert "in" not in buttons(shown, "Letters")


def test_the_keyboard_stays_on_the_step_just_made(client, cast, agenda):
    opening = agenda.items.get(title="Opening")
    client.force_login(cast.officer_my)
    answer = client.post(
        reverse("point-move", args=[opening.pk]), {"to": "down", "revision": agenda.revision}
    )
    assert answer.url.endswith(f"?arrange=down-{opening.pk}")
    shown = client.get(answer.url).content.decode()
    assert shown.count("autofocus") == 1
    row = shown.partition("Opening</h3>")[2].partition("</form>")[0]
    assert 'value="down" autofocus' in row


def test_a_point_that_went_as_far_as_it_can_keeps_the_keyboard(client, cast, agenda):
    first = agenda.items.get(title="Opening")
    shown = arranged(client, cast.officer_my, agenda, f"up-{first.pk}")
    row = shown.partition("Opening</h3>")[2].partition("</form>")[0]
    assert 'value="down" autofocus' in row


@pytest.mark.parametrize("query", ["up-", "up-999999", "sideways-x", "-", "up-١"])
def test_an_odd_address_arranges_without_any_focus(client, cast, agenda, query):
    assert "autofocus" not in arranged(client, cast.officer_my, agenda, query)


def test_the_warning_counts_the_keys_that_would_drop(client, cast, agenda):
    make_key(agenda, "agenda", cast.malaysia, cast.chair_my)
    one = "Key given: Malaysia. Moving a point drops it, and the co-chair is told."
    assert one in arranged(client, cast.officer_my, agenda)
    make_key(agenda, "agenda", cast.russia, cast.chair_ru)
    two = "Keys given: Malaysia, Russia. Moving a point drops them, and the co-chairs are told."
    assert two in arranged(client, cast.officer_my, agenda)
    client.force_login(cast.officer_my)
    point = agenda.items.get(title="Halal")
    shown = client.get(reverse("point-change", args=[point.pk])).content.decode()
    assert "Keys given: Malaysia, Russia. Saving a change drops them" in shown


def test_whose_key_to_a_late_point_is_awaited_reads_so_above_the_points(client, cast):
    agenda = make_agenda(make_meeting(cast.group, "announced"), status="agreed")
    late = make_point(agenda, "Drones", status="late", proposer=cast.russia, text="Why.")
    make_key(late, "late", cast.russia, cast.chair_ru)
    address = reverse("agenda", args=[agenda.meeting_id])
    awaited = f'<a href="#{late.anchor}">The key of Malaysia to the late point “Drones” is awaited'
    client.force_login(cast.chair_my)
    shown = client.get(address).content.decode()
    assert shown.index(awaited) < shown.index('id="points"')
    for user in (cast.chair_ru, cast.focal_my, cast.neutral):
        client.force_login(user)
        assert "is awaited</a>" not in client.get(address).content.decode()
