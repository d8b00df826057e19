import re
from html.parser import HTMLParser

import pytest

from features.errors import FendanError
from features.words import Words
from tests.training.study.small import small_sections, small_study
from training.study.calibration import calibration
from training.study.drawing import canvas
from training.study.headline import WATCHED, as_text, headlines, metrics
from training.study.page import Facts, render, svg, svg_text
from training.study.section import Picture, Section, Sheet
from training.study.writing import PAGE, write, write_page, write_pictures

VOID = {"meta", "input", "br", "link", "img", "hr"}
FACTS = Facts("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", 7, 1)


class Outline(HTMLParser):
    """Open elements, and what would be asked of other places."""

    def __init__(self):
        super().__init__()
        self.open, self.asked, self.ids, self.refers = [], [], [], []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        self._note(attributes)

    def handle_startendtag(self, _tag, attributes):
        self._note(attributes)

    def _note(self, attributes):
        for name, value in attributes:
            if name in ("src", "href", "action", "data", "srcset") and not value.startswith("#"):
                self.asked.append(value)
            self.ids += [value] if name == "id" else []
            self.refers += [value[1:]] if name == "href" and value.startswith("#") else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    found.close()
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    page = write(small_study(), small_sections(), folder / PAGE)
    return (page, *write_pictures(small_sections(), folder))


def test_the_page_is_well_formed_and_asks_nothing_of_any_other_place(written):
    page = written[0].read_text(encoding="utf-8")
    found = outline(page)
    assert found.open == []
    assert found.asked == []
    assert "@import" not in page
    assert set(re.findall(r"url\(([^)]*)", page)) <= {f"#{name}" for name in found.ids}


def test_every_reference_leads_to_one_element(written):
    found = outline(written[0].read_text(encoding="utf-8"))
    assert len(found.ids) == len(set(found.ids))
    assert set(found.refers) <= set(found.ids)


def test_every_section_is_in_the_page_and_every_picture_beside_it(written):
    assert written[0].name == PAGE
    ids = outline(written[0].read_text(encoding="utf-8")).ids
    assert {"discrimination", "baselines", "calibration", "workload", "drift"} < set(ids)
    assert {path.stem for path in written[1:]} < set(ids)
    assert all(path.suffix == ".svg" for path in written[1:])


def odd_section() -> Section:
    figure, axes = canvas("<b>&", "x", "y")
    axes.plot([0, 1], [0, 1], label="<i>")
    axes.legend()
    nasty = Words('<script>alert("en")</script>', "<b>中</b>")
    sheet = Sheet(nasty, (nasty,), (("<td>",), (nasty,)))
    return Section("odd", nasty, (nasty,), (sheet,), (Picture("odd_one", nasty, figure),))


def test_whatever_a_log_calls_its_categories_is_shown_and_not_obeyed():
    page = render(FACTS, [odd_section()])
    assert outline(page).open == []
    assert page.count("<script>") == 1  # the page's own
    assert "&lt;script&gt;alert(&#34;en&#34;)" in page
    assert "&lt;td&gt;" in page
    assert "<i>" not in page


def test_a_picture_takes_the_ink_of_the_page():
    figure, axes = canvas("ink", "x", "y")
    axes.plot([0, 1], [0, 1])
    drawn = svg(Picture("ink", Words("", ""), figure))
    assert drawn.startswith("<svg viewBox=")
    assert "#000000" not in drawn
    assert "currentColor" in drawn
    assert "http" not in drawn


def test_the_same_figure_is_drawn_to_the_same_bytes():
    def drawn():
        figure, axes = canvas("again", "x", "y")
        axes.plot([0, 1], [0, 1], marker="o")
        return svg_text(Picture("again", Words("", ""), figure))

    assert drawn() == drawn()


def test_the_page_can_be_read_in_both_languages(written):
    page = written[0].read_text(encoding="utf-8")
    assert page.count('<span lang="en">') == page.count('<span lang="zh">')
    assert "校准" in page


def test_a_training_run_gets_the_page_and_its_pictures_as_files(tmp_path, monkeypatch):
    monkeypatch.setattr("training.study.sections.SECTIONS", (calibration,))
    files = write_page(small_study(), tmp_path)
    assert {path.name for path in files} == {path.name for path in tmp_path.iterdir()}
    assert "reliability_timeout.svg" in {path.name for path in files}


def test_a_page_that_cannot_be_written_is_refused_in_words(tmp_path):
    with pytest.raises(FendanError, match="cannot be written"):
        write(small_study(), [], tmp_path / "nowhere" / "page.html")


def measured(value: float) -> Section:
    words = Words("", "")
    return Section("calibration", words, (), metrics=(("timeout.bias", value),))


def test_a_figure_outside_its_bounds_is_one_to_look_at():
    (near,), (far,) = headlines([measured(0.02)]), headlines([measured(-0.2)])
    assert (near.fine, far.fine) == (True, False)
    assert as_text([near, far]).splitlines()[1].startswith("! timeout: mean risk minus rate")


def test_what_was_not_measured_is_no_headline():
    assert headlines([measured(float("nan"))]) == ()
    assert metrics([measured(0.5)]) == {"calibration.timeout.bias": 0.5}


def test_the_study_measures_everything_that_is_watched():
    found = metrics(small_sections())
    missing = {watch.metric for watch in WATCHED} - set(found)
    assert missing <= {"discrimination.timeout.event_8.auc"}  # no ticket of this desk is so busy
