"""The rules of the house that no tool knows: sizes, names, rooms, texts. Each rule is seen to fail once, below."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "dispatch", "documents", "notify")
DOCKERFILES = ("libs/service/Dockerfile", "deploy/compose/Dockerfile")
ROOMS = {
    "__init__", "__main__", "app", "settings", "api", "pages", "handlers", "jobs", "schemas", "gateways",
    "usecases", "repository", "domain", "errors",
}  # fmt: skip
HEADINGS = ["Purpose", "Consumes", "Emits", "API", "Settings", "Run alone"]
REFUSED_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
Source = tuple[Path, str]
Rule = Callable[[Path, str], Iterator[str]]


def sources(*suffixes: str) -> list[Source]:
    """The files that git knows or would take, with their text."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    paths = [Path(line) for line in listed if line.endswith(suffixes) and (ROOT / line).is_file()]
    return [(path, (ROOT / path).read_text(encoding="utf-8")) for path in paths]


def short_module(path: Path, text: str) -> Iterator[str]:
    """A module has at most 300 lines."""
    if text.count("\n") > 300:
        yield f"{path}: {text.count(chr(10))} lines (300 at most): make it a package, split by lifecycle step"


def short_function(path: Path, text: str) -> Iterator[str]:
    """A function has at most 45 lines."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno > 45:
            yield f"{path}:{node.lineno}: {node.name} is longer than 45 lines"


def telling_name(path: Path, text: str) -> Iterator[str]:
    """A module's name says what it holds."""
    if path.stem in REFUSED_NAMES:
        yield f"{path}: {path.stem} says nothing: name what it holds ({len(text)} characters)"


def no_swallowed_error(path: Path, text: str) -> Iterator[str]:
    """No error of every kind is caught to be forgotten."""
    for match in re.finditer(r"except (?:Exception|BaseException)[^\n]*:\n\s+(?:pass|continue)\b", text):
        yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: an error swallowed"


def no_built_sql(path: Path, text: str) -> Iterator[str]:
    """SQL stands in named statements, never in f-strings, and names its columns."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            fixed = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            if re.search(r"\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE\s.+\sSET|DELETE FROM)\b", fixed, re.DOTALL):
                yield f"{path}:{node.lineno}: SQL in an f-string"


def named_columns(path: Path, text: str) -> Iterator[str]:
    """A query names the columns that it wants."""
    for match in re.finditer(r"SELECT\s+(?:\w+\.)?\*", text, re.IGNORECASE):
        yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: name the columns"


def told_tests(path: Path, text: str) -> Iterator[str]:
    """A test says in one sentence which behaviour it shows."""
    for node in ast.walk(ast.parse(text)):
        is_test = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        if is_test and not ast.get_docstring(node):  # type: ignore[arg-type]
            yield f"{path}:{node.lineno}: {node.name} has no sentence"  # type: ignore[attr-defined]


def no_sleeping_tests(path: Path, text: str) -> Iterator[str]:
    """A test waits on a condition and never just sleeps."""
    for match in re.finditer(r"\btime\.sleep\(|\basyncio\.sleep\((?!0\))", text):
        before = text[: match.start()].rsplit("\n", 4)
        if not any("while" in line for line in before):
            yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: a sleep without a condition"


def at_home_anywhere(path: Path, text: str) -> Iterator[str]:
    """No path of a machine and no host of a package registry."""
    pattern = r"/(?:work|root|home|Users)/[\w.]+/|https?://(?:proxy|files|registry|repo\d?|index)\."
    for match in re.finditer(pattern, text):
        yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()} belongs to one machine"


CODE: tuple[Rule, ...] = (short_module, short_function, telling_name, no_swallowed_error, no_built_sql)
TESTS: tuple[Rule, ...] = (told_tests, no_sleeping_tests)


def of_product(path: Path) -> bool:
    """Whether a file belongs to what runs, not to its tests."""
    return "tests" not in path.parts and path.name != "conftest.py"


@pytest.mark.parametrize("rule", CODE, ids=lambda rule: rule.__name__)
def test_product_code(rule: Rule) -> None:
    """The product's code keeps the rule."""
    assert [fault for path, text in sources(".py") if of_product(path) for fault in rule(path, text)] == []


@pytest.mark.parametrize("rule", [short_module, telling_name, *TESTS], ids=lambda rule: rule.__name__)
def test_test_code(rule: Rule) -> None:
    """The tests keep the rule."""
    assert [fault for path, text in sources(".py") if not of_product(path) for fault in rule(path, text)] == []


def test_sql_files() -> None:
    """Statements in SQL files name their columns."""
    assert [fault for path, text in sources(".sql") for fault in named_columns(path, text)] == []


def test_no_machine() -> None:
    """Nothing in the project is bound to one machine."""
    files = sources(".py", ".md", ".toml", ".sql", ".sh", ".yaml", ".xml", "Makefile", "run")
    assert [fault for path, text in files for fault in at_home_anywhere(path, text)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_rooms(service: str) -> None:
    """A service has the rooms of the house and no others."""
    package = ROOT / "services" / service / "src" / f"halo_{service}"
    found = {path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert found <= ROOMS
    assert {"__main__", "app", "settings", "handlers", "usecases", "repository", "domain"} <= found


@pytest.mark.parametrize("service", SERVICES)
def test_readme_headings(service: str) -> None:
    """Who knows one service's README knows all."""
    text = (ROOT / "services" / service / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS


def test_one_uv() -> None:
    """The set-up and the images install packages with the same uv."""
    pinned = re.search(r'UV_VERSION = "(.+)"', (ROOT / "deploy/local/bootstrap.py").read_text())
    built = [re.search(r"uv==(\S+)", (ROOT / file).read_text()) for file in DOCKERFILES]

    assert pinned
    assert [each and each[1] for each in built] == [pinned[1]] * len(DOCKERFILES)


def test_dependencies_have_reasons() -> None:
    """Each dependency stands beside its reason; the workspace's own need none."""
    for path, text in sources("pyproject.toml"):
        project = tomllib.loads(text)["project"]
        wanted = [
            *project.get("dependencies", []),
            *(d for e in project.get("optional-dependencies", {}).values() for d in e),
        ]
        for dependency in wanted:
            if not dependency.startswith("halo-"):
                line = next(line for line in text.splitlines() if f'"{dependency}"' in line)
                assert "#" in line, f"{path}: {dependency} without a reason"


BROKEN = {
    short_module: "x = 1\n" * 301,
    short_function: "def f():\n" + "    x = 1\n" * 46,
    no_swallowed_error: "try:\n    f()\nexcept Exception:\n    pass\n",
    no_built_sql: 'f"SELECT a FROM {table}"',
    named_columns: "SELECT * FROM requests",
    told_tests: "def test_it():\n    assert True\n",
    no_sleeping_tests: "async def test_it():\n    await asyncio.sleep(1)\n",
    at_home_anywhere: "see " + "/home" + "/somebody/file",
}


@pytest.mark.parametrize("rule", BROKEN, ids=lambda rule: rule.__name__)
def test_rules_can_fail(rule: Rule) -> None:
    """Each rule finds a plain breach of it."""
    assert list(rule(Path("example.py"), BROKEN[rule]))


def test_names_can_fail() -> None:
    """A module named for nothing is found."""
    assert list(telling_name(Path("utils.py"), ""))
