"""The journal: who did what, readable in every language, kept for ever."""

from datetime import UTC, date, datetime

import pytest
from django.db.models import ProtectedError
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from portal import journal
from portal.models import Entry
from tests.factories import make_party, make_person, make_user

MOVED = journal.register("test.moved", _("moved it to %(day)s"))
SAID = journal.register("test.said", _("said %(word)s for %(party)s"))
CALLED = journal.register("test.called", _("called at %(moment)s"))


@pytest.fixture
def target(db):
    """Anything can have a history; a party will do."""
    return make_party("MY")


@pytest.fixture
def officer(target):
    return make_user(party=target, full_name="Nur Aisyah")


def test_an_entry_names_the_person_the_side_and_the_deed(target, officer):
    journal.record(target, MOVED, by=officer, day=date(2026, 12, 9), reason="Too early.")
    entry = Entry.objects.about(target).get()
    assert (entry.actor, entry.actor_name, entry.party) == (officer, "Nur Aisyah", target)
    assert entry.sentence == "moved it to Dec. 9, 2026"
    assert entry.reason == "Too early."
    assert str(entry) == "Nur Aisyah: moved it to Dec. 9, 2026"


def test_the_name_stays_as_it_was_on_that_day(target, officer):
    journal.record(target, MOVED, by=officer, day=date(2026, 12, 9))
    officer.person.full_name = "Somebody Else"
    officer.person.save()
    assert Entry.objects.about(target).get().actor_name == "Nur Aisyah"


def test_a_deed_for_another_side_than_ones_own_is_that_sides(target, officer):
    russia = make_party("RU")
    assert journal.record(target, MOVED, by=officer, party=russia, day="x").party == russia


def test_what_the_portal_does_by_itself_has_no_person(target):
    entry = journal.record(target, MOVED, by=None, day="x")
    assert (entry.actor, entry.actor_name, entry.party) == (None, "", None)


def test_a_person_without_an_account_is_named(target):
    assert journal.record(target, MOVED, by=None, name="林佩瑜", day="x").actor_name == "林佩瑜"


def test_a_verb_without_words_is_refused_before_anything_is_written(target):
    with pytest.raises(LookupError, match="Register it beside its operation"):
        journal.record(target, "test.unheard", by=None)
    assert not Entry.objects.exists()


def test_a_date_is_read_in_the_readers_own_format(target):
    entry = journal.record(target, MOVED, by=None, day=date(2026, 12, 9))
    with translation.override("ru"):
        assert entry.sentence.endswith("9 декабря 2026 г.")


def test_an_instant_is_read_on_the_readers_own_clock(target):
    entry = journal.record(target, CALLED, by=None, moment=datetime(2026, 12, 9, 17, tzinfo=UTC))
    with timezone.override("Asia/Kuala_Lumpur"):
        assert entry.sentence == "called at Dec. 10, 2026, 1 a.m."


def test_translated_words_are_stored_once_and_read_in_every_language(target):
    with translation.override("ru"):
        entry = journal.record(target, SAID, by=None, word=_("January"))
    entry = Entry.objects.get(pk=entry.pk)
    assert entry.sentence == "said January for "
    with translation.override("ru"):
        assert "Январь" in entry.sentence


def test_the_side_of_an_entry_is_named_in_its_words_in_every_language(target, officer):
    entry = journal.record(target, SAID, by=officer, party=make_party("RU"), word="yes")
    assert entry.sentence == "said yes for Russia"
    with translation.override("ru"):
        assert "Россия" in entry.sentence


def test_a_percent_sign_in_a_detail_is_only_a_letter(target):
    entry = journal.record(target, SAID, by=None, word="100 % %(party)s %s")
    assert entry.sentence == "said 100 % %(party)s %s for "


def test_a_verb_that_is_no_longer_known_still_shows_itself(target):
    entry = journal.record(target, MOVED, by=None, day="x")
    entry.verb = "test.forgotten"
    assert entry.sentence == "test.forgotten"


def test_a_history_holds_one_object_alone_newest_first(target):
    other = make_party("RU")
    journal.record(other, MOVED, by=None, day="elsewhere")
    for day in ("first", "second"):
        journal.record(target, MOVED, by=None, day=day)
    sentences = [entry.sentence for entry in Entry.objects.about(target)]
    assert sentences == ["moved it to second", "moved it to first"]


def test_objects_of_two_kinds_with_one_number_have_two_histories(target):
    person = make_person()
    type(person).objects.filter(pk=person.pk).update(id=target.pk)
    person = type(person).objects.get(pk=target.pk)
    journal.record(person, MOVED, by=None, day="hers")
    assert not Entry.objects.about(target).exists()
    assert Entry.objects.about(person).get().sentence == "moved it to hers"


def test_what_a_side_keeps_to_itself_is_in_nobody_elses_history(target, officer):
    russia = make_party("RU")
    journal.record(target, MOVED, by=officer, private_to=target, day="secret")
    journal.record(target, MOVED, by=officer, day="shared")
    other, outsider = make_user(party=russia), make_user()
    seen = {
        user: {entry.sentence for entry in Entry.objects.about(target).visible_to(user)}
        for user in (officer, other, outsider)
    }
    assert seen == {
        officer: {"moved it to secret", "moved it to shared"},
        other: {"moved it to shared"},
        outsider: {"moved it to shared"},
    }


def test_an_account_may_go_and_its_deeds_stay(target, officer):
    journal.record(target, MOVED, by=officer, day="x")
    officer.delete()
    entry = Entry.objects.about(target).get()
    assert (entry.actor, entry.actor_name) == (None, "Nur Aisyah")


def test_a_side_that_did_something_cannot_be_deleted(target, officer):
    journal.record(make_person(), MOVED, by=officer, day="x")
    with pytest.raises(ProtectedError):
        target.delete()
