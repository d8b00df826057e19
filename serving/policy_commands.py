"""`fendan policy`: what ops decide, seen, checked, published and taken back, in the store."""
# ruff: noqa: PLC0415  # what a command needs is imported when it runs, so that --help is quick

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.terminal import say, user_name

if TYPE_CHECKING:
    from model.dispatch import Desk
    from model.policy import Policy
    from serving.policies import Policies
    from serving.policy_store import By, Standing
    from serving.simulation import Simulate, SimulationAsk
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
    from serving.policy_text import warnings_text

    found = read_policy(policy)
    typer.echo(f"{found.name}: can be obeyed (fingerprint {found.fingerprint()})")
    if told := warnings_text(policy_warnings(found)):
        say(told)


@policy_app.command("publish", epilog='fendan policy publish policy.yaml --why "late on Mondays"')
def policy_publish(file: ProposedFile, why: Why = "") -> None:
    """Bring a policy into force, in every worker with its next refresh."""
    from model.policy_warnings import policy_warnings
    from serving.policy_text import warnings_text

    proposed = read_policy(file)
    if told := warnings_text(policy_warnings(proposed)):
        say(told)
    _tell(_policies(_store(), _named()).publish(proposed, _by(why)))


@policy_app.command("history", epilog="fendan policy history --limit 5")
def policy_history(
    limit: Annotated[int, typer.Option(min=1, help="Versions and moves at most.")] = 20,
) -> None:
    """Who changed what, when and why; the newest version first."""
    from serving.policy_text import history_text

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


def preview_command(
    make_desk: Callable[[], Desk],
    named: Path | None,
    proposed: Policy,
    snapshot: bytes | None,
    simulate: tuple[Simulate, SimulationAsk] | None,
    *,
    as_json: bool,
) -> None:
    """Print what a policy would change on a desk that was sent, or the last one of the store.

    Args:
        make_desk: the desk, whose policy is replaced by the published one.
        named: the policy file that is in force, if one was named.
        proposed: the policy that may be published.
        snapshot: the body of a refresh; None for the last one logged.
        simulate: the simulated centre and what it is asked; None for none.
        as_json: as `POST /v1/policy/preview` answers.

    Raises:
        FendanError: no desk was seen, or there is no model.
    """
    import orjson

    from serving.decision_log import DecisionLog
    from serving.desks import DeskSource
    from serving.policies import PublishedPolicy
    from serving.policy_text import preview_text, warnings_text
    from serving.preview_answers import preview_answer
    from serving.previews import PreviewAsk, Previews
    from serving.schemas import parse_refresh

    store = _store()
    parts = (PublishedPolicy(_policies(store, named)),)
    desks = DeskSource(make_desk, store.marks, parts)
    previews = Previews(desks, DecisionLog(store), simulate and simulate[0])
    seen = None if snapshot is None else parse_refresh(snapshot)[0]
    found = previews.preview(PreviewAsk(proposed, seen))
    simulated = previews.simulate(proposed, simulate[1]) if simulate else None
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(preview_answer(found, simulated)) + b"\n")
        return
    typer.echo(preview_text(found, simulated))
    if told := warnings_text(found.warnings):
        say(told)


def read_policy(file: Path) -> Policy:
    """The policy of a file; every fault is told on standard error.

    Raises:
        PolicyError: it cannot be read.
        typer.Exit: it can, but not be obeyed.
    """
    from model import policy_reader
    from model.policy_check import PolicyFaultsError
    from serving.policy_text import faults_text

    try:
        return policy_reader.load(file)
    except PolicyFaultsError as refused:
        say(f"fendan: {file} cannot be obeyed\n{faults_text(refused)}")
        raise typer.Exit(1) from refused


def _store() -> Store:
    from serving.settings import Settings
    from serving.store import Store

    where = {name: os.environ.get(name, "") for name in ("FENDAN_HOME", "FENDAN_STORE_URL")}
    return Store.open(Settings.from_env(where).store_url)


def _named() -> Path | None:
    named = os.environ.get("FENDAN_POLICY")
    return Path(named) if named else None


def _policies(store: Store, named: Path | None) -> Policies:
    from serving.policies import Policies
    from serving.policy_store import PolicyStore

    return Policies(PolicyStore(store), named)


def _by(why: str) -> By:
    from datetime import UTC, datetime

    from serving.policy_store import By

    return By(user_name(), datetime.now(UTC), why)


def _tell(standing: Standing) -> None:
    from serving.policy_text import standing_text

    typer.echo(standing_text(standing))
