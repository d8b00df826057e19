"""The words of the pages: each in both languages, none missing and none for nothing."""

import re
from pathlib import Path

import pytest
import yaml

from serving.console.words import TEXTS, words

FILES = sorted(TEXTS.glob("*.yaml"))
HOUSE = TEXTS.parent


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_every_word_is_there_in_both_languages(file: Path):
    pairs = yaml.safe_load(file.read_text("utf-8"))
    assert [k for k, pair in pairs.items() if len(pair) != 2 or not all(pair)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_both_languages_fill_in_the_same_facts(file: Path):
    pairs = yaml.safe_load(file.read_text("utf-8"))
    differing = [k for k, (en, zh) in pairs.items() if set(_facts(en)) != set(_facts(zh))]
    assert differing == []


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_no_word_stands_there_for_nothing(file: Path):
    used = "\n".join(
        f.read_text("utf-8") for kind in ("*.html", "*.py", "*.js") for f in HOUSE.rglob(kind)
    )
    pairs = yaml.safe_load(file.read_text("utf-8"))
    assert [k for k in pairs if not re.search(rf"\b{k}\b", used)] == []


def test_a_page_s_own_words_stand_beside_those_of_all():
    assert words("floor", "zh")["risk"] == "超时风险"


def _facts(text: str) -> list[str]:
    return re.findall(r"\{(\w*)\}", text)
