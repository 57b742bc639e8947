"""The files of the demonstration case, read as they stand."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"


@cache
def read(name: str) -> dict[str, Any]:
    """One file of the case."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def participants() -> list[dict[str, Any]]:
    """The people of the first meeting, one row each."""
    table = read("participants")
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
