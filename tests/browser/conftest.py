"""A browser at a desk and a browser on a phone, in front of the portal with its cast."""

from dataclasses import dataclass

import pytest
from allauth.account.models import EmailAddress
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.cast import make_cast
from tests.factories import make_area, make_room

PASSWORD = "a long password for trials"
AREAS = (
    "Aerospace",
    "Pharmaceutical and medical equipment",
    "Shipbuilding",
    "Innovation and IT technologies",
    "Oil and gas, chemical and power engineering equipment",
    "Commodities",
    "Halal",
    "Food safety",
)
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SMALLEST = {"width": 320, "height": 640}


@dataclass
class Reader:
    """Somebody in front of a browser. What the browser complains of is kept."""

    page: Page
    root: str
    complaints: list[str]

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.root + path)

    def sign_in(self, user) -> "Reader":
        user.set_password(PASSWORD)
        user.save()
        EmailAddress.objects.get_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
        self.open("/accounts/login/")
        self.page.get_by_label("Email").fill(user.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("What waits for me")
        return self

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text)

    def never_sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("body")).not_to_contain_text(text)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def finds_it_accessible(self) -> None:
        """axe finds nothing, and nothing has to be scrolled sideways at 320 px."""
        found = Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        before = self.page.viewport_size
        self.page.set_viewport_size(SMALLEST)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(before)
        assert width <= SMALLEST["width"], f"{self.page.url} is {width} px wide on a small phone"


@pytest.fixture
def cast(transactional_db):
    """The cast, with the eight areas of its working group and two video rooms."""
    cast = make_cast()
    for number, name in enumerate(AREAS, start=1):
        make_area(cast.group, name, number)
    make_room("Video room A", is_virtual=True)
    make_room("Video room B", is_virtual=True)
    return cast


@pytest.fixture
def reader(browser, live_server, settings, cast):
    """Makes readers: at a desk, or with size=PHONE on a phone. None may hear a complaint."""
    settings.PORTAL_URL = live_server.url
    contexts, readers = [], []

    def make(user=None, size=DESK, **options):
        context = browser.new_context(viewport=size, locale="en-GB", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        new = Reader(page, live_server.url, [])
        page.on("console", lambda message: _keep(new, message))
        page.on("pageerror", lambda error: new.complaints.append(str(error)))
        readers.append(new)
        return new.sign_in(user) if user else new

    yield make
    for context in contexts:
        context.close()
    assert [complaint for one in readers for complaint in one.complaints] == []


def _keep(reader: Reader, message) -> None:
    # A page that is not there says so in the console; the tests ask for some on purpose.
    if message.type == "error" and "status of 4" not in message.text:
        reader.complaints.append(message.text)
