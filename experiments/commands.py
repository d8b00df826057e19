"""The commands of whoever tries a change before the customers do: simulate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import FendanError
from model.terminal import bar_of, say, write_text

if TYPE_CHECKING:
    from experiments.compare.comparison import Plan
    from experiments.compare.load import Load
    from experiments.compare.trials import Setting
    from experiments.contender import Contender
    from experiments.scenarios import Scenario

experiments_app = typer.Typer()


@experiments_app.command(epilog="fendan simulate --policy matrix --policy default --seeds 5")
def simulate(
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="A policy, an ablation or a policy file; again, or with commas, for more of them."
        ),
    ] = None,
    baseline: Annotated[str | None, typer.Option(help="Against whom; else the first.")] = None,
    scenario: Annotated[str, typer.Option(help="What befalls the desk.")] = "usual",
    seeds: Annotated[int, typer.Option(min=1, help="How many worlds.")] = 3,
    first_seed: Annotated[
        int, typer.Option(min=2, help="The first world; 1 is the one the sample log is from.")
    ] = 11,
    days: Annotated[int, typer.Option(help="How long each world is played.")] = 14,
    every: Annotated[int, typer.Option(help="Minutes between refreshes.")] = 15,
    model: Annotated[
        str, typer.Option(help="Any MLflow model URI; else the demo's, from the sample log.")
    ] = "",
    people: Annotated[
        str, typer.Option(help="Also with other head counts: +5, -10% or 0.9,1.1.")
    ] = "",
    demand: Annotated[
        str, typer.Option(help="Also with more or fewer complaints: +10% or 0.9,1.1.")
    ] = "",
    jobs: Annotated[int, typer.Option(min=1, help="Processes at work.")] = 2,
    out: Annotated[Path | None, typer.Option(help="An HTML report, English and Chinese.")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="All figures as JSON.")] = None,
) -> None:
    """Policies side by side in the simulated centre: the same worlds, paired by seed."""
    for path in (out, as_json):
        _writable(path)
    plan = _plan(
        policy or [],
        baseline,
        scenario,
        _setting(scenario, days, every),
        range(first_seed, first_seed + seeds),
    )
    plan = _with_loads(plan, people, demand, model)
    _compare(plan, jobs, out, as_json)


def _compare(plan: Plan, jobs: int, out: Path | None, as_json: Path | None) -> None:
    import orjson

    from experiments.compare.comparison import compare, least_late
    from experiments.compare.page import render
    from experiments.compare.record import record
    from experiments.compare.text import as_text
    from experiments.compare.trials import Model

    source = Model(plan.model)
    source.ready()
    with bar_of() as bar:
        found = compare(plan, source, jobs, bar, least_late)
    typer.echo(as_text(found), nl=False)
    if out is not None:
        write_text(out, render(found))
        say(f"the report is in {out}")
    if as_json is not None:
        write_text(as_json, orjson.dumps(record(found), option=orjson.OPT_INDENT_2).decode())


def _writable(path: Path | None) -> None:
    if path is not None and not path.parent.is_dir():
        raise FendanError("no such folder", where=str(path.parent), remedy="make it first")


def _setting(scenario: str, days: int, every: int) -> Setting:
    from experiments.compare.trials import Setting, TrialError
    from experiments.play import PlayParams
    from experiments.simulator import FIELD_DESK

    chosen = _scenario(scenario)
    try:
        return Setting(chosen.world(FIELD_DESK), chosen.begin_s, PlayParams(days, every))
    except TrialError as error:
        raise typer.BadParameter(f"{error.what}; {error.remedy}", param_hint=error.where) from error


def _scenario(name: str) -> Scenario:
    from experiments.scenarios import SCENARIOS

    if name not in SCENARIOS:
        told = f"no scenario {name!r}; one of {', '.join(SCENARIOS)}"
        raise typer.BadParameter(told, param_hint="--scenario")
    return SCENARIOS[name]


def _plan(
    names: list[str], baseline: str | None, scenario: str, setting: Setting, seeds: range
) -> Plan:
    from experiments.compare.comparison import DEFAULT_POLICIES, Plan
    from experiments.compare.trials import TrialError

    asked = [name for told in names for name in told.split(",") if name] or DEFAULT_POLICIES
    change = _scenario(scenario).contender
    players = tuple(change(_contender(name)) for name in asked)
    try:
        return Plan(players, baseline or players[0].name, setting, tuple(seeds), (), scenario)
    except TrialError as error:
        raise typer.BadParameter(f"{error.what}; {error.remedy}", param_hint=error.where) from error


def _contender(name: str) -> Contender:
    from experiments.beside import named
    from features.errors import PolicyError

    try:
        return named(name)
    except PolicyError as error:
        raise typer.BadParameter(f"{error.what}; {error.remedy}", param_hint="--policy") from error


def _with_loads(plan: Plan, people: str, demand: str, model: str) -> Plan:
    """The plan with the other head counts and demands; the usual one is always played."""
    from dataclasses import replace

    from experiments.compare.load import Load

    usual = plan.setting.usual
    heads = _changed(people, usual.heads, "--people")
    others = [
        *(Load(round(each), usual.demand) for each in heads),
        *(Load(usual.heads, each) for each in _changed(demand, usual.demand, "--demand")),
    ]
    for load in others:
        _checked(plan.setting, load)
    return replace(plan, others=tuple(dict.fromkeys(others)), model=model)


def _changed(text: str, usual: float, where: str) -> tuple[float, ...]:
    from experiments.compare.load import changed

    try:
        return changed(text, usual) if text else ()
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=where) from error


def _checked(setting: Setting, load: Load) -> None:
    from experiments.simulator.checks import WorldError

    try:
        load.on(setting.params)
    except WorldError as error:
        told = f"{error.what}; {error.remedy}" if error.remedy else error.what
        raise typer.BadParameter(told, param_hint=error.where) from error
