"""Made-up requests over the whole OpenAPI of a small but real desk.

`python -m experiments.benchmarks.fuzz` asks thousands of a trained one, at every bound too.
"""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from experiments.benchmarks.fuzz import Fuzz, fuzz
from model import policy_reader
from model.desk import ServedDesk
from serving.app import create_app
from serving.client import Fendan
from serving.desks import Making
from serving.server import bind
from serving.settings import Settings
from tests.builders import random_log
from tests.model.grown_bundle import grown_bundle
from tests.serving.models.shelf import shelf

KEY = "a-key-of-the-fuzz-test"
PATIENT = {"FENDAN_WRONG_KEYS": "1000000"}  # it guesses keys, to see them refused
FEW = Fuzz(examples=3, seed=1, phases="examples,fuzzing,stateful")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service of forests grown on a tiny log, over real connections."""
    home: Path = tmp_path_factory.mktemp("fuzz")
    settings = Settings.from_env({"FENDAN_HOME": str(home), "FENDAN_API_KEY": KEY, **PATIENT})
    desk = ServedDesk.of(grown_bundle(random_log(7, tickets=60)), policy_reader.default())
    app = create_app(settings, Making(lambda: desk, models=lambda: shelf(home)))
    config = uvicorn.Config(app, log_config=None)
    server = uvicorn.Server(config)
    with bind("127.0.0.1", 0) as listener:
        serving = threading.Thread(target=server.run, args=([listener],), daemon=True)
        serving.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        serving.join(30)


@pytest.mark.slow
def test_nothing_is_answered_off_the_document_with_the_key(url):
    found = fuzz(url, KEY, FEW)
    assert found.failures == (), found.said
    assert found.cases > 100
    assert "inferred)" in found.said  # answers were followed to further requests
    with Fendan(url, KEY) as client:
        assert client.ready().status == "ready"


@pytest.mark.slow
def test_nothing_opens_to_a_stranger(url):
    found = fuzz(url, None, Fuzz(examples=1, seed=2, phases="fuzzing"))
    assert found.failures == (), found.said
    assert found.cases > 20
