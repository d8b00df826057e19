"""The settings: what the environment may say, and what it is told when it may not."""

import pytest

from features.errors import FendanError
from serving.settings import Oidc, Settings


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
        ("FENDAN_RATE_PER_KEY", "0"),
        ("FENDAN_API_KEY", "a b"),
        ("FENDAN_API_KEY", "键"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_with_its_variable(name, value):
    with pytest.raises(FendanError, match=name):
        Settings.from_env({name: value})


OIDC = {"FENDAN_OIDC_ISSUER": "https://login.example/", "FENDAN_OIDC_AUDIENCE": "fendan"}


def test_the_issuer_of_tokens_is_heard():
    assert Settings.from_env(OIDC).oidc == Oidc("https://login.example/", "fendan")
    keys_at = {"FENDAN_OIDC_JWKS_URL": "http://127.0.0.1:1/keys"}
    assert Settings.from_env(OIDC | keys_at).oidc.jwks_url == "http://127.0.0.1:1/keys"
    assert Settings.from_env({}).oidc is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"FENDAN_OIDC_AUDIENCE": ""}, "who they are for"),
        ({"FENDAN_OIDC_ISSUER": ""}, "who issues them"),
        ({"FENDAN_OIDC_ISSUER": "http://login.example/"}, "FENDAN_OIDC_ISSUER.*https"),
        ({"FENDAN_OIDC_JWKS_URL": "http://login.example/k"}, "FENDAN_OIDC_JWKS_URL.*https"),
        ({"FENDAN_OIDC_ISSUER": "login.example"}, "https"),
    ],
)
def test_half_an_issuer_or_one_over_an_open_line_is_refused(changed, words):
    with pytest.raises(FendanError, match=words):
        Settings.from_env(OIDC | changed)


def test_secrets_stay_out_of_the_settings_own_words():
    s = Settings.from_env({"FENDAN_API_KEY": "k3y", "FENDAN_STORE_URL": "postgresql://u:pw@h/d"})
    assert "k3y" not in repr(s)
    assert "pw@" not in repr(s)
