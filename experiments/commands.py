"""The commands of whoever tries a change before the customers do: simulate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import FendanError
from model.terminal import bar_of, say, write_text
from training.commands import events_in

if TYPE_CHECKING:
    from experiments.compare.comparison import Comparison, Plan
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
        str,
        typer.Option(
            help="own: each world's desk learns from its own log; demo: the model of the sample "
            "log; or any MLflow model URI."
        ),
    ] = "own",
    people: Annotated[
        str, typer.Option(help="Also with other head counts: +5, -10% or 0.9,1.1.")
    ] = "",
    demand: Annotated[
        str, typer.Option(help="Also with more or fewer complaints: +10% or 0.9,1.1.")
    ] = "",
    fit: Annotated[
        Path | None,
        typer.Option(help="Play on the twin of a desk: fitted to this event log (fendan import)."),
    ] = None,
    zone: Annotated[str, typer.Option(help="Where the desk of --fit lives.")] = "Asia/Shanghai",
    jobs: Annotated[int, typer.Option(min=1, help="Processes at work.")] = 2,
    out: Annotated[Path | None, typer.Option(help="An HTML report, English and Chinese.")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="All figures as JSON.")] = None,
    plots: Annotated[
        Path | None, typer.Option(help="A folder for the report's pictures as SVG files.")
    ] = None,
) -> None:
    """Policies side by side in the simulated centre: the same worlds, paired by seed."""
    if fit is not None and (people or demand or scenario != "usual"):
        raise typer.BadParameter(
            "a twin is played as its log shows it; leave out --people, --demand and --scenario",
            param_hint="--fit",
        )
    for folder in (out and out.parent, as_json and as_json.parent, plots and plots.parent):
        _there(folder)
    plan = _plan(
        policy or [],
        baseline,
        scenario,
        _setting(scenario, days, every) if fit is None else _twin(fit, zone, days, every),
        range(first_seed, first_seed + seeds),
    )
    plan = _with_loads(plan, people, demand, model)
    found = _compared(plan, jobs)
    _written(found, out, as_json, plots)


def _compared(plan: Plan, jobs: int) -> Comparison:
    from experiments.compare.comparison import compare, least_late
    from experiments.compare.models import Model
    from experiments.compare.text import as_text

    source = Model(plan.model)
    source.ready()
    with bar_of() as bar:
        found = compare(plan, source, jobs, bar, None if plan.setting.stage else least_late)
    typer.echo(as_text(found), nl=False)
    return found


def _written(found: Comparison, out: Path | None, as_json: Path | None, plots: Path | None) -> None:
    import orjson

    from experiments.compare.page import render
    from experiments.compare.record import record
    from experiments.compare.sections import sections
    from training.study.writing import write_pictures

    if out is not None:
        write_text(out, render(found))
        say(f"the report is in {out}")
    if as_json is not None:
        write_text(as_json, orjson.dumps(record(found), option=orjson.OPT_INDENT_2).decode())
    if plots is not None:
        plots.mkdir(exist_ok=True)
        write_pictures(sections(found), plots)


def _there(folder: Path | None) -> None:
    if folder is not None and not folder.is_dir():
        raise FendanError("no such folder", where=str(folder), remedy="make it first")


def _setting(scenario: str, days: int, every: int) -> Setting:
    from experiments.compare.trials import Setting, TrialError
    from experiments.play import PlayParams
    from experiments.simulator import FIELD_DESK

    chosen = _scenario(scenario)
    try:
        return Setting(chosen.world(FIELD_DESK), chosen.begin_s, PlayParams(days, every))
    except TrialError as error:
        raise typer.BadParameter(f"{error.what}; {error.remedy}", param_hint=error.where) from error


def _twin(log: Path, zone: str, days: int, every: int) -> Setting:
    """The twin of a desk; what its log did and did not tell goes to standard error."""
    from experiments.compare.trials import Setting
    from experiments.play import PlayParams
    from experiments.twin.stage import BEGIN_S, TwinStage

    stage = TwinStage.of(events_in(log), zone)
    say(stage.twin.report())
    return Setting(stage.twin.params, BEGIN_S, PlayParams(days, every, settle_days=0), stage)


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
    from experiments.ablations import named
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
