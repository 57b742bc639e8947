"""What waits for me, as it lies on the page."""

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.factories import make_item, make_meeting, today

BOXES = """[...document.querySelectorAll(".work-item")].map(item => {
    const [tone, what] = [".work-tone", ".work-what"].map(
        name => item.querySelector(name).getBoundingClientRect());
    return tone.right <= what.left || tone.bottom <= what.top;
})"""


@pytest.mark.parametrize("language", ["en", "ms", "ru"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_word_in_front_lies_beside_what_waits_in_every_language(reader, cast, language, size):
    meeting = make_meeting(cast.group, status="held", starts_on=today())
    make_item(meeting, due_on=today().replace(year=2020))
    chair = reader(cast.chair_ru, size)
    cast.chair_ru.person.language = language
    cast.chair_ru.person.save()
    chair.open("/")
    boxes = chair.page.evaluate(BOXES)
    assert boxes
    assert all(boxes)
