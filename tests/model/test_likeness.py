import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.wording import Wording, sketch
from model import likeness as subject
from model.likeness import Likeness
from tests.builders import complaint

LATE, BROKEN, INVOICE, ENGLISH = (
    "快递一直没有送到",
    "手机屏幕坏了",
    "发票抬头开错了",
    "the parcel never came",
)


def index(*texts):
    of = [-1 if text is None else place for place, text in enumerate(texts)]
    return Likeness.of(Wording(sketch(texts), np.array(of, np.int64)))


def alike(made, text):
    return made.to(made.asked(sketch([text])[0]), 0, made.length.size)


@pytest.mark.parametrize("text", [LATE, BROKEN, INVOICE, ENGLISH])
def test_the_same_words_are_wholly_alike_and_the_likest(text):
    found = alike(index(LATE, BROKEN, INVOICE, ENGLISH), text)
    assert found.max() == pytest.approx(1)
    assert [LATE, BROKEN, INVOICE, ENGLISH][found.argmax()] == text


def test_other_words_for_it_are_nearer_than_something_else():
    found = alike(index(LATE, BROKEN, INVOICE), "快递三天了还没送到")
    assert found[0] > max(found[1:])


def test_a_rare_word_in_common_says_more_than_a_common_one():
    found = alike(index("快递坏了", "快递丢了", "快递破了", "空调"), "快递空")
    assert found[3] > found[0]


def test_nothing_said_is_like_nothing():
    assert alike(index(LATE, None), None).tolist() == [0, 0]
    assert alike(index(LATE, None), LATE)[1] == 0
    assert alike(index(), LATE).size == 0


def by_hand(wordings, weight, text):
    """The cosine of weighted bits, written as the formula has it."""
    bits = np.unpackbits(wordings, axis=1, bitorder="little") * weight
    own = np.unpackbits(sketch([text]), axis=1, bitorder="little")[0] * weight
    norms = np.linalg.norm(bits, axis=1) * np.linalg.norm(own)
    return np.divide(bits @ own, norms, out=np.zeros(len(bits)), where=norms > 0)


@given(st.lists(st.text("快递没到坏了abc ", min_size=1, max_size=9), min_size=1, max_size=9))
def test_the_index_gives_the_cosine_of_all_pairs_exactly(texts):
    made, wordings = index(*texts), sketch(texts)
    for text in texts:
        expected = by_hand(wordings, made.axes.weight, text)
        assert alike(made, text) == pytest.approx(expected, abs=1e-6)


@pytest.fixture
def learned(monkeypatch):
    """An index of two subjects, with axes: few wordings are enough to teach them here."""
    monkeypatch.setattr(subject, "FEWEST", 100)
    rng = np.random.default_rng(1)
    topics = ["logistics", "invoice"] * 150
    return index(*(complaint(rng, topic) for topic in topics)), np.array(topics)


def test_what_has_no_word_in_common_may_be_about_the_same(learned):
    made, topics = learned
    assert made.place.shape == (5, 300)
    plain = Likeness(type(made.axes)(made.axes.weight, made.axes.axis[:, :0]), made.starts,
                     made.cases, made.length, made.place[:0])  # fmt: skip
    gain = alike(made, "包裹丢了") * 1.5 - alike(plain, "包裹丢了")
    assert gain[topics == "logistics"].mean() > gain[topics == "invoice"].mean() + 0.1


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_part_of_the_cases_has_the_same_likeness_as_in_the_whole(a, b):
    begin, end = sorted((a, b))
    rng = np.random.default_rng(2)
    made = index(*(complaint(rng, "quality") for _ in range(300)))
    asked = made.asked(sketch(["电池鼓包"])[0])
    assert np.array_equal(made.to(asked, begin, end), made.to(asked, 0, 300)[begin:end])


def test_the_same_cases_make_the_same_index(learned):
    rng = np.random.default_rng(1)
    again = index(*(complaint(rng, topic) for topic in ["logistics", "invoice"] * 150))
    assert again.place.tobytes() == learned[0].place.tobytes()
    assert again.nbytes == learned[0].nbytes > 0
