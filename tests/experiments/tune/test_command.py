import orjson
import pytest

from experiments.tune import __main__ as command
from experiments.tune.__main__ import main
from tests.model.tiny_bundle import tiny_bundle


def test_the_command_plays_and_writes_what_it_found(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "demo_bundle", lambda: tiny_bundle()[0])
    short = ["--days", "3", "--every", "720", "--seeds", "5", "--held-out", "6"]
    main([*short, "--trials", "1", "--out", str(tmp_path)])
    told = orjson.loads((tmp_path / "evidence.json").read_bytes())
    assert [each["present"] for each in told["attempts"]] == [True]
    assert all(value >= 0 for value in told["attempts"][0]["values"])
    assert "Nothing to propose" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ([], "no time to search"),
        (["--trials", "1", "--seeds", "1", "--held-out", "1"], "held out"),
        (["--trials", "1", "--scenario", "sunshine"], "absence_of_a_third"),
        (["--trials", "1", "--policy", "no such thing"], "no policy"),
    ],
)
def test_what_cannot_be_searched_is_refused_in_words(given, word):
    with pytest.raises(SystemExit, match=word):
        main(given)
