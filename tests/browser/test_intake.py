"""A focal point brings a table of names in: at a desk and on a phone, by hand and eye alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.factories import make_delegation, make_meeting

ROWS = (
    "ФИО;ФИО латиницей;Организация;Эл. почта;Роль\n"
    "Первый Пример;Pervyi Primer;Минпромторг;first@example.org;эксперт\n"
    "Второй Пример;Vtoroi Primer;Минпромторг;second at example.org;переводчик\n"
)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_table_is_looked_at_mended_and_brought_in(cast, reader, size):
    meeting = make_meeting(cast.group, status="announced")
    delegation = make_delegation(meeting, cast.russia)
    desk = reader(size=size)
    desk.sign_in(cast.focal_ru)
    desk.open(f"/delegations/{delegation.pk}/table/")
    desk.finds_it_accessible()
    file = {"name": "names.csv", "mimeType": "text/csv", "buffer": ROWS.encode("cp1251")}
    desk.page.get_by_label("File").set_input_files(file)
    desk.press("Look what is in it")
    desk.sees("Read as CSV in Windows-1251", "1 row is wrong", "This is no e-mail address")
    desk.finds_it_accessible()
    wrong = desk.page.locator("input[aria-invalid]")
    expect(wrong).to_have_value("second at example.org")
    wrong.fill("second@example.org")
    desk.press("Keep this and look again")
    desk.sees("All of it or nothing", "New · 2")
    assert not delegation.delegates.exists()
    desk.press("Bring it in")
    desk.sees("2 people named", "Первый Пример", "Второй Пример")
    assert delegation.delegates.count() == 2
