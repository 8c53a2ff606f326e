"""Pages name only what exists: links, paths in backquotes and commands lead somewhere."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.crm.cli import app
from tests.unit.crm.test_help import commands

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/*.md", "shared/decisions/*.md", "services/*/README.md")
    for page in ROOT.glob(pattern)
)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_MODULE = re.compile(r"python -m ([a-z_][\w.]*)")
_PATH = re.compile(r"`((?:shared|services|deploy|tests|docs|requirements|console)/[\w./-]+)`")
_COMMAND = re.compile(r"(?:\./crm|`crm|^ +crm) ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", re.MULTILINE)
_TARGET = re.compile(r"make ([a-z-]+)")
# A table of renamed things and the worked example name what is gone, or not made yet; records tell what was.
_OF_THEIR_TIME = ("CHANGELOG.md", "CONTRIBUTING.md", "shared/decisions/")


def name_of(page: Path) -> str:
    """The page's path below the root."""
    return str(page.relative_to(ROOT))


def of_today(pages: list[Path]) -> Iterator[Path]:
    """Pages that describe the checkout as it is."""
    return (page for page in pages if not name_of(page).startswith(_OF_THEIR_TIME))


def test_the_pages_are_found() -> None:
    """Catches a test that looks at nothing."""
    names = {name_of(page) for page in PAGES}
    assert names >= {"README.md", "CONTRIBUTING.md", "docs/operations.md", "services/customers/README.md"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """Catches a page that was moved or renamed without those that point at it."""
    links = [link.partition("#")[0] for link in _LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", list(of_today(PAGES)), ids=name_of)
def test_paths_in_backquotes_exist(page: Path) -> None:
    """Catches a page that sends its reader to a file which was moved."""
    assert [path for path in _PATH.findall(page.read_text()) if not _exists(path)] == []


@pytest.mark.parametrize("page", list(of_today(PAGES)), ids=name_of)
def test_modules_that_are_to_be_run_exist(page: Path) -> None:
    """Catches a command line that was moved into another module."""
    modules = [module for module in _MODULE.findall(page.read_text()) if not module.startswith(("pytest", "venv"))]
    assert [module for module in modules if not _can_be_run(module)] == []


@pytest.mark.parametrize("page", list(of_today(PAGES)), ids=name_of)
def test_commands_and_targets_exist(page: Path) -> None:
    """Catches a renamed command of `crm` or target of make that a page still tells its reader to use."""
    text = page.read_text()
    known = {words[:length] for words in commands() for length in (1, 2)}
    assert [words for words in _COMMAND.findall(text) if not _is_command(tuple(words.split()), known)] == []
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    marked = "\n".join(re.findall(r"`[^`]*`|^ {4}.*$|^make .*$", text, re.MULTILINE))
    assert set(_TARGET.findall(marked)) <= targets


def test_the_registered_commands_are_those_of_the_script() -> None:
    """Catches a root script that starts something else than the command line, or is not executable."""
    shown = subprocess.run([ROOT / "crm", "--help"], capture_output=True, text=True, cwd="/", check=True)
    assert all(words[0] in shown.stdout for words in commands())
    assert app.info.help


def _exists(path: str) -> bool:
    return (ROOT / path.rstrip("/")).exists()


def _can_be_run(module: str) -> bool:
    spec = importlib.util.find_spec(module)
    if spec is None:
        return False
    if spec.submodule_search_locations is not None:
        return importlib.util.find_spec(f"{module}.__main__") is not None
    return spec.origin is not None and 'if __name__ == "__main__":' in Path(spec.origin).read_text()


def _is_command(words: tuple[str, ...], known: set[tuple[str, ...]]) -> bool:
    return words in known or words[:1] in {command for command in known if len(command) == 1 and command not in _GROUPS}


_GROUPS = {words[:1] for words in commands() if len(words) == 2}
