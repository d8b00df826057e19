import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import wording
from features.text import redact
from features.wording import BUCKETS, WIDTH, Wording, definition, packed, sketch, versions


def bits(text: str) -> int:
    return int(np.unpackbits(sketch([text])).sum())


def alike(one: str, other: str) -> bool:
    first, second = sketch([one, other])
    return bool((first == second).all())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("订单123还没到", "订单9还没到"),
        ("ＡＰＰ 打不开！", "app 打不开!"),
        ("write to ann@example.com", "write to bob.smith@mail.org"),
        ("两天了\n\n没人管 ", "两天了 没人管"),
        ("快递投诉", "投诉快递"),
    ],
    ids=["figures", "width and case", "addresses", "white space", "order"],
)
def test_what_tells_who_or_is_only_written_otherwise_changes_no_sketch(one, other):
    assert alike(one, other)


@given(st.text("请回电 call13800138000@a.b-()（）转", max_size=40))
def test_a_redacted_text_has_the_sketch_of_the_text(text):
    """A request is logged redacted; scored again it must give the same."""
    assert np.array_equal(sketch(redact([text])), sketch([text]))


def test_other_words_make_another_sketch():
    assert not alike("快递丢了", "屏幕碎了")
    assert not alike("the parcel is lost", "the screen is broken")


def test_a_chinese_character_stands_alone_and_letters_stand_in_threes():
    assert bits("快递") == 2
    assert bits("快快快") == 1
    assert bits("abc") == 3  # abc, bc, c
    assert bits("abcabcabc") == 5  # abc, bca, cab, and at the end bc, c


@pytest.mark.parametrize("nothing", [None, "", "  \n", float("nan")])
def test_no_text_sets_no_bit(nothing):
    assert sketch([nothing]).shape == (1, WIDTH)
    assert not sketch([nothing]).any()


def test_half_a_surrogate_pair_is_no_obstacle():
    assert sketch(["气死了\ud83d"]).any()
    assert sketch([]).shape == (0, WIDTH)


@given(st.lists(st.text(max_size=20) | st.none(), max_size=8), st.integers(0, 8))
def test_a_sketch_does_not_depend_on_the_other_texts(texts, cut):
    halves = [sketch(texts[:cut]), sketch(texts[cut:])]
    assert np.array_equal(sketch(texts), np.concatenate(halves))


def test_the_definition_changes_with_what_a_sketch_is(monkeypatch):
    before = definition()
    monkeypatch.setattr(wording, "_PLAIN", ())
    assert definition() != before


def test_a_column_holds_bytes_or_nothing():
    column = packed(["快递", None, ""])
    assert [None if v is None else len(v) for v in column] == [BUCKETS // 8, None, None]


def test_what_a_ticket_says_adds_up_from_row_to_row():
    said = packed(["快递", None, "发票", "屏幕", None, "快递"])
    first = np.array([0, 0, 0, 3, 4, 5])  # tickets: three rows, then one row each
    distinct, code = versions(pd.Series(said), first)
    assert code.tolist() == [0, 0, 1, 2, -1, 0]
    assert np.array_equal(distinct, sketch(["快递", "快递发票", "屏幕"]))


def test_a_log_without_texts_has_no_wording():
    distinct, code = versions(pd.Series(packed([None, None])), np.array([0, 1]))
    assert (distinct.shape, code.tolist()) == ((0, WIDTH), [-1, -1])


def test_a_text_that_was_counted_before_changes_nothing_and_a_new_one_is_added():
    known = Wording(sketch(["快递", "发票"]), np.array([1, -1, 0, 1]))
    found = known.with_texts(["发票", None, "屏幕", None])
    expected = sketch(["发票", None, "快递屏幕", "发票"])
    assert found.of.tolist() == [0, -1, 2, 3]
    assert np.array_equal(found.sketches, expected)


def test_a_few_everyday_texts_are_read_like_many_and_strange_ones_too():
    letters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    everyday = [letter for letter in letters if wording._EVERYDAY.fullmatch(letter)]
    texts = [f" {one}B{one} {one}１2" for one in everyday]
    assert wording._plain(texts) == [wording._plain_of(text) for text in texts]
    strange = ["İzmir ΣΑΣ", "ﬁne\x0b\u2003", "e\u0301 ½ Ⅻ"]
    for text in strange:
        assert (sketch([text]) == sketch([text, *texts[:20]])[:1]).all()
