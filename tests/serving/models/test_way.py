"""Where MLflow's pages are, and that no secret is told on the way there."""

import pytest

from features.errors import FendanError
from serving.models.way import way_of
from serving.settings import Settings


def test_no_name_password_or_parameter_of_the_registry_is_told():
    uri = "postgresql://li:s3cret@db:5432/mlflow?sslpassword=s3cret"
    told = way_of(Settings.from_env({"MLFLOW_TRACKING_URI": uri})).command
    assert "s3cret" not in told
    assert "li" not in told.split()[-1].split("db")[0].replace("postgresql", "")
    assert told.endswith("@db:5432/mlflow")


def test_the_embedded_registry_is_named_without_a_path_of_the_machine(tmp_path):
    settings = Settings.from_env({"FENDAN_HOME": str(tmp_path)})
    assert str(tmp_path) not in way_of(settings).command


@pytest.mark.parametrize("url", ["mlflow", "javascript:alert(1)", "https://li:pw@mlflow.example"])
def test_an_address_that_cannot_be_linked_to_is_refused(url):
    with pytest.raises(FendanError, match="FENDAN_MLFLOW_URL"):
        Settings.from_env({"FENDAN_MLFLOW_URL": url})
