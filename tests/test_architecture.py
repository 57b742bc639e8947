"""The house keeps its rules: arrows, the one door for a status, pages that stay strict."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from importlinter import configuration
from importlinter.application import use_cases

ROOT = Path(__file__).resolve().parents[1]
APPS = ("portal", "meetings", "delegations", "demo")


def sources(*folders: str) -> list[Path]:
    """The Python files of some folders, without what migrations froze."""
    files = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in files if "migrations" not in path.parts)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def parsed(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sources(*folders):
        yield named(path), tree_of(path)


def nodes(tree: ast.AST, kind: type) -> Iterator:
    return (node for node in ast.walk(tree) if isinstance(node, kind))


# --- which way the arrows point -------------------------------------------------------


def test_every_arrow_and_layer_is_kept(capsys):
    # Past the command line, which would switch the loggers of this process off.
    configuration.configure()
    kept = use_cases.lint_imports(str(ROOT / "pyproject.toml"), cache_dir=None, no_logo=True)
    assert kept, capsys.readouterr().out


@pytest.mark.parametrize("drawer", ["utils", "helpers", "common", "misc", "services.py"])
def test_there_is_no_drawer_where_everything_ends_up(drawer):
    found = [
        named(path)
        for path in sources(*APPS, "tests", "bench")
        if drawer in {path.name, path.stem, path.parent.name} and path.name != "__init__.py"
    ]
    assert not found


def test_nothing_private_is_imported_from_another_module():
    found = []
    for name, tree in parsed(*APPS, "tests", "bench"):
        for node in nodes(tree, ast.ImportFrom):
            found += [
                f"{name}:{node.lineno} {alias.name}"
                for alias in node.names
                if alias.name.startswith("_")
            ]
    assert not found


def modules_imported(tree: ast.Module) -> set[str]:
    """The names under which a file knows modules of ours."""
    known = set()
    for node in nodes(tree, ast.ImportFrom):
        for alias in node.names:
            path = ROOT / (node.module or "").replace(".", "/") / alias.name
            if path.is_dir() or path.with_suffix(".py").exists():
                known.add(alias.asname or alias.name)
    return known


def test_nothing_private_of_another_module_is_used():
    found = []
    for name, tree in parsed(*APPS, "tests", "bench"):
        modules = modules_imported(tree)
        found += [
            f"{name}:{node.lineno} {node.value.id}.{node.attr}"
            for node in nodes(tree, ast.Attribute)
            if isinstance(node.value, ast.Name)
            and node.value.id in modules
            and node.attr.startswith("_")
            and not node.attr.startswith("__")
        ]
    assert not found


def test_models_know_neither_mail_nor_requests():
    forbidden = {"django.core.mail", "django.http", "portal.notices", "django.shortcuts"}
    found = []
    for app in APPS:
        if (ROOT / app / "models").is_dir():
            for name, tree in parsed(f"{app}/models"):
                found += [
                    f"{name}:{node.lineno} {node.module}"
                    for node in nodes(tree, ast.ImportFrom)
                    if node.module in forbidden
                ]
    assert not found


@pytest.mark.parametrize("app", ["meetings", "delegations"])
def test_permissions_know_nothing_of_pages(app):
    tree = ast.parse((ROOT / app / "permissions.py").read_text())
    modules = [node.module or "" for node in nodes(tree, ast.ImportFrom)]
    assert not [one for one in modules if one.startswith(("django.http", "django.shortcuts"))]


# --- the one door for a status --------------------------------------------------------

DOOR = "portal/workflow.py"


def assigned_to(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign):
        yield from node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        yield node.target


def changes_of_status(tree: ast.Module) -> Iterator[int]:
    """The lines that set a status: by assignment, by setattr, or in the database."""
    for node in ast.walk(tree):
        for target in assigned_to(node):
            if isinstance(target, ast.Attribute) and target.attr == "status":
                yield node.lineno
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called == "update" and "status" in {word.arg for word in node.keywords}:
                yield node.lineno
            if called == "setattr" and ast.unparse(node.args[1]) == "'status'":
                yield node.lineno


def test_a_status_changes_in_the_workflow_and_nowhere_else():
    # The demonstration writes a past that never went through the portal.
    found = [
        f"{name}:{line}"
        for name, tree in parsed("portal", "meetings", "delegations", "demo")
        for line in changes_of_status(tree)
    ]
    assert [place.split(":")[0] for place in found] == [DOOR], found


@pytest.mark.parametrize(
    "code",
    [
        "meeting.status = 'held'",
        "meeting.status: str = 'held'",
        "Meeting.objects.filter(pk=1).update(status='held')",
        "setattr(meeting, 'status', 'held')",
    ],
)
def test_every_way_to_change_a_status_would_be_found(code):
    assert list(changes_of_status(ast.parse(code))) == [1]


@pytest.mark.parametrize(
    "code",
    [
        "Meeting.objects.filter(status='held')",
        "Meeting(status='held')",
        "meeting.status == 'held'",
        "status = 'held'",
        "notices.update(state='sent')",
    ],
)
def test_asking_for_a_status_is_no_change(code):
    assert not list(changes_of_status(ast.parse(code)))


# --- views see only what the reader may see -------------------------------------------

VIEWS = ("portal/views", "meetings/views", "delegations/views")
# How a view may narrow a table down to what its reader may see.
DOORS = {"visible_to", "public", "decided_by", "by_token", "run_by"}


def guarded_models() -> set[str]:
    """The models that say who may see their rows."""
    return {
        model.__name__
        for model in apps.get_models()
        if hasattr(model._default_manager, "visible_to")
    }


def words_of(expression: ast.AST) -> set[str]:
    """Every attribute and name in an expression."""
    return {node.attr for node in nodes(expression, ast.Attribute)} | {
        node.id for node in nodes(expression, ast.Name)
    }


def chains(tree: ast.Module) -> Iterator[ast.expr]:
    """The longest chains of calls and attributes, as `Meeting.objects.filter(…).first()`."""
    inner = {
        id(node.value if isinstance(node, ast.Attribute) else node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Call)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Call) and id(node) not in inner:
            yield node


def links(chain: ast.expr) -> list[str]:
    """The names along a chain, from its root: Meeting, objects, filter, first."""
    found: list[str] = []
    node: ast.AST = chain
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            found.insert(0, node.attr)
            node = node.value
        else:
            return [node.id, *found] if isinstance(node, ast.Name) else found


def unguarded(tree: ast.Module, guarded: set[str]) -> Iterator[str]:
    """Fetches of single rows that do not ask who is reading."""
    for chain in chains(tree):
        names = links(chain)
        fetches = {"get", "first", "last", "get_or_create", "in_bulk"} & set(names[2:])
        is_table = names[1:2] == ["objects"] and names[0] in guarded
        if is_table and fetches and not DOORS & set(names):
            yield f"{chain.lineno} {'.'.join(names)}"
    for call in nodes(tree, ast.Call):
        if getattr(call.func, "id", "") in {"get_object_or_404", "get_list_or_404"}:
            source = call.args[0]
            bare = isinstance(source, ast.Name) and source.id[:1].isupper()
            table = links(source)[1:2] == ["objects"]
            if bare or (table and not DOORS & words_of(source)):
                yield f"{call.lineno} {ast.unparse(source)}"


def test_a_view_fetches_only_what_its_reader_may_see():
    found = [
        f"{name}:{place}"
        for name, tree in parsed(*VIEWS)
        for place in unguarded(tree, guarded_models())
    ]
    assert not found


@pytest.mark.parametrize(
    "code",
    [
        "get_object_or_404(Meeting, pk=pk)",
        "get_object_or_404(Meeting.objects.for_list(), pk=pk)",
        "Meeting.objects.get(pk=pk)",
        "Meeting.objects.filter(pk=pk).first()",
    ],
)
def test_every_fetch_past_the_reader_would_be_found(code):
    assert list(unguarded(ast.parse(code), {"Meeting"}))


@pytest.mark.parametrize(
    "code",
    [
        "get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)",
        "get_object_or_404(Desk.objects.public(), code=code)",
        "get_object_or_404(item.undertakings, party__pk=pk)",
        "Meeting.objects.visible_to(user).filter(pk=pk).first()",
        "request.GET.get('page')",
    ],
)
def test_a_fetch_that_asks_who_reads_is_fine(code):
    assert not list(unguarded(ast.parse(code), {"Meeting", "Desk"}))


def test_views_write_neither_history_nor_mail():
    found = []
    for name, tree in parsed(*VIEWS):
        found += [
            f"{name}:{call.lineno} {ast.unparse(call.func)}"
            for call in nodes(tree, ast.Call)
            if ast.unparse(call.func)
            in {"journal.record", "notices.queue", "send_mail", "Entry.objects.create"}
        ]
    assert not found


# --- templates stay strict ------------------------------------------------------------

TEMPLATES = sorted(
    path
    for folder in ("templates", *(f"{app}/templates" for app in APPS))
    for path in (ROOT / folder).rglob("*")
    if path.is_file()
)
LOOSE = {
    "an inline style": r"\sstyle\s*=|<style\b",
    "an inline script": r"<script\b(?![^>]*\ssrc=)[^>]*>",
    "an event handler": r"<[^>]*\son[a-z]+\s*=",
    "a script address": r"javascript:",
    "another host": r"(?:src|href|action|poster|srcset)\s*=\s*[\"'](?:https?:)?//",
    "a base address": r"<base\b",
    "unescaped text": r"\|\s*safe\b",
}


@pytest.mark.parametrize("what", LOOSE)
def test_no_template_holds_anything_loose(what):
    found = [
        named(path)
        for path in TEMPLATES
        if path.suffix == ".html" and re.search(LOOSE[what], path.read_text())
    ]
    assert not found


def test_escaping_is_switched_off_in_plain_text_alone():
    found = [
        named(path)
        for path in TEMPLATES
        if "autoescape off" in path.read_text() and path.suffix != ".txt"
    ]
    assert not found


def test_scripts_and_styles_of_ours_load_nothing_from_elsewhere():
    found = []
    for path in ROOT.glob("*/static/**/*"):
        if path.suffix in {".css", ".js", ".svg"}:
            text = path.read_text().replace("http://www.w3.org/", "")
            if re.search(r"https?://|@import", text):
                found.append(named(path))
    assert not found


# --- tests can be read ----------------------------------------------------------------


def test_every_test_is_named_by_a_sentence():
    found = []
    for name, tree in parsed("tests"):
        found += [
            f"{name}:{node.lineno} {node.name}"
            for node in nodes(tree, ast.FunctionDef)
            if "/test_" in name and node.name.startswith("test_") and len(node.name.split("_")) < 5
        ]
    assert not found


def test_no_test_sleeps_or_is_left_out():
    found = []
    for name, tree in parsed("tests"):
        for call in nodes(tree, ast.Call):
            called = ast.unparse(call.func)
            if called in {"time.sleep", "sleep", "pytest.skip", "pytest.xfail"}:
                found.append(f"{name}:{call.lineno} {called}")
        for function in nodes(tree, ast.FunctionDef):
            marks = [ast.unparse(one) for one in function.decorator_list]
            found += [f"{name}:{function.lineno} {one}" for one in marks if ".skip" in one]
    assert not found
