from __future__ import annotations

from service.desk.classes.surveying import Point, Survey
from service.page.classes.map import figure


def test_copies_are_named_where_they_lie_and_nothing_is_markup() -> None:
    """Of two copies in two classes only one could be seen, and a name could be a link."""
    points = (
        Point("a", "1.png", 0.5, 0.5), Point("a", "2.png", -1.0, 0.0),
        Point("b", '<a href="x">%{x}', 0.5, 0.5),
    )  # fmt: skip
    drawn = figure(Survey("", (), points, 3))["data"]
    assert [trace["name"] for trace in drawn] == ["a", "b"]
    both = 'a: 1.png<br>b: &lt;a href="x"&gt;%{x}'
    assert drawn[0]["text"] == [both, "a: 2.png"]
    assert drawn[1]["text"] == [both]
    assert all(trace["hoverinfo"] == "text" for trace in drawn)


def test_no_two_of_the_first_classes_look_the_same() -> None:
    """A person could not tell which class a point is of."""
    points = tuple(Point(f"{number:02}", "1.png", 0.0, 0.0) for number in range(41))
    figured = figure(Survey("", (), points, 41))
    drawn = figured["data"]
    assert len({(one["marker"]["color"], one["marker"]["symbol"]) for one in drawn}) == 41
    assert "…" in drawn[0]["text"][0]
    assert not figured["layout"]["showlegend"]
