"""What each component shows, and what it never lets through."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from delegations.models import Delegate
from portal import clocks
from portal.agreement import Seal
from portal.models import Party, Person
from portal.work import WorkItem
from portal.workflow import Offer, Transition

ROOT = Path(__file__).resolve().parents[2]

MALAYSIA = Party(
    pk=1,
    short_name="Malaysia",
    short_names={"ru": "Малайзия"},
    city="Kuala Lumpur",
    zone="Asia/Kuala_Lumpur",
)
RUSSIA = Party(
    pk=2, short_name="Russia", short_names={"ru": "Россия"}, city="Moscow", zone="Europe/Moscow"
)
PLACES = [MALAYSIA.place, RUSSIA.place]
PLENARY = datetime(2021, 5, 25, 7, tzinfo=UTC)
HOSTILE = '<b onclick="x">O’Neil & "Sons"</b>'


def draw(source: str, **context) -> str:
    """The HTML of a piece of template."""
    return Template(source).render(Context(context))


def words(source: str, **context) -> str:
    """The same as a person reads it."""
    html = re.sub(r"<(svg|script).*?</\1>", "", draw(source, **context), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def transition(name="announce", label="Announce", **facts) -> Transition:
    return Transition(
        name=name,
        label=label,
        done="did it",
        sources=("planned",),
        target="announced",
        may=lambda user, obj: True,
        **facts,
    )


# --- clocks ---------------------------------------------------------------------------


def clock_line(start, end=None, places=PLACES) -> str:
    return words(
        "{% clock_line start end=end places=places %}", start=start, end=end, places=places
    )


def test_a_clock_line_names_the_day_once_and_every_city():
    assert clock_line(PLENARY, PLENARY + timedelta(hours=2)) == (
        "Tue 25 May 2021 15:00 – 17:00 Kuala Lumpur (UTC+08:00) 10:00 – 12:00 Moscow (UTC+03:00)"
    )


def test_a_clock_line_repeats_the_date_where_it_is_another_day():
    assert clock_line(datetime(2026, 12, 1, 17, 30, tzinfo=UTC)) == (
        "Wed 2 Dec 2026 01:30 Kuala Lumpur (UTC+08:00) Tue 1 Dec 2026 20:30 Moscow (UTC+03:00)"
    )


def test_a_clock_line_names_the_day_of_an_end_after_midnight():
    shown = clock_line(datetime(2026, 12, 1, 15, tzinfo=UTC), datetime(2026, 12, 1, 17, tzinfo=UTC))
    assert shown.startswith("Tue 1 Dec 2026 23:00 – Wed 2 Dec 2026 01:00 Kuala Lumpur")


def test_a_clock_line_adds_the_readers_own_clock_when_it_is_no_sides():
    with timezone.override("Europe/London"):
        assert clock_line(PLENARY).endswith("08:00 your time (UTC+01:00)")


@pytest.mark.parametrize("zone", ["Asia/Kuala_Lumpur", "UTC"])
def test_a_clock_line_adds_no_clock_for_a_side_or_for_the_default(zone):
    with timezone.override(zone):
        assert "your time" not in clock_line(PLENARY)


def test_a_clock_line_shows_local_hours_whatever_zone_the_reader_has():
    with timezone.override("America/New_York"):
        html = draw("{% clock_line start places=places %}", start=PLENARY, places=PLACES)
    assert '<time datetime="2021-05-25T15:00:00+08:00">15:00</time>' in html
    assert '<time datetime="2021-05-25T10:00:00+03:00">10:00</time>' in html


def test_a_clock_line_speaks_russian_with_the_month_in_the_genitive():
    with translation.override("ru"):
        assert clock_line(PLENARY).startswith("Вт 25 мая 2021")


def test_a_clock_line_speaks_malay():
    with translation.override("ms"):
        assert clock_line(PLENARY).startswith("Sel 25 Mei 2021")


def test_a_band_says_in_words_and_in_a_table_what_it_draws():
    chosen = datetime(2026, 12, 9, 7, tzinfo=UTC)
    band = clocks.office_band(
        date(2026, 12, 9), [MALAYSIA, RUSSIA], chosen, chosen + timedelta(hours=2)
    )
    shown = words("{% office_band band %}", band=band)
    assert band.sentence in shown
    assert "Malaysia 09:00–17:00" in shown
    assert "Russia 14:00–22:00" in shown
    assert "Shared by all sides 14:00–17:00" in shown
    assert "Chosen time 15:00–17:00" in shown
    assert "style=" not in draw("{% office_band band %}", band=band)


# --- sides and people -----------------------------------------------------------------


def test_a_side_is_named_in_the_language_being_spoken():
    with translation.override("ru"):
        assert words("{% party_name party %}", party=RUSSIA) == "Россия"


def test_a_name_in_its_own_script_comes_first_and_the_latin_form_after():
    person = Person(full_name="陈美玲", latin_name="Tan Mei Ling", honorific="Dr")
    assert words("{% person_name person %}", person=person) == "Dr 陈美玲 Tan Mei Ling"
    assert '<bdi class="person-native" dir="auto">陈美玲</bdi>' in draw(
        "{% person_name person %}", person=person
    )


def test_a_latin_form_that_repeats_the_name_is_left_out():
    person = Person(full_name="Suharto", latin_name="Suharto")
    assert words("{% person_name person %}", person=person) == "Suharto"


def test_a_hostile_name_is_escaped_everywhere():
    person = Person(full_name=HOSTILE)
    party = Party(short_name=HOSTILE)
    entry = SimpleNamespace(
        actor_name=HOSTILE, party=party, at=timezone.now(), sentence=HOSTILE, reason=HOSTILE
    )
    seal = Seal(party, "full", HOSTILE, HOSTILE, timezone.now(), HOSTILE)
    deed = transition(label=HOSTILE, warning=HOSTILE)
    html = draw(
        "{% person_name person %}{% party_name party %}{% history entries %}{% seals seals %}"
        "{% seals seals compact=True %}{% deed_bar offers %}{% badge name %}"
        "{% private_edge party %}{{ name }}{% endprivate_edge %}",
        person=person,
        party=party,
        entries=[entry],
        seals=[seal],
        offers=[Offer(deed, [], "/a"), Offer(deed, [HOSTILE], "/b")],
        name=HOSTILE,
    )
    assert "<b onclick" not in html
    assert html.count("&lt;b onclick=&quot;x&quot;&gt;") >= 12


def test_a_private_edge_says_whose_side_sees_it_and_keeps_what_is_inside():
    shown = words(
        "{% private_edge party %}<p>Ask the ministry.</p>{% endprivate_edge %}", party=MALAYSIA
    )
    assert shown == "Only Malaysia’s side sees this. Ask the ministry."


# --- agreement and status -------------------------------------------------------------


def test_seals_stand_in_the_order_given_with_name_office_and_day():
    seals = [
        Seal(RUSSIA, "full", "Денис Мантуров", "Co-chair", datetime(2026, 6, 3, 9, tzinfo=UTC)),
        Seal(MALAYSIA, "empty"),
    ]
    assert words("{% seals seals %}", seals=seals) == (
        "Russia key given Денис Мантуров Co-chair Wed 3 Jun 2026 Malaysia key awaited"
    )


def test_a_broken_seal_says_which_edit_dropped_it():
    seals = [Seal(MALAYSIA, "broken", "Aisyah", "Co-chair", PLENARY, "Item 4 was reworded")]
    shown = words("{% seals seals %}", seals=seals)
    assert "Malaysia key dropped" in shown
    assert "Item 4 was reworded" in shown


def test_compact_seals_keep_their_words_for_who_cannot_see_dots():
    seals = [Seal(MALAYSIA, "full"), Seal(RUSSIA, "empty")]
    assert words("{% seals seals compact=True %}", seals=seals) == (
        "Malaysia: key given. Russia: key awaited."
    )


def test_a_status_is_a_word_a_shape_and_a_tone():
    obj = Delegate(status="approved")
    html = draw("{% status_badge obj %}", obj=obj)
    assert "tone-agreed" in html
    assert "#seal-full" in html
    assert words("{% status_badge obj %}", obj=obj) == "Approved"


def test_an_unknown_status_is_shown_neutral_rather_than_refused():
    obj = Delegate(status="never heard of")
    assert "tone-neutral" in draw("{% status_badge obj %}", obj=obj)


def report(state, label, at):
    return SimpleNamespace(state=state, get_state_display=lambda: label, reported_at=at)


def test_a_status_pair_shows_both_halves_in_the_order_given():
    this_year = timezone.localdate().year
    item = SimpleNamespace(
        status_pair=[
            (RUSSIA, report("delayed", "delayed", datetime(this_year, 5, 28, 9, tzinfo=UTC))),
            (MALAYSIA, report("on_track", "on track", datetime(this_year, 6, 3, 9, tzinfo=UTC))),
        ]
    )
    assert words("{% status_pair item %}", item=item) == (
        "Russia: delayed (28 May) Malaysia: on track (3 Jun)"
    )
    assert draw("{% status_pair item %}", item=item).count('class="pair-half') == 2


def test_a_side_that_has_not_reported_keeps_its_half():
    pairs = [(MALAYSIA, None), (RUSSIA, report("done", "done", PLENARY))]
    assert words("{% status_pair pairs %}", pairs=pairs) == (
        "Malaysia: no report yet Russia: done (25 May 2021)"
    )


def test_counters_show_figures_and_never_a_number_the_reader_may_not_see():
    rows = [
        SimpleNamespace(party=MALAYSIA, registered=231, confirmed=188, attended=0),
        SimpleNamespace(party=RUSSIA, registered=220, confirmed=None, attended=None),
    ]
    shown = words("{% counter_strip rows %}", rows=rows)
    assert "Malaysia 231 188 0" in shown
    assert "Russia 220 – not shown – not shown" in shown
    assert 'width="95.24"' in draw("{% counter_strip rows %}", rows=rows)


# --- deeds ----------------------------------------------------------------------------


def test_the_main_deed_stands_first_then_what_is_blocked_and_the_grave_ones_last():
    offers = [
        Offer(transition("cancel", "Cancel", tone="danger", asks_reason=True), [], "/cancel"),
        Offer(transition("open", "Open registration"), ["Russia’s key is missing."], "/open"),
        Offer(transition("announce", "Announce", tone="main"), [], "/announce"),
    ]
    assert words("{% deed_bar offers %}", offers=offers) == (
        "Announce Open registration Russia’s key is missing. Cancel… Reason Cancel"
    )


def test_a_blocked_deed_is_no_form_and_is_described_by_its_sentences():
    html = draw(
        "{% deed_bar offers %}", offers=[Offer(transition(), ["Not yet."], "/meeting/3/announce")]
    )
    assert "<form" not in html
    described = re.search(r'aria-describedby="([^"]+)"', html)
    assert described
    assert f'id="{described[1]}"' in html


def test_a_deed_is_a_post_with_the_token_of_the_page():
    html = draw(
        "{% deed_bar offers %}", offers=[Offer(transition(), [], "/go")], csrf_token="tokentoken"
    )
    assert 'method="post" action="/go"' in html
    assert 'name="csrfmiddlewaretoken" value="tokentoken"' in html


def test_a_deed_that_asks_for_a_reason_shows_its_warning_beside_the_box():
    deed = transition(asks_reason=True, warning="All 24 people are told.")
    html = draw("{% deed_bar offers %}", offers=[Offer(deed, [], "/go")])
    assert html.index("<details") < html.index("All 24 people are told.") < html.index("<textarea")
    assert 'name="reason"' in html


def test_two_bars_on_one_page_share_no_id():
    deed = transition(asks_reason=True)
    html = draw(
        "{% deed_bar a %}{% deed_bar b %}", a=[Offer(deed, [], "/1")], b=[Offer(deed, [], "/2")]
    )
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 2


def test_history_says_who_for_which_side_what_and_why():
    entry = SimpleNamespace(
        actor_name="Nur Aisyah",
        party=MALAYSIA,
        at=PLENARY,
        sentence="declined",
        shown_reason="Too late.",
    )
    portal = SimpleNamespace(
        actor_name="", party=None, at=PLENARY, sentence="reminded", shown_reason=""
    )
    with timezone.override("Asia/Kuala_Lumpur"):
        shown = words("{% history entries %}", entries=[entry, portal])
    assert shown == (
        "Times are those of Kuala Lumpur. "
        "Tue 25 May 2021 15:00 UTC+08:00 Nur Aisyah (Malaysia) declined Too late. "
        "Tue 25 May 2021 15:00 UTC+08:00 The portal reminded"
    )


def test_history_names_the_clock_of_the_readers_own_side_and_each_days_offset():
    party = SimpleNamespace(zone="Europe/Moscow", place=clocks.Place("Europe/Moscow", "Москва"))
    reader = SimpleNamespace(person=SimpleNamespace(party=party))
    entry = SimpleNamespace(actor_name="", party=None, sentence="reminded", shown_reason="")
    entry.at = datetime(2013, 6, 1, 9, tzinfo=UTC)  # when Moscow was four hours ahead
    with timezone.override("Europe/Moscow"):
        shown = words("{% history entries %}", entries=[entry], user=reader)
    assert shown.startswith("Times are those of Москва. Sat 1 Jun 2013 13:00 UTC+04:00")


def test_a_history_in_a_clock_that_is_not_the_sides_names_its_own_city():
    party = SimpleNamespace(zone="Europe/Moscow", place=clocks.Place("Europe/Moscow", "Москва"))
    reader = SimpleNamespace(person=SimpleNamespace(party=party))
    entry = SimpleNamespace(
        actor_name="", party=None, at=PLENARY, sentence="reminded", shown_reason=""
    )
    with timezone.override("Asia/Yakutsk"):
        shown = words("{% history entries %}", entries=[entry], user=reader)
    assert "Times are those of Yakutsk. Tue 25 May 2021 16:00 UTC+09:00" in shown


def test_a_work_item_says_why_since_when_and_offers_the_deed():
    since = timezone.localdate() - timedelta(days=3)
    item = WorkItem("Agenda", "Your key is missing.", "/agenda", "Read", tone="key", since=since)
    shown = words("{% work_item item %}", item=item)
    assert shown.startswith("Key Agenda Your key is missing. Waiting since")
    assert "(for 3 days)" in shown
    assert '<a class="deed-button deed-plain" href="/agenda">' in draw(
        "{% work_item item %}", item=item
    )


# --- pages and forms ------------------------------------------------------------------


def test_a_pager_keeps_the_filters():
    request = RequestFactory().get("/items", {"area": "halal", "page": "2"})
    html = draw("{% pager page %}", page=Paginator(range(90), 30).page(2), request=request)
    assert 'href="?area=halal&amp;page=3"' in html
    assert 'aria-current="page">2</a>' in html


def test_a_pager_of_one_page_is_not_shown():
    assert not words("{% pager page %}", page=Paginator(range(3), 30).page(1))


def test_tabs_mark_the_page_one_is_on_and_show_counts_only_where_there_are_any():
    html = draw(
        "{% tabs items %}", items=[("Agenda", "/a", True, 0), ("Record", "/r", False, None)]
    )
    assert '<a href="/a" aria-current="page">Agenda <span class="tabs-count">0</span></a>' in html
    assert '<a href="/r">Record</a>' in html


class Registration(forms.Form):
    name = forms.CharField(label="Full name", help_text="As you write it.")
    mode = forms.ChoiceField(
        label="Mode", choices=[("p", "In person"), ("v", "By video")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="Note", required=False)

    def clean(self):
        self.add_error(None, "The list is closed.")


def test_errors_are_counted_on_top_and_each_leads_to_its_field():
    html = draw("{% error_summary form %}", form=Registration({"note": "kept"}))
    assert "3 things need your attention." in html
    assert "<li>The list is closed.</li>" in html
    assert '<a href="#id_name">Full name: This field is required.</a>' in html
    assert '<a href="#id_mode_0">' in html


def test_only_a_form_that_can_give_back_what_was_typed_says_so():
    class SignIn(forms.Form):
        password = forms.CharField(widget=forms.PasswordInput)

    kept = "What you typed is kept."
    assert kept in draw("{% error_summary form %}", form=Registration({"note": "kept"}))
    assert kept not in draw("{% error_summary form %}", form=SignIn({}))


def test_a_form_without_errors_has_no_summary():
    assert not words("{% error_summary form %}", form=Registration())


def test_a_form_shows_the_summary_once_the_links_fit_and_what_was_typed_is_kept():
    html = draw(
        '{% include "components/form.html" with submit="Send" %}',
        form=Registration({"note": "kept"}),
        csrf_token="token",
    )
    assert html.count("error-summary-title") == 1
    ids = set(re.findall(r' id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= ids
    assert 'value="kept"' in html


def test_a_summary_on_top_of_the_page_is_not_repeated_above_its_form():
    html = draw(
        "{% load crispy_forms_filters %}{% error_summary form %}{{ form|crispy }}",
        form=Registration({"note": "kept"}),
    )
    assert html.count("error-summary-title") == 1


def test_a_form_marks_what_may_stay_empty_and_helps_before_the_box():
    html = draw('{% include "components/form.html" %}', form=Registration())
    assert html.count("(optional)") == 1
    assert html.index("As you write it.") < html.index('name="name"')


# --- the sheet ------------------------------------------------------------------------


def tokens(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", text))


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""

    def light(colour: str) -> float:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


SHEET = (ROOT / "portal/static/portal/portal.css").read_text()
LIGHT, DARK = (tokens(part.split("}")[0]) for part in SHEET.split(":root {")[1:3])
TONES = ("agreed", "awaiting", "disputed", "overdue", "private", "deed")


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
def test_words_are_readable_on_every_ground(mode):
    pairs = [
        (word, ground)
        for word in ("ink", "ink-soft", "deed", "overdue")
        for ground in ("paper", "sheet", "sunk")
    ]
    pairs += [(tone, f"{tone}-wash") for tone in TONES]
    pairs += [("ink", f"{tone}-wash") for tone in TONES]
    pairs += [("on-deed", "deed"), ("on-deed", "deed-strong"), ("deed-strong", "deed-wash")]
    poor = {
        pair: round(contrast(mode[pair[0]], mode[pair[1]]), 2)
        for pair in pairs
        if contrast(mode[pair[0]], mode[pair[1]]) < 4.5
    }
    assert not poor


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
def test_borders_of_boxes_and_shapes_can_be_seen(mode):
    assert contrast(mode["line-strong"], mode["sheet"]) >= 3
    assert contrast(mode["deed"], mode["paper"]) >= 3


def test_no_template_writes_a_style_or_a_script_into_the_page():
    found = [
        path.relative_to(ROOT)
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"\sstyle=|<style|\son[a-z]+=[\"']|<script(?![^>]*\bsrc=)", path.read_text())
    ]
    assert not found
