"""Services that talk to the small desk of `builders`, and empty stores of each kind."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from model import dispatch
from serving.app import create_app
from serving.decisions.log import DecisionLog
from serving.desks import Making
from serving.settings import Settings
from serving.store import Store
from tests.serving.builders import Desk, FakeDesk, plan, score_all

POSTGRES = os.environ.get("FENDAN_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> Iterator[str]:
    """An empty store of each kind; PostgreSQL's is a schema of its own, dropped afterwards."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'deep' / 'fendan.db'}"
        return
    schema = f"fendan_{uuid4().hex}"
    try:
        admin = sa.create_engine(POSTGRES.replace("postgresql:", "postgresql+psycopg:"))
        with admin.begin() as connection:
            connection.execute(sa.text(f"create schema {schema}"))
    except (ImportError, sa.exc.OperationalError) as away:
        if os.environ.get("CI"):
            pytest.fail(f"PostgreSQL and its driver must be there in CI: {away}")
        pytest.skip(f"PostgreSQL or its driver is not here: {type(away).__name__}")
    yield f"{POSTGRES}?options=-csearch_path%3D{schema}"
    with admin.begin() as connection:
        connection.execute(sa.text(f"drop schema {schema} cascade"))
    admin.dispose()


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    """Starts services; arguments replace settings, `desk_factory` and `log` replace the parts."""
    monkeypatch.setattr(dispatch, "refresh", plan)
    monkeypatch.setattr(dispatch, "score", score_all)
    opened = []

    def start(
        *, desk_factory=None, log=None, edge=None, traces=None, simulate=None, **changed
    ) -> Desk:
        settings = replace(Settings.from_env({"FENDAN_HOME": str(tmp_path)}), **changed)
        desk = FakeDesk()
        log = log or DecisionLog(Store.open(settings.store_url))
        made = desk_factory or (lambda: desk)
        making = made if isinstance(made, Making) else Making(made, simulate=simulate)
        app = create_app(settings, making, log, edge, traces=traces)
        client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
        client.__enter__()
        opened.append(client)
        return Desk(client, desk, log, settings)

    yield start
    for client in opened:
        client.__exit__(None, None, None)
