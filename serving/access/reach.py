"""Which machines may be served: others only when somebody holds a key."""

from __future__ import annotations

from datetime import datetime

from features.errors import FendanError, StoreError
from serving.access.keys import KeyBook
from serving.settings import Settings, is_loopback
from serving.store import Store


def reach_of(settings: Settings, now: datetime) -> str:
    """Who will be served, in words; call it before listening.

    Raises:
        FendanError: the address is not loopback, and no key is configured or nobody can tell; or
            the store's URL is wrong.
    """
    store = Store.open(settings.store_url)
    if settings.api_key is not None or settings.oidc is not None:
        return "with an API key" if settings.oidc is None else "with an API key or a token"
    try:
        keys = KeyBook(store).all()
    except StoreError as away:
        if is_loopback(settings.host):
            return "this machine only; whether there are API keys is not known yet"
        raise FendanError(
            "whether there are API keys cannot be looked up, and without one only this machine is "
            f"served: {away}",
            where=f"host {settings.host}",
            remedy="or set FENDAN_API_KEY, or use --host 127.0.0.1",
        ) from away
    finally:
        store.close()
    if not is_loopback(settings.host) and all(key.state(now) != "active" for key in keys):
        raise FendanError(
            "without an API key the service answers this machine only",
            where=f"host {settings.host}",
            remedy="make a key with `fendan key create` or set FENDAN_API_KEY, "
            "or use --host 127.0.0.1",
        )
    return "with an API key" if keys else "this machine only, since there is no API key"
