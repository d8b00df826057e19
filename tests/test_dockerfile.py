"""The Dockerfile read as text: there is no engine here, but its claims can be held to it."""

from __future__ import annotations

import json
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]


def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage as (word, rest), continuation lines joined."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    found: list[list[tuple[str, str]]] = []
    for line in filter(str.strip, text.splitlines()):
        word, rest = line.split(maxsplit=1)
        if word == "FROM":
            found.append([])
        found[-1].append((word, " ".join(rest.split())))
    return found


def rest_of(stage: list[tuple[str, str]], word: str) -> list[str]:
    return [rest for found, rest in stage if found == word]


def environment(stage: list[tuple[str, str]]) -> dict[str, str]:
    pairs = (pair.partition("=") for rest in rest_of(stage, "ENV") for pair in rest.split())
    return {name: value for name, _, value in pairs}


def copied_from_here() -> list[str]:
    return [
        source
        for stage in stages()
        for rest in rest_of(stage, "COPY")
        if not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]


def test_there_are_a_build_stage_and_a_slim_one_of_the_same_python():
    bases = [rest_of(stage, "FROM")[0].split()[0] for stage in stages()]
    assert bases == ["python:3.11-slim", "python:3.11-slim"]


def test_everything_copied_exists_and_is_let_in_by_dockerignore():
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }
    assert [path for path in copied_from_here() if not (ROOT / path).exists()] == []
    assert set(copied_from_here()) == allowed


def test_everything_the_wheel_is_made_of_is_copied():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    needed = {*wheel, project["project"]["readme"], *project["project"]["license-files"]}
    assert needed <= set(copied_from_here())


def test_it_installs_what_is_locked_with_the_uv_that_reads_this_lock():
    build = stages()[0]
    syncs = [run for run in rest_of(build, "RUN") if run.startswith("uv sync")]
    assert syncs
    assert all({"--frozen", "--no-dev"} <= set(run.split()) for run in syncs)
    assert any(re.search(r'pip install .*"uv==', run) for run in rest_of(build, "RUN"))


def test_it_does_not_run_as_root_and_can_write_where_it_must():
    final = stages()[-1]
    (user,) = rest_of(final, "USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)  # numbers: runAsNonRoot cannot read a name
    env, (home,) = environment(final), rest_of(final, "VOLUME")
    made = next(run for run in rest_of(final, "RUN") if "useradd" in run)
    assert f"--uid {user.split(':')[0]} " in made
    assert f"--home-dir {home} " in made
    assert env["FENDAN_HOME"] == home
    assert all(fnmatch(env[name], f"{home}/*") for name in ("NUMBA_CACHE_DIR", "MPLCONFIGDIR"))


def test_it_asks_its_own_health_on_the_port_it_serves():
    final = stages()[-1]
    env = environment(final)
    (port,), (check,) = rest_of(final, "EXPOSE"), rest_of(final, "HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    compile(command[-1], "healthcheck", "exec")
    assert env["FENDAN_PORT"] == port
    assert "/healthz" in command[-1]
    assert "FENDAN_PORT" in command[-1]


def test_it_starts_a_command_the_project_installs_and_holds_no_key():
    final = stages()[-1]
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert json.loads(rest_of(final, "ENTRYPOINT")[0])[0] in scripts
    assert json.loads(rest_of(final, "CMD")[0]) == ["serve"]
    assert not [name for stage in stages() for name in environment(stage) if "KEY" in name]
