"""The settings: what the environment may say, and what it is told when it may not."""

import pytest

from features.errors import FendanError
from serving.settings import Settings


def test_an_empty_environment_serves_this_machine_from_an_embedded_store(tmp_path):
    s = Settings.from_env({"FENDAN_HOME": str(tmp_path), "FENDAN_API_KEY": "", "FENDAN_PORT": ""})
    assert (s.host, s.port, s.workers) == ("127.0.0.1", 8000, 1)
    assert (s.log_level, s.api_key) == ("info", None)
    assert s.store_url == f"sqlite:///{tmp_path}/fendan.db"
    assert s.tracking_uri == f"sqlite:///{tmp_path}/mlflow.db"


def test_every_variable_is_heard(tmp_path):
    s = Settings.from_env(
        {
            "FENDAN_HOME": str(tmp_path),
            "FENDAN_STORE_URL": "postgresql://u:secret@db/f",
            "MLFLOW_TRACKING_URI": "http://mlflow:5000",
            "FENDAN_POLICY": "p.yaml",
            "FENDAN_HOST": "0.0.0.0",
            "FENDAN_PORT": "80",
            "FENDAN_WORKERS": "4",
            "FENDAN_LOG_LEVEL": "DEBUG",
            "FENDAN_API_KEY": "k3y",
        }
    )
    assert (s.store_url, s.tracking_uri) == ("postgresql://u:secret@db/f", "http://mlflow:5000")
    assert (str(s.policy), s.host, s.port, s.workers) == ("p.yaml", "0.0.0.0", 80, 4)
    assert (s.log_level, s.level, s.api_key) == ("debug", 10, "k3y")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FENDAN_PORT", "65536"),
        ("FENDAN_PORT", "-1"),
        ("FENDAN_PORT", "９"),
        ("FENDAN_WORKERS", "0"),
        ("FENDAN_LOG_LEVEL", "loud"),
        ("FENDAN_API_KEY", "a b"),
        ("FENDAN_API_KEY", "键"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_with_its_variable(name, value):
    with pytest.raises(FendanError, match=name):
        Settings.from_env({name: value})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.3", "desk.example"])
def test_without_a_key_no_other_machine_is_served(host):
    with pytest.raises(FendanError, match=r"this machine only.*set FENDAN_API_KEY"):
        Settings.from_env({"FENDAN_HOST": host})
    assert Settings.from_env({"FENDAN_HOST": host, "FENDAN_API_KEY": "k"}).host == host


def test_secrets_stay_out_of_the_settings_own_words():
    s = Settings.from_env({"FENDAN_API_KEY": "k3y", "FENDAN_STORE_URL": "postgresql://u:pw@h/d"})
    assert "k3y" not in repr(s)
    assert "pw@" not in repr(s)
