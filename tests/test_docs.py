from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.stories import STORIES

ROOT = Path(__file__).parents[1]


def test_the_tests_that_the_page_on_durability_names_exist() -> None:
    """The page would go on to name a proof that somebody renamed or removed."""
    page = (ROOT / "docs" / "durability.md").read_text()
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    named = set(re.findall(r"\b(test_\w+)(?!\.py)\b", page))
    assert len(named) > 5
    for name in named:
        is_module = any((ROOT / "tests").rglob(f"{name}.py"))
        assert is_module or f"def {name}(" in tests, name
    for story in re.findall(r"\[([a-z ]+)\]`", page):
        assert story in STORIES


@pytest.mark.parametrize(
    "page", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], ids=str
)
def test_links_lead_somewhere(page: Path) -> None:
    """A reader would find nothing behind them."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target
