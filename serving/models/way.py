"""Where people find the registry itself: the address of MLflow's pages, or how to open them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from model.registry import NAME
from model.registry.address import without_secrets
from serving.models.cards import Card
from serving.settings import Settings


@dataclass(frozen=True, slots=True)
class Way:
    """`url` of MLflow's pages ("" where none is set), and the `command` that shows them here."""

    url: str
    command: str

    def version(self, card: Card) -> str:
        """The address of a version."""
        return f"{self.url}/#/models/{NAME}/versions/{card.version.version}" if self.url else ""

    def run(self, card: Card) -> str:
        """The address of the run that made it."""
        place = f"experiments/{quote(card.experiment_id)}/runs/{quote(card.version.run_id)}"
        return f"{self.url}/#/{place}" if self.url else ""


def way_of(settings: Settings) -> Way:
    """The way that the settings show."""
    return Way(settings.mlflow_url, command_of(settings))


def command_of(settings: Settings) -> str:
    """The command that opens MLflow's pages beside the registry, without a secret.

    >>> from dataclasses import replace
    >>> home = Settings.from_env({"FENDAN_HOME": "/srv/fendan"})
    >>> command_of(home)
    'mlflow ui --backend-store-uri sqlite:///$FENDAN_HOME/mlflow.db'
    >>> command_of(replace(home, tracking_uri="https://li:secret@mlflow.example/x"))
    'mlflow ui --backend-store-uri https://***@mlflow.example/x'
    """
    if settings.tracking_uri == f"sqlite:///{settings.home / 'mlflow.db'}":
        uri = "sqlite:///$FENDAN_HOME/mlflow.db"
    else:
        uri = without_secrets(settings.tracking_uri)
    return f"mlflow ui --backend-store-uri {uri}"
