"""The live inputs are worked out once and kept, whatever happens meanwhile."""

import pytest

from serving.models import input_watch
from serving.models.input_watch import AGAIN_SECONDS, KEPT_SECONDS, InputWatch
from serving.store import Store
from tests.serving.builders import FakeDesk
from tests.serving.models.columns import LEARNED, NOW, column, reference, seen


@pytest.fixture
def store(tmp_path):
    return Store.open(f"sqlite:///{tmp_path / 'fendan.db'}")


def test_it_is_worked_out_once_and_kept_for_a_while(store, monkeypatch):
    desk, made, clock = FakeDesk(), [], [0.0]
    monkeypatch.setattr(
        input_watch, "scored", lambda *asked: made.append(asked) or seen(margin=LEARNED[:400])
    )
    watch = InputWatch(store, lambda: clock[0])
    assert watch.tell(desk, None, NOW).state == "no_reference"
    assert watch.tell(desk, reference(column()), NOW).state == "told"
    clock[0] = KEPT_SECONDS - 1
    assert watch.tell(desk, reference(column()), NOW).state == "told"
    assert len(made) == 1
    clock[0] = KEPT_SECONDS
    watch.tell(desk, reference(column()), NOW)
    assert len(made) == 2


def test_what_cannot_be_worked_out_says_so_and_is_soon_tried_again(store, monkeypatch):
    def broken(*_):
        raise OSError("the store is away")

    desk, clock = FakeDesk(), [0.0]
    watch = InputWatch(store, lambda: clock[0])
    monkeypatch.setattr(input_watch, "scored", broken)
    assert watch.tell(desk, reference(column()), NOW).state == "failed"
    monkeypatch.setattr(input_watch, "scored", lambda *_: seen(margin=LEARNED[:400]))
    assert watch.tell(desk, reference(column()), NOW).state == "failed"
    clock[0] = AGAIN_SECONDS
    assert watch.tell(desk, reference(column()), NOW).state == "told"
