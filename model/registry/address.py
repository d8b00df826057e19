"""The address of a registry as it may be told: readers and logs need no password of it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_HIDDEN: Final = "***"
_SIGNED_IN: Final = re.compile(r"//[^/\s]+@")


def without_secrets(uri: str) -> str:
    """An address without who signs in there, and without its parameters.

    >>> without_secrets("postgresql://li:secret@db:5432/mlflow?password=secret")
    'postgresql://***@db:5432/mlflow'
    >>> without_secrets("sqlite:////srv/fendan/mlflow.db")
    'sqlite:////srv/fendan/mlflow.db'
    """
    if "@" not in uri and "?" not in uri:
        return uri
    parts = urlsplit(uri)
    _, at, place = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, f"{_HIDDEN}@{place}" if at else place, parts.path, "", ""))


def told(words: str) -> str:
    """Words of somebody else in which such an address may stand.

    >>> told("API request to http://li:se@cret@mlflow:5000/api failed")
    'API request to http://***@mlflow:5000/api failed'
    """
    return _SIGNED_IN.sub(f"//{_HIDDEN}@", words)
