"""What the commands of the service share: the store that they work on."""

from __future__ import annotations

import os
from collections.abc import Mapping

from serving.settings import Settings
from serving.store import Store


def store_named(url: str | None = None, environment: Mapping[str, str] | None = None) -> Store:
    """The store at a URL, else the one that the environment names.

    Raises:
        FendanError: a variable holds something that cannot be meant.
        StoreError: the URL cannot be read, or its driver is not installed.
    """
    found = os.environ if environment is None else environment
    return Store.open(url or Settings.from_env(found).store_url)
