"""What the documents promise exists: commands, options, files, and the command of the tests."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(ROOT.glob("*.md"))
ids = [document.name for document in DOCUMENTS]


def commands(text: str) -> list[list[str]]:
    """Every shell command of the examples as words, without prompt, output and comment.

    In a block that shows prompts, lines without one are output.
    """
    found = []
    pattern = r"^```(?:console|bash|sh)\n(.*?)^```"
    for block in re.findall(pattern, text, flags=re.MULTILINE | re.DOTALL):
        lines = block.replace("\\\n", " ").splitlines()
        typed = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")] or lines
        for line in typed:
            for part in re.split(r"&&|[|;<>]|\s#", line):
                words = shlex.split(part)
                while words and (re.match(r"[A-Z_]+=", words[0]) or words[0] in _RUNNERS):
                    words = words[1:]
                found.append(words)
    return [words for words in found if words]


_RUNNERS = ("uv", "run", "--frozen")


def wrong(words: list[str], command: Any) -> str:
    """What a `fendan` command line says that the program does not know, or nothing."""
    rest = words[1:]
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return f"no command {rest[0]!r}"
        command, rest = command.commands[rest[0]], rest[1:]
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    typed = {word.split("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
    return ", ".join(f"no option {name}" for name in sorted(typed - known - {"--help"}))


def test_the_check_of_commands_finds_what_is_wrong():
    app, policy = typer.Typer(), typer.Typer()
    app.add_typer(policy, name="policy")

    @policy.command()
    def show(name: str, form: Annotated[str, typer.Option("--form")] = "yaml") -> None:
        """Nothing."""

    @policy.command()
    def check() -> None:
        """Nothing."""

    text = (
        "```console\n$ pip install uv && X=1 uv run --frozen fendan policy show a --form=b # c\n"
        "fendan is output here\n```\n```sh\nfendan demo\nfendan policy check --no 2>&1\n```\n"
    )
    typed = [words for words in commands(text) if words[0] == "fendan"]
    group = typer.main.get_command(app)
    assert [wrong(words, group) for words in typed] == ["", "no command 'demo'", "no option --no"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_a_fendan_command_in_a_document_is_real_down_to_its_options(document: Path):
    group = typer.main.get_command(importlib.import_module("fendan").app)
    typed = [words for words in commands(document.read_text("utf-8")) if words[0] == "fendan"]
    assert {" ".join(words): fault for words in typed if (fault := wrong(words, group))} == {}


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
