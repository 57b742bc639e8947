"""What goes out comes in again, and says the same when it goes out once more."""

import copy
import json
import random
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import transaction

from demo.load import load
from meetings.dossier.exporting import Reader, export, written
from meetings.dossier.importing import import_dossier, preview
from meetings.dossier.rights import Rights
from meetings.models import Body
from portal.refusal import Refused

DOSSIERS = Path(__file__).resolve().parents[1] / "dossiers"
CASES = sorted(DOSSIERS.rglob("*.json"))

pytestmark = pytest.mark.django_db


def exported(code: str) -> str:
    return written(export(Body.objects.get(code=code), Reader()))


def in_an_empty_portal(content: bytes, *codes: str) -> list[str]:
    """What an empty portal exports after importing these bytes."""
    start = transaction.savepoint()
    try:
        import_dossier(content, Rights())
        return [exported(code) for code in codes]
    finally:
        transaction.savepoint_rollback(start)


def roots(content: bytes) -> list[str]:
    return [row["code"] for row in json.loads(content)["bodies"] if not row.get("parent")]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_real_case_that_went_out_comes_in_the_same(path):
    content = path.read_bytes()
    codes = roots(content)
    for code, first in zip(codes, in_an_empty_portal(content, *codes), strict=True):
        assert in_an_empty_portal(first.encode(), code) == [first]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_real_case_comes_in_once_however_often_it_is_brought(path):
    content = path.read_bytes()
    import_dossier(content, Rights())
    again = import_dossier(content, Rights())
    assert again.changes_nothing
    assert again.counts["kept"] == again.counts["wrong"] == 0


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_a_real_case_exports_is_all_known_where_it_came_from(path):
    content = path.read_bytes()
    import_dossier(content, Rights())
    for code in roots(content):
        outcome = preview(exported(code).encode(), Rights())
        assert outcome.counts["same"] == len(outcome.rows)


def test_the_demonstration_goes_out_and_comes_in_the_same():
    start = transaction.savepoint()
    load()
    first = exported("my-ru-jc")
    outcome = preview(first.encode(), Rights())
    assert [(row.where, row.changes) for row in outcome.rows if row.state != "same"] == []
    transaction.savepoint_rollback(start)
    assert in_an_empty_portal(first.encode(), "my-ru-jc") == [first]


# --- mutilated -------------------------------------------------------------------------------


def places(value, found: list) -> list[tuple]:
    """Every place of a JSON value, as (holder, key)."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in list(inner):
        found.append((value, key))
        if isinstance(one, dict | list):
            places(one, found)
    return found


def mutilated(dossier: dict, chance: random.Random) -> dict:
    """The dossier with a value taken from elsewhere, a row twice, or something left out."""
    dossier = copy.deepcopy(dossier)
    found = places(dossier["bodies"], [])
    holder, key = chance.choice(found)
    alike = [(one, name) for one, name in found if name == key and one is not holder]
    deed = chance.choice(["leave out", "twice", "elsewhere", "elsewhere"])
    if deed == "twice" and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    elif deed == "elsewhere" and alike:
        other, name = chance.choice(alike)
        holder[key] = copy.deepcopy(other[name])
    else:
        del holder[key]
    return dossier


@pytest.mark.parametrize("seed", range(5))
def test_a_mutilated_dossier_is_refused_in_words_or_comes_in_once(seed):
    chance = random.Random(seed)
    small = [path for path in CASES if path.stat().st_size < 40_000]
    for _ in range(20):
        dossier = mutilated(json.loads(chance.choice(small).read_bytes()), chance)
        content = json.dumps(dossier).encode()
        start = transaction.savepoint()
        with suppress(Refused):  # anything else would be an error page
            import_dossier(content, Rights())
            assert import_dossier(content, Rights()).changes_nothing
        transaction.savepoint_rollback(start)
