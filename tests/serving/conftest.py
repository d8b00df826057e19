"""Services that talk to the small desk of `builders`."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from model import dispatch
from serving.app import create_app
from serving.decision_log import DecisionLog
from serving.settings import Settings
from serving.store import Store
from tests.serving.builders import Desk, FakeDesk, plan, score_all


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    """Starts services; arguments replace settings, `desk_factory` and `log` replace the parts."""
    monkeypatch.setattr(dispatch, "refresh", plan)
    monkeypatch.setattr(dispatch, "score", score_all)
    opened = []

    def start(*, desk_factory=None, log=None, edge=None, **changed) -> Desk:
        settings = replace(Settings.from_env({"FENDAN_HOME": str(tmp_path)}), **changed)
        desk = FakeDesk()
        log = log or DecisionLog(Store.open(settings.store_url))
        app = create_app(settings, desk_factory or (lambda: desk), log, edge)
        client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
        client.__enter__()
        opened.append(client)
        return Desk(client, desk, log, settings)

    yield start
    for client in opened:
        client.__exit__(None, None, None)
