"""Where a client may send a key."""

import pytest

from features.errors import FendanError
from serving.client.address import Address


@pytest.mark.parametrize(("url", "key"), [
    ("http://desk.example", "k"), ("ftp://desk.example", None), ("desk.example", None),
    ("https://me:secret@desk.example", None), ("https://desk.example/?key=1", None), ("", None),
    ("https://desk.example", "two words"), ("https://desk.example", "line\n"),
    ("http://localhost.evil.example", "k"), ("http://[bad", "k"),
])  # fmt: skip
def test_an_address_that_cannot_be_meant_is_refused_without_repeating_secrets(url, key):
    with pytest.raises(FendanError) as refused:
        Address.checked(url, key)
    assert "secret" not in str(refused.value)
    assert "two words" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost"])
def test_a_key_may_go_in_clear_to_this_machine_only(url):
    assert Address.checked(url, "k").local
    assert not Address.checked("http://desk.example", "k", plain=True).local
    assert not Address.checked("http://desk.example", None).local
    assert "secret" not in repr(Address.checked(url, "secret"))
