"""Opens one workbook in a process of its own, with little memory and little time.

A spreadsheet comes from a stranger: one cell far out may stand for milliards of empty ones. What
happens here happens to this process alone. The file comes in on standard input, the sheet's name
as the argument; what was found goes out as JSON.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO

MEMORY = 768 * 1024 * 1024
SECONDS = 20
ROWS = 5_000  # with something in them
EMPTY_ROWS = 2_000  # on the way there
COLUMNS = 60


def main() -> None:
    """Answer with the sheets, and the rows of one of them; or with one word of refusal."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    content = sys.stdin.buffer.read()
    sys.stdout.write(json.dumps(_opened(content, sys.argv[1])))


def _opened(content: bytes, wanted: str) -> dict:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # after the limits

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        names = book.sheet_names
        if not names:
            return {"refused": "empty"}
        name = wanted if wanted in names else names[0]
        return {"sheets": names, "sheet": name, **_rows(book.get_sheet_by_name(name))}
    except PasswordError:
        return {"refused": "password"}
    except (CalamineError, OSError, ValueError):
        return {"refused": "damaged"}


def _rows(sheet) -> dict:
    if sheet.start is None:
        return {"rows": []}
    if sheet.width > COLUMNS:
        return {"refused": "columns"}
    rows: list[list[str]] = []
    filled = 0
    for row in sheet.iter_rows():  # from the very first, so that numbers stay those of the sheet
        if len(rows) - filled > EMPTY_ROWS:
            break
        cells = [_text(value) for value in row]
        filled += any(cells)
        rows.append(cells)
        if filled > ROWS + EMPTY_ROWS:
            break
    return {"rows": rows}


def _text(value: object) -> str:
    """A cell as a person would type it; of a formula only what it came to."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        is_day = value.time() == time(0)
        return value.date().isoformat() if is_day else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


if __name__ == "__main__":
    main()
