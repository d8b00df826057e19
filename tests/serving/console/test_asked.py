"""What the address of the floor asks for, and the addresses that its links lead to."""

from serving.console.asked import Asked
from serving.console.visit import Visit
from serving.principal import LOCAL


def asked(**query: str) -> Asked:
    return Asked.of(Visit(LOCAL, "/console/floor", "en", "auto", query))


def test_what_is_asked_for_stands_in_the_address():
    found = asked(q=" T1 ", alert="red", sort="due", page="3")
    assert found == Asked(alert="red", text="T1", sort="due", page=3)
    assert found.is_narrow
    assert not Asked(sort="due", page=3).is_narrow


def test_an_order_or_a_page_that_nobody_knows_is_the_usual_one():
    assert asked(sort="nonsense", page="-1") == Asked()


def test_the_other_pages_and_orders_are_of_the_same_tickets():
    here = Asked(team="a&b", text="票", page=2)
    assert here.on(3) == "?q=%E7%A5%A8&team=a%26b&page=3#tickets"
    assert here.by("due") == "?q=%E7%A5%A8&team=a%26b&sort=due#tickets"
    assert here.on(1) == "?q=%E7%A5%A8&team=a%26b#tickets"
