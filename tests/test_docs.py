"""What the documents promise exists: commands, options, files, and the command of the tests."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path

import pytest
import typer

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(ROOT.glob("*.md"))
ids = [document.name for document in DOCUMENTS]


def fences(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def console_lines(document: Path) -> list[str]:
    """The commands typed in the console examples, without prompt, continuation and comment."""
    blocks = fences(document.read_text("utf-8"), "console")
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ").split("  #")[0].strip() for line in lines]


def command_line():
    app = next(
        (v for v in vars(importlib.import_module("fendan")).values() if isinstance(v, typer.Typer)),
        None,
    )
    if app is None:
        pytest.skip("fendan.py has no commands yet")
    return typer.main.get_command(app)


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_a_fendan_command_in_a_document_is_real_down_to_its_options(document: Path):
    group = command_line()
    for line in console_lines(document):
        words = shlex.split(re.split(r"\s[|>]", line)[0])
        while words and words[0] in ("uv", "run", "--frozen"):
            words = words[1:]
        if not words or words[0] != "fendan":
            continue
        command, words = group, words[1:]
        while hasattr(command, "commands") and words and not words[0].startswith("-"):
            assert words[0] in command.commands, f"{document.name}: {line}"
            command, words = command.commands[words[0]], words[1:]
        known = {
            name for option in command.params for name in (*option.opts, *option.secondary_opts)
        }
        typed = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert typed <= known | {"--help"}, f"{document.name}: {line}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_a_link_to_a_file_leads_somewhere(document: Path):
    text = re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    here = [t.split("#")[0] for t in targets if not re.match(r"[a-z]+:|#", t)]
    assert [target for target in here if not (ROOT / target).exists()] == []


def test_files_named_in_contributing_exist():
    named = re.findall(
        r"`([\w./]+/[\w./]+\.(?:py|yaml))`", (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    )
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_ci_passes_the_tests_with_the_command_of_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")
    if "```" not in readme:
        pytest.skip("README.md has no commands yet")
    command = "python3 -m pip install uv && uv run --frozen pytest"
    assert command in readme
    assert f"\n    {command}\n" in (ROOT / ".ci/run").read_text("utf-8")
