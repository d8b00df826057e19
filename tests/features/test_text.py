"""Signals in complaint text, and what redaction hides. Every sentence here is made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.text import SIGNALS, redact, signals

SAMPLE = Path(__file__).parents[2] / "training" / "sample" / "complaints_zh.csv.gz"


def raised(text: str) -> set[str]:
    return {name for name, on in zip(SIGNALS, signals([text])[0], strict=True) if on}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("再不退款我就发抖音", {"public_exposure"}),
        ("已经联系记者来采访", {"public_exposure"}),
        ("等着上热搜吧", {"public_exposure"}),
        ("已经打给电视台了", {"public_exposure"}),
        ("我要打12315", {"regulator"}),
        ("已向消费者协会和工信部申诉", {"regulator"}),
        ("市场监管局已受理,银保监那边也会去", {"regulator"}),
        ("充电器漏电,孩子被烫伤", {"safety"}),
        ("吃完拉肚子,怀疑食物中毒", {"safety"}),
        ("我的卡昨晚被盗刷了三千块", {"safety"}),
        ("账户被盗,里面的钱没了", {"safety"}),
        ("你们就是骗子,太过分了", {"anger"}),
        ("什么垃圾客服,忍无可忍", {"anger"}),
        ("到底管不管!!!", {"anger"}),
        ("投诉无门,只好找媒体曝光", {"anger", "public_exposure"}),
        ("I will post this all over social media", {"public_exposure"}),
        ("Next step is the ombudsman and my lawyer", {"regulator"}),
        ("The charger caught fire and burned my hand", {"safety"}),
        ("there is an UNAUTHORISED TRANSACTION on my card", {"safety"}),
        ("Absolutely ridiculous, you lied to me", {"anger"}),
        ("I am furious and I will call the press", {"anger", "public_exposure"}),
    ],
)
def test_a_plain_case_raises_its_signal(text: str, expected: set[str]):
    assert raised(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "请送到安全路15号",  # a road called Safety
        "订单号8812315990",  # digits inside a longer number
        "我要取消协议",  # 消协 across two words
        "马上访问不了页面",  # 上访 across two words
        "城市监控坏了",  # 市监 across two words
        "我们一起诉苦",
        "汇报案例发给我",
        "工商银行的卡",
        "把家里的烟雾报警器换一个",
        "在抖音直播间下单买的衣服",
        "用小红书账号登录不上",
        "照片曝光时间太长",
        "送到电视台大楼前台",
        "从媒体看到你们有活动",
        "系统漏洞什么时候修",
        "多媒体教室的投影仪坏了",
        "看着火车开走了",
        "还好没有人员受伤",
        "漏电保护开关要换型号",
        "电脑中毒了要重装",
        "小区垃圾站什么时候清运",
        "垃圾短信怎么屏蔽",
        "我没有生气,只是问问",
        "柜子分布太过分散",
        "I ordered a fire extinguisher and a fire alarm",
        "thankfully nobody was hurt",
        "the voltage regulator arrived late",
        "I cannot sign in with my facebook account",
        "worst-case it arrives on Friday",
        "the court shoes do not fit",
        "",
    ],
)
def test_a_false_friend_raises_nothing(text: str):
    assert raised(text) == set()


def test_a_false_friend_does_not_hide_the_real_thing_beside_it():
    assert raised("在抖音直播间下单的,不退我就上抖音说") == {"public_exposure"}
    assert raised("垃圾站旁边那家真是垃圾公司") == {"anger"}


def test_a_missing_text_raises_nothing_and_no_texts_give_no_rows():
    assert not signals([None, float("nan")]).any()  # type: ignore[list-item]  # as pandas sends it
    assert signals([]).shape == (0, len(SIGNALS))
    assert signals(pd.Series(["上热搜", None], index=[7, 3])).tolist()[0][0] is True


def test_half_a_surrogate_pair_is_survived():
    assert raised("起火\ud83d") == {"safety"}
    assert redact(["电话13800138000\ud83d"]) == ["电话〔电话〕?"]


@settings(max_examples=20, deadline=None)  # each call compiles its patterns
@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=6))
def test_each_text_is_judged_alone(texts: list[str | None]):
    together = signals(texts)
    alone = [signals([text])[0] for text in texts]
    assert together.shape == (len(texts), len(SIGNALS))
    assert all(np.array_equal(a, b) for a, b in zip(together, alone, strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话13800138000。", "电话〔电话〕。"),
        ("tel13800138000now", "tel[phone]now"),
        ("电话138-0013-8000", "电话〔电话〕"),
        ("电话１３８００１３８０００", "电话〔电话〕"),
        ("打(010)5550 1234或010-55501234转12", "打〔电话〕或〔电话〕"),
        ("+86 13800138000", "[phone]"),
        ("0086-13800138000", "[phone]"),
        ("call +44 20 7946 0958 please", "call [phone] please"),
        ("call (555) 010-9999 please", "call [phone] please"),
        ("13800138000,13900139000,13700137000", "[phone],[phone],[phone]"),
        ("身份证11010119900307123X", "身份证〔证件〕"),
        ("身份证110101199003071233。", "身份证〔证件〕。"),
        ("老证110101900307123", "老证〔证件〕"),
        ("卡6222 0212 3456 7890 123", "卡〔卡号〕"),
        ("卡6222021234567890123", "卡〔卡号〕"),
        ("card 4111-1111-1111-1111", "card [card]"),
        ("邮箱13800138000@example.com.cn", "邮箱〔邮箱〕"),
        ("write to Jo.Doe+x@mail.example.org", "write to [email]"),
    ],
)
def test_a_personal_number_or_address_is_masked(text: str, expected: str):
    assert redact([text]) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "打12315和12345都没用",
        "2016-04-12 10:00:00 开的单",
        "订单20240315,金额1299.50元",
        "版本 3.11.14,共 114132 行",
        "10:00-12:00 @ 前台",
    ],
)
def test_what_is_no_personal_data_stays(text: str):
    assert redact([text]) == [text]


def test_missing_texts_stay_missing_and_in_place():
    assert redact([None, "无", "手机13800138000"]) == [None, "无", "手机〔电话〕"]


_DIGITS = st.text(alphabet="0123456789８x+-() .@a电", max_size=60)
_NUMBERS = st.lists(
    st.sampled_from(
        ["13800138000", "110101199003071233", "6222021234567890", "a@b.cn", " ", "-", "0"]
    ),
    max_size=8,
).map("".join)


@settings(deadline=None)
@given(st.lists(st.one_of(_DIGITS, _NUMBERS), max_size=6))
def test_redacting_twice_is_redacting_once(texts: list[str]):
    once = redact(texts)
    assert redact(once) == once


@settings(max_examples=50, deadline=None)
@given(
    st.text(alphabet="投诉客服 abc。", max_size=20), st.text(alphabet="投诉客服 abc。", max_size=20)
)
def test_a_mobile_number_never_survives(before: str, after: str):
    assert "13800138000" not in str(redact([f"{before}13800138000{after}"])[0])


WORDS = st.sampled_from(
    ["曝光", "过度曝光", "媒体", "12315", "抖音", "抖音旗舰店", "起火", "安全", "垃圾",
     "Facebook", "SOCIAL media",
     "go to the press", "one-star review", "furious",
     "\n", "\v", " ", "我", "a", "9", "。", "ａ"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=6).map("".join))
def test_a_text_gives_the_same_signals_alone_and_among_many(text):
    many = signals([text, *(["no signal"] * 40)])
    assert signals([text])[0].tolist() == many[0].tolist()


def test_the_shipped_texts_give_the_same_signals_in_small_and_large_columns():
    texts = (
        pd.read_csv(SAMPLE, usecols=["text"], dtype=str)["text"].dropna().unique()[:800].tolist()
    )
    parts = [signals(texts[at : at + 20]) for at in range(0, len(texts), 20)]
    assert np.array_equal(np.concatenate(parts), signals(texts))


PIECES = [
    *("lawsuit@court.com", "12315@media.cn", "13800138000", "400-800-12315", "010-12315123"),
    *("４１１０１９８００１０１１２３Ｘ", "(555) 010-9999", "+86 ", "12315", "转12315", "ann＠"),
    *("fire", "[phone]", "起火", "曝光", "法院", "@police.gov", ".", " ", "-"),
]
NASTY = st.lists(st.sampled_from([*PIECES, "\ud83d"]) | st.text(max_size=6), max_size=12)


@settings(max_examples=300, deadline=None)
@given(NASTY.map("".join))
def test_a_redacted_text_gives_the_signals_of_the_text(text):
    """A request is logged redacted; replayed it must give the same."""
    assert raised(redact([text])[0] or "") == raised(text)


def test_the_words_of_an_address_are_no_signal():
    assert raised("my address is lawsuit@court.com") == set()
