"""`fendan policy`: what ops decide, seen, checked, published and taken back, in the store."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import FendanError
from model.terminal import CHAMPION, say, user_name

if TYPE_CHECKING:
    from features.snapshot import Snapshot
    from model.dispatch import Desk
    from model.policy import Policy
    from serving.desks import DeskSource
    from serving.policy.policies import Policies
    from serving.policy.preview import Preview
    from serving.policy.simulation import Simulate, Simulated
    from serving.policy.store import By, Standing
    from serving.store import Store

policy_app = typer.Typer(help="Ops' weights and thresholds.", no_args_is_help=True)
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", help="Policy file.", envvar="FENDAN_POLICY")
]
ProposedFile = Annotated[Path, typer.Argument(help="Policy file, YAML or JSON.")]
Why = Annotated[str, typer.Option("--why", help="Why; kept with the version.")]


@policy_app.command("show", epilog="fendan policy show > policy.json")
def policy_show(
    policy: PolicyFile = None,
    version: Annotated[int | None, typer.Option(help="An earlier version of the store.")] = None,
) -> None:
    """The policy in force, with every default filled in."""
    policies = _policies(_store(), policy)
    if version is not None:
        typer.echo(policies.store.version(version).policy.to_json())
    else:
        typer.echo(policies.standing().policy.to_json())


@policy_app.command("check", epilog="fendan policy check policy.yaml")
def policy_check(policy: ProposedFile) -> None:
    """Whether a policy can be obeyed; every fault with its place and remedy, and warnings."""
    from model.policy_warnings import policy_warnings
    from serving.policy.text import warnings_text

    found = read_policy(policy)
    typer.echo(f"{found.name}: can be obeyed (fingerprint {found.fingerprint()})")
    if told := warnings_text(policy_warnings(found)):
        say(told)


@policy_app.command("publish", epilog='fendan policy publish policy.yaml --why "late on Mondays"')
def policy_publish(file: ProposedFile, why: Why = "") -> None:
    """Bring a policy into force, in every worker with its next refresh."""
    from model.policy_warnings import policy_warnings
    from serving.policy.text import warnings_text

    proposed = read_policy(file)
    if told := warnings_text(policy_warnings(proposed)):
        say(told)
    _tell(_policies(_store(), _named()).publish(proposed, _by(why)))


@policy_app.command("history", epilog="fendan policy history --limit 5")
def policy_history(
    limit: Annotated[int, typer.Option(min=1, help="Versions and moves at most.")] = 20,
) -> None:
    """Who changed what, when and why; the newest version first."""
    from serving.policy.text import history_text

    store = _policies(_store(), None).store
    versions = store.versions(limit)
    if versions:
        typer.echo(history_text(versions, store.moves(limit)))
    else:
        say("nothing was published yet")


@policy_app.command("rollback", epilog='fendan policy rollback --why "worse than before"')
def policy_rollback(
    version: Annotated[
        int | None, typer.Argument(help="A version; else the one that was in force before.")
    ] = None,
    why: Why = "",
) -> None:
    """Bring an earlier version back into force."""
    _tell(_policies(_store(), _named()).rollback(version, _by(why)))


def add_preview(
    commands: typer.Typer,
    open_desk: Callable[[str, Path | None, Path | None], Desk],
    centre: Callable[[str], Simulate],
) -> None:
    """Add `preview` to the commands: what it takes to decide and to simulate stands above.

    Args:
        commands: those of `fendan policy`.
        open_desk: the desk of a model's URI, a policy file and a newer event log.
        centre: the simulated centre in which the model of a URI decides.
    """

    @commands.command("preview", epilog="fendan policy preview policy.yaml snapshot.json")
    def preview(
        file: ProposedFile,
        snapshot: Annotated[
            Path | None, typer.Argument(help="The body of a refresh; else the last one logged.")
        ] = None,
        model: Annotated[str, typer.Option("--model", help="Any MLflow model URI.")] = CHAMPION,
        policy: PolicyFile = None,
        history: Annotated[
            Path | None, typer.Option("--history", help="Event log newer than the model's own.")
        ] = None,
        simulate: Annotated[bool, typer.Option(help="Also in the simulated centre.")] = False,
        days: Annotated[int, typer.Option(min=1, max=14, help="Simulated days.")] = 2,
        seeds: Annotated[int, typer.Option(min=1, max=10, help="Simulated worlds.")] = 1,
        as_json: Annotated[bool, typer.Option("--json", help="As the endpoint answers.")] = False,
    ) -> None:
        """What a policy would change: who would have which ticket, and what both plans expect."""
        from serving.decisions.log import DecisionLog
        from serving.policy.preview_answers import preview_answer
        from serving.policy.previews import PreviewAsk, Previews
        from serving.policy.simulation import SimulationAsk

        ask = PreviewAsk(read_policy(file), _snapshot(snapshot))
        make = partial(open_desk, model, policy, history)
        desks = desks_of(make, policy, centre(model) if simulate else None)
        previews = Previews(desks, DecisionLog(_store()))
        found = previews.preview(ask)
        wanted = SimulationAsk(days, seeds)
        simulated = previews.simulate(ask.policy, wanted) if simulate else None
        if as_json:
            _print_json(preview_answer(found, simulated))
        else:
            _show(found, simulated)


def desks_of(
    make_desk: Callable[[], Desk], named: Path | None, simulate: Simulate | None = None
) -> DeskSource:
    """The desk that the service would have: with what the store has published and heard.

    Args:
        make_desk: the desk with a model and a policy.
        named: the policy file, if one was named; it wins.
        simulate: the simulated centre, if previews may ask it.
    """
    from serving.desks import DeskSource, Making
    from serving.events.live_history import LiveHistory
    from serving.events.log import EventLog
    from serving.policy.policies import PublishedPolicy

    store = _store()
    parts = (LiveHistory(EventLog(store)), PublishedPolicy(_policies(store, named)))
    return DeskSource(Making(make_desk, simulate=simulate), store.marks, parts)


def _snapshot(file: Path | None) -> Snapshot | None:
    from serving.schemas import parse_refresh

    if file is None:
        return None
    try:
        return parse_refresh(file.read_bytes())[0]
    except OSError as error:
        raise FendanError(f"cannot be read: {error.strerror}", where=str(file)) from error


def _show(found: Preview, simulated: Simulated | None) -> None:
    from serving.policy.text import preview_text, warnings_text

    typer.echo(preview_text(found, simulated))
    if told := warnings_text(found.warnings):
        say(told)


def _print_json(answer: object) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2) + b"\n")


def read_policy(file: Path) -> Policy:
    """The policy of a file; every fault is told on standard error.

    Raises:
        PolicyError: it cannot be read.
        typer.Exit: it can, but not be obeyed.
    """
    from model import policy_reader
    from model.policy_check import PolicyFaultsError
    from serving.policy.text import faults_text

    try:
        return policy_reader.load(file)
    except PolicyFaultsError as refused:
        say(f"fendan: {file} cannot be obeyed\n{faults_text(refused)}")
        raise typer.Exit(1) from refused


def _store() -> Store:
    from serving.terminal import store_named

    where = {name: os.environ.get(name, "") for name in ("FENDAN_HOME", "FENDAN_STORE_URL")}
    return store_named(environment=where)


def _named() -> Path | None:
    named = os.environ.get("FENDAN_POLICY")
    return Path(named) if named else None


def _policies(store: Store, named: Path | None) -> Policies:
    from serving.policy.policies import Policies
    from serving.policy.store import PolicyStore

    return Policies(PolicyStore(store), named)


def _by(why: str) -> By:
    from datetime import UTC, datetime

    from serving.policy.store import By

    return By(user_name(), datetime.now(UTC), why)


def _tell(standing: Standing) -> None:
    from serving.policy.text import standing_text

    typer.echo(standing_text(standing))
