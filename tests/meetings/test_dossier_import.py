"""Bringing a dossier in: once, whole, by whom, and never around the keys of the sides."""

import json
from copy import deepcopy
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from delegations.models import Desk
from meetings.dossier.exporting import Reader, export, written
from meetings.dossier.importing import import_dossier, preview
from meetings.dossier.rights import Rights
from meetings.models import (
    ActionItem,
    Appointment,
    Body,
    Meeting,
    Paper,
    Sitting,
    StatusReport,
)
from portal.models import Entry, Key, Notice, Party, Person
from portal.refusal import NotYours, Refused
from tests.factories import (
    make_body,
    make_dossier,
    make_item,
    make_key,
    make_meeting,
    make_party,
    make_person,
    make_report,
    make_sitting,
    make_user,
)
from tests.together import together

pytestmark = pytest.mark.django_db


def as_bytes(dossier: dict) -> bytes:
    return json.dumps(dossier).encode()


def bring_in(dossier: dict, by=None):
    return import_dossier(as_bytes(dossier), Rights(by))


def looked_at(dossier: dict, by=None):
    return preview(as_bytes(dossier), Rights(by))


def states(outcome) -> dict[str, str]:
    return {row.where: row.state for row in outcome.rows}


def refused(dossier: dict, by=None) -> str:
    """The reason of the one wrong row."""
    [row] = looked_at(dossier, by).wrong
    return row.reason


def body_of(dossier: dict) -> dict:
    return dossier["bodies"][0]


def meeting_of(dossier: dict) -> dict:
    return body_of(dossier)["meetings"][0]


def with_meeting(dossier: dict, **fields) -> dict:
    meeting = {"series": "ordinary", "number": 2, "status": "held", "starts_on": "2022-03-01"}
    body_of(dossier)["meetings"].append({**meeting, "zone": "Asia/Baku", **fields})
    return dossier


def neutral_of(body=None):
    """Of the neutral secretariat of a body, or of another commission."""
    return make_user("secretary", body=body or make_body())


# --- what is written ------------------------------------------------------------------


def test_a_dossier_brings_in_a_commission_with_everything_beneath_it():
    bring_in(make_dossier())
    body = Body.objects.get(code="az-my-jc")
    meeting = body.meetings.get()
    assert [seat.party.code for seat in body.seats.all()] == ["az", "my"]
    assert (meeting.status, meeting.was_announced, meeting.mode) == ("held", True, "unknown")
    assert meeting.ends_on == date(2021, 5, 25)
    assert meeting.numbers.get().number == 1
    sitting = meeting.sittings.get()
    assert f"{sitting.starts_at:%H:%M}" == "06:00"
    assert sitting.mode == "unknown"
    assert meeting.agenda.items.get().title == "Trade"
    assert meeting.items.get().undertakings.get().owner.full_name == "Aydin Synthetic"


def test_a_second_import_says_all_same_and_writes_nothing_at_all():
    bring_in(make_dossier())
    before = Entry.objects.count()
    identities = set(Sitting.objects.values_list("uid", flat=True))
    outcome = bring_in(make_dossier())
    assert outcome.counts["same"] == len(outcome.rows)
    assert Entry.objects.count() == before
    assert set(Sitting.objects.values_list("uid", flat=True)) == identities


def test_what_the_dossier_does_not_mention_stays_as_it_is():
    bring_in(make_dossier())
    body = Body.objects.get(code="az-my-jc")
    make_meeting(body, number=7, status="held")
    dossier = make_dossier()
    dossier["bodies"][0] = {
        "code": "az-my-jc",
        "kind": "commission",
        "name": "Synthetic Commission",
    }
    assert looked_at(dossier).changes_nothing
    bring_in(dossier)
    assert body.meetings.count() == 2


def test_a_changed_row_says_which_field_becomes_what():
    bring_in(make_dossier())
    dossier = make_dossier()
    meeting_of(dossier)["place"] = "Baku"
    [row] = [one for one in looked_at(dossier).rows if one.state == "changed"]
    assert row.where == "bodies › az-my-jc › meetings › 1"
    assert row.change_words == [("place", "", "Baku")]
    bring_in(dossier)
    assert Meeting.objects.get().place == "Baku"


def test_a_moved_sitting_keeps_its_identity_and_its_instants_follow():
    bring_in(make_dossier())
    before = Sitting.objects.get()
    dossier = make_dossier()
    meeting_of(dossier)["sittings"][0]["wall"] = "11:30"
    bring_in(dossier)
    after = Sitting.objects.get()
    assert after.uid == before.uid
    assert f"{after.starts_at:%H:%M}" == "07:30"
    assert after.sequence > before.sequence


def test_a_renamed_area_is_found_by_the_name_it_bore():
    bring_in(make_dossier())
    dossier = make_dossier()
    body_of(dossier)["areas"][0].update(
        name="Oil and gas", former=[{"until": "2022-01-01", "name": "Oil"}]
    )
    bring_in(dossier)
    [area] = Body.objects.get(code="az-my-jc").areas.all()
    assert area.name == "Oil and gas"


def test_the_latest_report_of_a_side_is_the_one_that_counts():
    dossier = make_dossier()
    meeting_of(dossier)["items"][0]["undertakings"][0]["reports"] = [
        {"state": "done", "on": "2022-05-01"},
        {"state": "on_track", "on": "2021-09-01", "text": "Begun."},
    ]
    bring_in(dossier)
    part = ActionItem.objects.get().undertakings.get()
    assert part.latest.state == "done"
    assert part.latest.reporter_name == "Azerbaijan"
    assert StatusReport.objects.count() == 2


def test_the_past_of_a_record_goes_in_without_keys_or_messages():
    dossier = make_dossier()
    meeting_of(dossier)["items"][0].update(status="done", closed_on="2022-01-01")
    bring_in(dossier)
    assert ActionItem.objects.get().status == "done"
    assert not Key.objects.exists()
    assert not Notice.objects.exists()


def test_a_later_record_of_a_past_meeting_changes_how_it_ended():
    dossier = make_dossier()
    meeting_of(dossier)["status"] = "postponed"
    bring_in(dossier)
    bring_in(make_dossier())
    assert Meeting.objects.get().status == "held"


def test_a_cancelled_plan_that_was_never_announced_stays_unknown_to_the_public():
    dossier = with_meeting(make_dossier(), status="cancelled", announced=False)
    bring_in(dossier)
    assert not Meeting.objects.get(number=2).was_announced


def test_an_announced_meeting_of_a_new_commission_opens_its_registration():
    bring_in(with_meeting(make_dossier(), status="announced", starts_on="2030-03-01"))
    assert Desk.objects.get().meeting.number == 2


def test_a_changed_item_drops_the_keys_that_were_given_to_its_old_text():
    bring_in(make_dossier())
    item = ActionItem.objects.get()
    key = make_key(item, "closing", party=Party.objects.get(code="az"))
    dossier = make_dossier()
    meeting_of(dossier)["items"][0]["text"] = "Exchange more lists."
    bring_in(dossier)
    key.refresh_from_db()
    assert key.dropped_at


def test_a_joint_meeting_has_its_number_in_every_body():
    other = make_body(code="other")
    dossier = make_dossier()
    meeting_of(dossier)["also"] = [{"body": "other", "number": 9}]
    bring_in(dossier)
    assert other.numbers.get().number == 9
    assert looked_at(dossier).changes_nothing


# --- the journal ------------------------------------------------------------------------


def test_the_journal_says_who_brought_in_what(django_user_model):
    admin = make_user(is_superuser=True, full_name="Technical Administrator")
    bring_in(make_dossier(), by=admin)
    [entry] = Entry.objects.all()
    assert entry.target == Body.objects.get(code="az-my-jc")
    assert entry.actor == admin
    assert entry.sentence == "brought in a dossier: new rows 11, changed rows 0"


def test_a_meeting_that_a_dossier_changes_says_so_in_its_own_history():
    bring_in(make_dossier())
    dossier = make_dossier()
    meeting_of(dossier)["sittings"][0]["wall"] = "11:30"
    bring_in(dossier)
    [entry] = Entry.objects.about(Meeting.objects.get())
    assert (entry.sentence, entry.actor_name) == ("changed it by a dossier", "Operator")


def test_what_one_side_keeps_to_itself_leaves_no_trace_in_the_shared_history():
    bring_in(make_dossier())
    shared = Entry.objects.count()
    bring_in(with_meeting(make_dossier(), side="az", status="idea"))
    assert Entry.objects.filter(private_to=None).count() == shared


# --- two steps ----------------------------------------------------------------------------


def test_an_import_refuses_when_the_portal_changed_after_the_preview():
    content = as_bytes(make_dossier())
    seen = preview(content, Rights()).fingerprint
    make_party("AZ", name="Another name")
    with pytest.raises(Refused, match="Look again"):
        import_dossier(content, Rights(), seen=seen)
    assert not Body.objects.exists()


def test_a_fingerprint_is_the_same_in_every_language():
    from django.utils import translation

    content = as_bytes(make_dossier())
    first = preview(content, Rights()).fingerprint
    with translation.override("ru"):
        assert preview(content, Rights()).fingerprint == first


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_bring_it_in_once():
    content = as_bytes(make_dossier())
    outcomes = together(*(lambda: import_dossier(content, Rights()) for _ in range(3)))
    assert sorted(one.counts["new"] for one in outcomes) == [0, 0, 15]
    assert Body.objects.count() == Meeting.objects.count() == 1


# --- shared rows and meetings that are alive ------------------------------------------------


def test_people_parties_and_organisations_that_are_here_stay_as_they_are():
    az = make_party("AZ", language="az")
    make_person("Aydin Synthetic", az, email="a@example.org", honorific="Dr.")
    dossier = make_dossier()
    dossier["people"][0]["honorific"] = "Mr."
    dossier["parties"][0]["name"] = "Another name"
    found = states(looked_at(dossier))
    assert found["people › chair"] == found["parties › az"] == "kept"
    bring_in(dossier)
    assert Person.objects.get().honorific == "Dr."
    assert Party.objects.get(code="az").name == "Republic of Azerbaijan"


def test_a_preview_does_not_tell_what_is_known_here_of_a_person():
    make_person("Aydin Synthetic", make_party("AZ"), email="a@example.org", honorific="Dr.")
    dossier = make_dossier()
    dossier["people"][0]["honorific"] = "Mr."
    assert "Dr." not in json.dumps([row.stored() for row in looked_at(dossier).rows])


@pytest.mark.parametrize("status", Meeting.AHEAD)
def test_a_meeting_that_is_alive_here_is_changed_by_no_dossier(status):
    bring_in(make_dossier())
    body = Body.objects.get(code="az-my-jc")
    meeting = make_meeting(body, status=status, number=2, starts_on=date(2022, 3, 1))
    same = {"status": status, "mode": "virtual", "zone": meeting.zone}
    assert looked_at(with_meeting(make_dossier(), **same)).changes_nothing
    changed = with_meeting(make_dossier(), **same, place="Baku")
    assert "change it on its page" in refused(changed)
    added = {"id": "x", "kind": "plenary", "day": "2022-03-01", "wall": "10:00"}
    assert "change it on its page" in refused(
        with_meeting(make_dossier(), **same, sittings=[added])
    )


@pytest.mark.parametrize("status", ["proposed", "agreed", "announced", "in_session"])
def test_a_meeting_that_is_over_does_not_come_alive_by_a_dossier(status):
    bring_in(make_dossier())
    dossier = make_dossier()
    meeting_of(dossier)["status"] = status
    assert "over here" in refused(dossier)


# --- who may ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("neutral", True),
        *((name, False) for name in ("officer_my", "officer_ru", "chair_my", "chair_ru")),
        *((name, False) for name in ("focal_my", "focal_ru", "delegate", "outsider")),
    ],
)
def test_only_the_neutral_secretariat_may_bring_in_a_dossier(cast, name, may):
    user = cast.people[name]
    if may:
        assert bring_in(make_dossier(), by=user)
    else:
        with pytest.raises(NotYours):
            bring_in(make_dossier(), by=user)
        with pytest.raises(NotYours):
            looked_at(make_dossier(), by=user)
        assert not Body.objects.filter(code="az-my-jc").exists()


def test_who_brings_in_a_new_commission_becomes_its_neutral_secretary():
    user = neutral_of()
    bring_in(make_dossier(), by=user)
    office = Appointment.objects.get(body__code="az-my-jc", party=None)
    assert (office.person, office.office) == (user.person, "secretary")
    assert looked_at(make_dossier(), by=make_user_again(user)).changes_nothing


def make_user_again(user):
    """The account as the next request sees it."""
    return type(user).objects.get(pk=user.pk)


def test_a_commission_that_names_its_neutral_secretary_gets_no_other():
    user = neutral_of()
    dossier = make_dossier()
    dossier["people"].append({"id": "clerk", "full_name": "Synthetic Clerk"})
    body_of(dossier)["appointments"].append(
        {"person": "clerk", "party": None, "office": "secretary"}
    )
    bring_in(dossier, by=user)
    assert Appointment.objects.get(body__code="az-my-jc", party=None).person != user.person


def test_the_neutral_secretariat_writes_in_no_commission_that_it_does_not_serve():
    bring_in(make_dossier())
    user = neutral_of()
    assert "not of the neutral secretariat" in refused(with_meeting(make_dossier()), by=user)


def test_a_joint_meeting_takes_no_number_in_a_body_that_one_does_not_serve():
    make_body(code="other")
    dossier = make_dossier()
    meeting_of(dossier)["also"] = [{"body": "other", "number": 9}]
    assert "not of the neutral secretariat" in refused(dossier, by=neutral_of())


BY_KEYS = ("counter_proposed", "agreed", "announced", "in_session", "suspended", "resumed")
WITHOUT_KEYS = ("proposed", "held", "closed", "cancelled", "postponed")


@pytest.mark.parametrize("status", [*BY_KEYS, *WITHOUT_KEYS])
def test_a_new_meeting_of_an_existing_commission_goes_around_no_key(status):
    bring_in(make_dossier())
    user = neutral_of(Body.objects.get(code="az-my-jc"))
    admin = make_user(is_superuser=True)
    dossier = with_meeting(make_dossier(), status=status)
    for by in (user, admin):
        if status in BY_KEYS:
            assert "takes the keys of the sides" in refused(dossier, by=by)
        else:
            assert not looked_at(dossier, by=by).wrong
    assert not looked_at(dossier).wrong  # the operator's command


@pytest.mark.parametrize("status", [*BY_KEYS, *WITHOUT_KEYS])
def test_a_new_commission_comes_in_as_far_as_it_is(status):
    dossier = with_meeting(make_dossier(), status=status)
    assert not looked_at(dossier, by=neutral_of()).wrong


@pytest.mark.parametrize(
    "change",
    [
        lambda d: body_of(d).update(status="suspended"),
        lambda d: body_of(d).update(is_public=False),
        lambda d: body_of(d)["seats"].append({"party": "ru"}),
        lambda d: meeting_of(d).update(status="closed"),
        lambda d: meeting_of(d)["items"][0].update(status="done", closed_on="2022-01-01"),
        lambda d: body_of(d)["papers"][0].update(access="public"),
        lambda d: with_meeting(d, side="az", status="idea"),
        lambda d: body_of(d)["papers"].append(
            {"title": "Own", "access": "internal", "party": "az"}
        ),
    ],
)
def test_the_neutral_secretariat_goes_around_no_side_and_the_operator_writes_the_record(change):
    make_party("RU")
    dossier = make_dossier()
    body_of(dossier)["papers"] = [{"title": "Minutes", "access": "shared"}]
    bring_in(dossier)
    user = neutral_of(Body.objects.get(code="az-my-jc"))
    changed = deepcopy(dossier)
    change(changed)
    assert refused(changed, by=user)
    assert not looked_at(changed).wrong


# --- going out ------------------------------------------------------------------------------


@pytest.fixture
def secrets(cast):
    """A meeting of the cast's group with what each side keeps to itself."""
    held = make_meeting(cast.group, status="held", starts_on=date(2026, 3, 2))
    make_sitting(held, join_link="https://video.example.org/secret-room")
    item = make_item(held, owners={cast.malaysia: cast.focal_my.person})
    make_report(item, cast.malaysia, text="Shared report.")
    for party in (cast.malaysia, cast.russia):
        make_meeting(
            cast.group, status="idea", number=9, side=party, title=f"Idea of {party.short_name}"
        )
        Paper.objects.create(
            body=cast.group, access="internal", party=party, title=f"Paper of {party.short_name}"
        )
    Paper.objects.create(body=cast.group, access="shared", title="Joint paper")
    Paper.objects.create(body=cast.group, access="shared", title="Taken back", status="withdrawn")
    return cast


@pytest.mark.parametrize(
    ("name", "sees", "not_sees"),
    [
        ("officer_my", "Malaysia", "Russia"),
        ("officer_ru", "Russia", "Malaysia"),
        ("neutral", None, None),
    ],
)
def test_an_export_holds_what_its_reader_sees_and_no_other_sides_affairs(
    secrets, name, sees, not_sees
):
    text = written(export(secrets.commission, Reader(user=secrets.people[name])))
    for party in ("Malaysia", "Russia"):
        assert (f"Idea of {party}" in text) == (party == sees)
        assert (f"Paper of {party}" in text) == (party == sees)
    assert "Joint paper" in text
    assert "Shared report." in text


@pytest.mark.parametrize("code", ["", "my", "ru"])
def test_the_command_exports_what_all_share_and_one_sides_own_on_request(secrets, code):
    party = Party.objects.filter(code=code).first()
    text = written(export(secrets.commission, Reader(party=party)))
    for one, name in (("my", "Malaysia"), ("ru", "Russia")):
        assert (f"Idea of {name}" in text) == (code == one)
        assert (f"Paper of {name}" in text) == (code == one)


def test_an_export_names_no_address_no_link_and_nothing_withdrawn(secrets):
    for reader in (Reader(), Reader(user=secrets.officer_my), Reader(party=secrets.malaysia)):
        text = written(export(secrets.commission, reader))
        assert "@" not in text
        assert "secret-room" not in text
        assert "Taken back" not in text
        assert secrets.focal_my.name in text


def test_an_export_takes_as_many_queries_with_one_meeting_as_with_thirty(cast):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            export(cast.commission, Reader(user=make_user_again(cast.officer_my)))
        return len(queries)

    def held(year: int) -> None:
        meeting = make_meeting(cast.group, status="held", starts_on=date(year, 3, 2))
        make_sitting(meeting)
        make_report(make_item(meeting), cast.malaysia)

    held(1990)
    first = count()
    for year in range(1991, 2021):
        held(year)
    assert count() == first == 27


def test_a_preview_takes_as_many_queries_with_one_meeting_as_with_two_hundred():
    def count(dossier: dict) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert not looked_at(dossier).wrong
        return len(queries)

    few = make_dossier()
    many = make_dossier()
    [meeting] = body_of(many)["meetings"]
    body_of(many)["meetings"] = [
        {
            **deepcopy(meeting),
            "number": number,
            "sittings": [
                {"id": f"s{n}", "kind": "plenary", "day": "2021-05-25", "wall": f"{8 + n:02}:00"}
                for n in range(10)
            ],
        }
        for number in range(1, 41)
    ]
    assert count(few) == count(many) == 63


# --- the command ------------------------------------------------------------------------------


def run(capsys, *words: str) -> str:
    call_command("dossier", *words)
    return capsys.readouterr().out


def test_the_command_previews_imports_and_exports(tmp_path, capsys):
    path = tmp_path / "dossier.json"
    path.write_bytes(as_bytes(make_dossier()))
    assert "0 wrong, 0 changed, 15 new, 0 kept, 0 same" in run(capsys, "preview", str(path))
    assert not Body.objects.exists()
    run(capsys, "import", str(path))
    assert "15 same" in run(capsys, "import", str(path))
    again = json.loads(run(capsys, "export", "az-my-jc"))
    assert again["bodies"][0]["name"] == "Synthetic Commission"


def test_the_command_answers_in_json_where_it_is_asked(tmp_path, capsys):
    path = tmp_path / "dossier.json"
    path.write_bytes(as_bytes(make_dossier()))
    answer = json.loads(run(capsys, "preview", str(path), "--json"))
    assert answer["counts"]["new"] == len(answer["rows"]) == 15


@pytest.mark.parametrize("deed", ["preview", "import"])
def test_the_command_fails_when_a_row_is_wrong(tmp_path, deed):
    dossier = make_dossier()
    meeting_of(dossier)["ends_on"] = "2021-05-01"
    path = tmp_path / "dossier.json"
    path.write_bytes(as_bytes(dossier))
    with pytest.raises(CommandError):
        call_command("dossier", deed, str(path))
    assert not Body.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["export", "nothing"], "There is no body “nothing”"),
        (["preview", "/nowhere/at-all.json"], "cannot be read"),
        (["export", "some", "--for", "xx"], "There is no party “xx”"),
    ],
)
def test_the_command_says_what_is_not_there(words, sentence):
    make_body(code="some")
    with pytest.raises(CommandError, match=sentence):
        call_command("dossier", *words)


def test_a_note_between_two_of_three_sides_goes_out_to_those_two_alone():
    parties = [make_party(code) for code in ("AZ", "MY", "RU")]
    body = make_body(parties, code="three")
    for number, addressee in (("between", parties[1]), ("to-all", None)):
        body.notes.create(
            reference=number,
            sender=parties[0],
            addressee=addressee,
            dated=date(2021, 1, 1),
            subject="Dates",
        )
    for party, sees in ((None, False), *zip(parties, (True, True, False), strict=True)):
        text = written(export(body, Reader(party=party)))
        assert ("between" in text) == sees
        assert "to-all" in text


def test_a_note_between_the_only_two_sides_goes_out_to_everybody():
    az, my = make_party("AZ"), make_party("MY")
    body = make_body([az, my], code="two")
    body.notes.create(
        reference="17", sender=az, addressee=my, dated=date(2021, 1, 1), subject="Dates"
    )
    assert '"17"' in written(export(body, Reader()))
