"""Bad dossiers: a clear sentence with its place for each, and nothing half-written."""

import json
import re
from pathlib import Path
from time import monotonic

import pytest

from meetings.dossier.engine import SENTENCES
from meetings.dossier.importing import import_dossier, preview
from meetings.dossier.kind import KINDS
from meetings.dossier.reading import MEGABYTE, Unreadable, read
from meetings.dossier.rights import Rights
from meetings.models import Body, Meeting
from portal.models import Party, Person
from portal.refusal import Refused
from tests.factories import make_dossier, make_meeting, make_party, make_person

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "dossier.schema.json"


def problems_of(content: bytes) -> list[str]:
    with pytest.raises(Unreadable) as refused:
        read(content)
    return refused.value.sentences


def as_bytes(dossier: dict) -> bytes:
    return json.dumps(dossier).encode()


def body_of(dossier: dict) -> dict:
    return dossier["bodies"][0]


def meeting_of(dossier: dict) -> dict:
    return body_of(dossier)["meetings"][0]


def wrong(dossier: dict) -> dict[str, str]:
    """What is wrong with a dossier that keeps to the schema: reason by place."""
    outcome = preview(as_bytes(dossier), Rights())
    assert not Body.objects.exists() or outcome  # a preview writes nothing
    return {row.where: row.reason for row in outcome.wrong}


# --- files that are no dossiers -------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"  \n ", "The file is empty."),
        (b'{"a": "\xff"}', "byte 0xFF at position 8, in line 1"),
        (b'{\n"a": "\xc3"}', "byte 0xC3 at position 9, in line 2"),
        (b'{"a": 1,\n "b" 2}', "line 2, column 6"),
        (b'{"a": ', "The file ends too early."),
        (b'{"a": 1, "a": 2}', "“a” stands twice in one object."),
        (b'{"code": "x", "a": 1, "a": 2}', "“a” stands twice in “x”."),
        (b'{"a": NaN}', "NaN is not a number"),
        (b'{"a": Infinity}', "Infinity is not a number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a number that is too long"),
        (b"[" * 200_000, "nested so deeply"),
        (b"[" * 60 + b"]" * 60, "nested more than 30 levels"),
        (b"[]", "it must be: an object"),
        (b"null", "it must be: an object"),
        (b'{"a\\u0000": 1}', "invisible control character"),
        (b'{"a": "\\ud800"}', "invisible control character"),
    ],
)
def test_a_file_that_is_no_dossier_is_refused_with_the_place(content, sentence):
    [problem] = problems_of(content)
    assert sentence in problem


def test_a_byte_order_mark_does_not_disturb():
    assert read(b"\xef\xbb\xbf" + as_bytes(make_dossier()))["version"] == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d.update(version=2), "version: Here stands 2; it must be: 1."),
        (lambda d: d.update(format="x"), 'format: Here stands "x"'),
        (lambda d: d.pop("bodies"), "“bodies” is missing."),
        (
            lambda d: body_of(d).update(colour="red"),
            "bodies › az-my-jc: There is no field “colour” here.",
        ),
        (
            lambda d: meeting_of(d).update(starts_on="2021-02-30"),
            "bodies › az-my-jc › meetings › 1 › starts_on: There is no such day",
        ),
        (
            lambda d: meeting_of(d)["sittings"][0].update(zone="Mars/Base"),
            "meetings › 1 › sittings › plenary › zone: This zone is not in the zone database.",
        ),
        (lambda d: meeting_of(d)["sittings"][0].update(wall="24:00"), "Write the time as HH:MM"),
        (lambda d: meeting_of(d).update(number="one"), "it must be: null / a whole number"),
        (lambda d: meeting_of(d).update(number=1.5), "it must be: null / a whole number"),
        (lambda d: meeting_of(d).update(number=10**30), "at most 32767"),
        (lambda d: meeting_of(d).update(status="done"), '"done" is none of: idea, proposed'),
        (lambda d: body_of(d).update(name="x" * 301), "at most 300 letters"),
        (lambda d: body_of(d).update(names={"english": "x"}), "named by their codes"),
        (
            lambda d: body_of(d).update(remarks=[{"text": "x", "source": "javascript:alert(1)"}]),
            "not an address that begins with http",
        ),
        (lambda d: d["people"][0].update(email="nobody"), "not an e-mail address"),
    ],
)
def test_what_breaks_the_schema_is_named_with_its_place(change, sentence):
    dossier = make_dossier()
    change(dossier)
    [problem] = problems_of(as_bytes(dossier))
    assert sentence in problem


def test_all_problems_are_named_at_once_up_to_a_bound():
    dossier = make_dossier()
    dossier["people"] = [{"id": f"p{n}", "name": "x", "full_name": "x"} for n in range(150)]
    problems = problems_of(as_bytes(dossier))
    assert len(problems) == 101
    assert problems[-1] == "And 50 more problems."


def test_a_file_above_the_limit_is_refused_by_its_size(settings):
    settings.PORTAL_DOSSIER_MEGABYTES = 1
    [problem] = problems_of(b" " * (MEGABYTE * 2))
    assert problem == "The file has 2.0 MB; a dossier may have 1 MB. Divide it by bodies."


def test_ten_megabytes_are_read_in_bounded_time():
    dossier = make_dossier()
    remark = {"text": "x" * 500, "source": "https://example.org/"}
    body_of(dossier)["remarks"] = [{**remark, "text": f"{n} {'x' * 500}"} for n in range(20_000)]
    content = as_bytes(dossier)
    assert len(content) > 10 * MEGABYTE
    began = monotonic()
    assert read(content)
    assert monotonic() - began < 20


# --- the schema and the models say the same -------------------------------------------


def schema_of(name: str) -> dict:
    return json.loads(SCHEMA.read_text())["$defs"][name]["properties"]


IN_SCHEMA = {
    **{name: name for name in KINDS if name not in ("deadline_rule", "point")},
    "deadline_rule": "deadlineRule",
    "point": "agendaItem",
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_schema_knows_every_field_choice_and_length_of_the_models(kind):
    known = schema_of(IN_SCHEMA[kind.name])
    for field in kind.fields:
        column = kind.model._meta.get_field(field.column)
        facts = known[field.name]
        assert facts["description"].endswith(".")
        if column.choices and not column.is_relation:
            blank = {""} if column.blank else set()
            known_to_all = {value for value, _label in column.flatchoices} | blank
            if (kind.name, field.name) == ("number", "series"):
                known_to_all = set(Meeting.NUMBERED)
            assert set(facts["enum"]) == known_to_all
        elif facts.get("type") == "string" and column.max_length and not column.choices:
            assert facts.get("maxLength", 0) <= column.max_length


def test_every_rule_of_the_database_has_a_sentence_for_people():
    silent = {
        one.name
        for kind in KINDS.values()
        for one in kind.model._meta.constraints
        if one.violation_error_message == one.default_violation_error_message
        and one.name not in SENTENCES
    }
    # What is found by its key is never written twice, so these cannot break.
    by_key = {
        *("one_seat_per_period", "one_organisation_per_name_and_party", "one_agenda_per_meeting"),
        *("one_item_per_number", "one_undertaking_per_party", "one_participation_per_capacity"),
        *("one_chair_per_person", "one_figure_per_name_and_period", "one_lead_per_area_and_side"),
        *("one_deadline_rule_per_thing", "one_room_per_name_and_city"),
        *("one_actual_timing_and_one_per_side", "one_office_per_address"),
    }
    assert silent <= by_key


def test_only_new_rows_of_three_kinds_record_a_status_past_the_workflow():
    root = SCHEMA.parents[1]
    users = {
        str(path.relative_to(root))
        for app in ("portal", "meetings", "delegations", "demo")
        for path in (root / app).rglob("*.py")
        if re.search(r"\brecorded\(", path.read_text())
    }
    assert users == {
        "portal/workflow.py",
        "meetings/dossier/engine.py",  # what a dossier tells of the past
        "delegations/operations/registration.py",  # who finds no place begins on the waiting list
        "delegations/management/commands/scale.py",  # synthetic registrations by the thousand
    }


# --- dossiers that contradict themselves or the portal ----------------------------------


@pytest.mark.django_db
def test_a_good_dossier_has_nothing_wrong_and_a_preview_writes_nothing():
    outcome = preview(as_bytes(make_dossier()), Rights())
    assert outcome.counts == {"wrong": 0, "changed": 0, "new": 15, "kept": 0, "same": 0}
    assert not Body.objects.exists()
    assert not Party.objects.exists()
    assert not Person.objects.exists()


def two_bodies(dossier, first, second):
    dossier["bodies"] = [
        {"code": "one", "kind": "commission", "name": "One", "parent": first},
        {"code": "two", "kind": "committee", "name": "Two", "parent": second},
    ]


def second_meeting(dossier, **fields):
    meeting = {"series": "ordinary", "number": 2, "status": "held", "starts_on": "2022-03-01"}
    body_of(dossier)["meetings"].append({**meeting, "zone": "Asia/Baku", **fields})


def another_body(dossier, **fields):
    body = {"code": "other", "kind": "committee", "name": "Other", "parent": "az-my-jc"}
    dossier["bodies"].append({**body, **fields})


def sitting(dossier, **fields):
    row = {"id": "more", "kind": "plenary", "day": "2021-05-25", "wall": "15:00"}
    meeting_of(dossier)["sittings"].append({**row, **fields})


BAKU_GAP = {"day": "2015-03-29", "wall": "04:30", "zone": "Asia/Baku"}
HALL = {"room": {"name": "Hall", "city": "Baku"}}
AREAS = [{"id": "a", "name": "A", "until": "2020-01-01"}, {"id": "b", "name": "B"}]

CONTRADICTIONS = {
    "a body beneath itself": (
        lambda d: two_bodies(d, "two", "one"),
        {"bodies › one": "beneath itself", "bodies › two": "beneath itself"},
    ),
    "a body above that is nowhere": (
        lambda d: two_bodies(d, None, "none"),
        {"bodies › two": "There is no body “none”, neither in the dossier nor here."},
    ),
    "areas merged in a circle": (
        lambda d: body_of(d).update(
            areas=[
                {"id": "a", "name": "A", "until": "2020-01-01", "merged_into": "b"},
                {"id": "b", "name": "B", "until": "2020-01-01", "merged_into": "a"},
            ]
        ),
        {"areas › a": "merged into itself", "areas › b": "merged into itself"},
    ),
    "an area in use without a number": (
        lambda d: body_of(d).update(areas=[{"id": "a", "name": "A"}]),
        {"areas › a": "An area in use has a number"},
    ),
    "two areas of one number": (
        lambda d: body_of(d)["areas"].append({"id": "gas", "number": 1, "name": "Gas"}),
        {"areas › oil": "has this number", "areas › gas": "has this number"},
    ),
    "two areas of one name": (
        lambda d: body_of(d)["areas"].append({"id": "gas", "number": 2, "name": "Oil"}),
        {"areas › gas": "stands twice in the dossier"},
    ),
    "notes that answer one another": (
        lambda d: body_of(d).update(
            notes=[
                {
                    "sender": "az",
                    "reference": str(n),
                    "dated": "2021-01-01",
                    "subject": "x",
                    "in_reply_to": {"sender": "az", "reference": str(3 - n), "dated": "2021-01-01"},
                }
                for n in (1, 2)
            ]
        ),
        {"notes › 1": "answers itself", "notes › 2": "answers itself"},
    ),
    "a note to its own sender": (
        lambda d: body_of(d).update(
            notes=[
                {
                    "sender": "az",
                    "addressee": "az",
                    "reference": "5",
                    "dated": "2021-01-01",
                    "subject": "x",
                }
            ]
        ),
        {"notes › 5": "A note goes to another side"},
    ),
    "the same party twice": (
        lambda d: d["parties"].append(d["parties"][0]),
        {"parties › az": "stands twice"},
    ),
    "one id for two people": (
        lambda d: d["people"].append({"id": "chair", "full_name": "Another"}),
        {"people › chair": "names two rows"},
    ),
    "two people of one name and side": (
        lambda d: d["people"].append({"id": "b", "full_name": "Aydin Synthetic", "party": "az"}),
        {
            "people › chair": "Give their addresses",
            "people › b": "Give their addresses",
            "appointments › chair": "wrong itself",
            "undertakings › az": "wrong itself",
        },
    ),
    "two meetings of one number": (
        lambda d: second_meeting(d, number=1),
        {"meetings › 1": "stands twice in the dossier"},
    ),
    "a number taken by a joint meeting": (
        lambda d: (
            another_body(d, meetings=[{**meeting_of(make_dossier()), "sittings": [], "items": []}]),
            meeting_of(d).update(also=[{"body": "other", "number": 1}]),
        ),
        {"also › 1": "already has a meeting with this number"},
    ),
    "a joint meeting of one body with itself": (
        lambda d: meeting_of(d).update(also=[{"body": "az-my-jc", "number": 7}]),
        {"also › 7": "the meeting’s own body"},
    ),
    "a session without a number": (
        lambda d: meeting_of(d).pop("number"),
        {"meetings › 1": "numbered, all others are not"},
    ),
    "an end before the start": (
        lambda d: meeting_of(d).update(ends_on="2021-05-24"),
        {"meetings › 1": "The last day comes before the first day."},
    ),
    "a meeting in another age": (
        lambda d: meeting_of(d).update(starts_on="1812-05-25"),
        {"meetings › 1": "from 1900 to 2199"},
    ),
    "a national meeting of nobody": (
        lambda d: second_meeting(d, series="national", number=None),
        {"meetings › 2": "Say whose own part meets."},
    ),
    "a proposed meeting of one side alone": (
        lambda d: second_meeting(d, side="az", status="proposed"),
        {"meetings › 2": "Only an idea or a meeting of its own part"},
    ),
    "a time that the clocks skip": (
        lambda d: sitting(d, **BAKU_GAP),
        {"sittings › more": "never show 04:30"},
    ),
    "an area of another body": (
        lambda d: (
            another_body(d, areas=[{"id": "gas", "number": 1, "name": "Gas"}]),
            sitting(d, area="gas"),
        ),
        {"sittings › more": "“gas” is not among the areas of this body."},
    ),
    "one room for two sittings": (
        lambda d: (
            sitting(d, minutes=120, **HALL),
            sitting(d, id="third", wall="16:00", **HALL),
        ),
        {"sittings › third": "This room is taken at that time."},
    ),
    "one id for two sittings": (
        lambda d: sitting(d, id="plenary", wall="17:00"),
        {"sittings › plenary": "names two rows"},
    ),
    "a chair of no party": (
        lambda d: body_of(d)["appointments"][0].update(party=None),
        {"appointments › chair": "acts for a party: name it"},
    ),
    "a chair of a party without a seat": (
        lambda d: (
            d["parties"].append({**d["parties"][0], "code": "ru"}),
            body_of(d)["appointments"][0].update(party="ru"),
        ),
        {"appointments › chair": "has no seat in this body"},
    ),
    "a chair appointed twice": (
        lambda d: body_of(d)["appointments"].append(
            {"person": "chair", "party": "az", "office": "chair", "since": "2020-01-01"}
        ),
        {"appointments › chair": "holds this office in that period already"},
    ),
    "a chair whom nobody knows": (
        lambda d: body_of(d)["appointments"][0].update(person="nobody"),
        {"appointments › nobody": "“nobody” is not among the people of the dossier."},
    ),
    "two seats of a party at once": (
        lambda d: body_of(d)["seats"].append({"party": "az", "since": "2020-01-01"}),
        {"seats › az": "another seat in this body"},
    ),
    "rules that overlap": (
        lambda d: body_of(d).update(rules=[{"since": None}, {"since": "2020-01-01"}]),
        {"rules › 2": "Other rules are in force"},
    ),
    "a done item without a day": (
        lambda d: meeting_of(d)["items"][0].update(status="done"),
        {"items › 1": "has a day of closing"},
    ),
    "an undertaking of a stranger": (
        lambda d: (
            d["parties"].append({**d["parties"][0], "code": "ru"}),
            meeting_of(d)["items"][0]["undertakings"].append({"party": "ru"}),
        ),
        {"undertakings › ru": "has no seat in this body"},
    ),
    "an internal paper of nobody": (
        lambda d: body_of(d).update(papers=[{"title": "X", "access": "internal"}]),
        {"papers › X": "Say whose own paper it is."},
    ),
    "what one side reports of no side": (
        lambda d: meeting_of(d).update(timings=[{"kind": "reported", "starts_on": "2021-05-24"}]),
        {"timings › 1": "names the side"},
    ),
    "an agenda four levels deep": (
        lambda d: meeting_of(d)["agenda"]["items"][0].update(
            items=[
                {
                    "id": "b",
                    "title": "B",
                    "items": [
                        {
                            "id": "c",
                            "title": "C",
                            "items": [{"id": "d", "title": "D"}],
                        }
                    ],
                }
            ]
        ),
        {"items › d": "three levels deep"},
    ),
    "former names in no order": (
        lambda d: body_of(d).update(
            former=[{"until": "2020-01-01", "name": "B"}, {"until": "2010-01-01", "name": "A"}]
        ),
        {"bodies › az-my-jc": "oldest first"},
    ),
    "a remark of nothing": (
        lambda d: body_of(d).update(remarks=[{}]),
        {"remarks › 1": "A remark has a text or a source."},
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_named_at_its_row_and_nothing_is_written(name):
    change, expected = CONTRADICTIONS[name]
    dossier = make_dossier()
    change(dossier)
    found = wrong(dossier)
    for place, sentence in expected.items():
        matching = {where: said for where, said in found.items() if where.endswith(place)}
        assert matching, found
        assert any(sentence in said for said in matching.values()), matching
    assert not set(found) - {
        where for where in found for place in expected if where.endswith(place)
    }, found
    with pytest.raises(Refused, match=r"Nothing was brought in\."):
        import_dossier(as_bytes(dossier), Rights())
    assert not Body.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_of_many_rows_only_the_wrong_one_is_named():
    dossier = make_dossier()
    for number in range(2, 300):
        ends = "2021-05-24" if number == 150 else "2021-05-25"
        second_meeting(dossier, number=number, starts_on="2021-05-25", ends_on=ends)
    assert list(wrong(dossier)) == ["bodies › az-my-jc › meetings › 150"]


@pytest.mark.django_db
def test_a_person_whose_name_two_have_here_is_asked_for_by_address():
    az = make_party("AZ")
    make_person("Aydin Synthetic", az, email="a@example.org")
    make_person("Aydin Synthetic", az, email="b@example.org")
    dossier = make_dossier()
    assert "Give the address of the one meant." in wrong(dossier)["people › chair"]
    dossier["people"][0]["email"] = "b@example.org"
    assert wrong(dossier) == {}


@pytest.mark.django_db
def test_nobody_learns_from_a_dossier_who_has_registered():
    registered = make_person("Aydin Synthetic", email="a@example.org")
    dossier = make_dossier()
    dossier["people"][0].pop("party")
    [row] = [
        one for one in preview(as_bytes(dossier), Rights()).rows if one.where == "people › chair"
    ]
    assert row.state == "new"
    assert registered.full_name == dossier["people"][0]["full_name"]


@pytest.mark.django_db
def test_a_sitting_of_another_meeting_is_not_drawn_into_this_one():
    import_dossier(as_bytes(make_dossier()), Rights())
    uid = str(Meeting.objects.get().sittings.get().uid)
    dossier = make_dossier()
    meeting_of(dossier).pop("sittings")
    second_meeting(
        dossier,
        sittings=[{"id": "x", "uid": uid, "kind": "plenary", "day": "2022-03-01", "wall": "10:00"}],
    )
    [reason] = wrong(dossier).values()
    assert re.search("stands in another place", reason)


@pytest.mark.django_db
def test_a_meeting_here_with_the_number_that_another_body_lends_it_is_refused():
    import_dossier(as_bytes(make_dossier()), Rights())
    other = make_meeting(number=4, status="held")
    dossier = make_dossier()
    meeting_of(dossier)["also"] = [{"body": other.body.code, "number": 4}]
    [reason] = wrong(dossier).values()
    assert "already has a meeting with this number" in reason
