"""The timeline as bars of an SVG, each a link that narrows the period."""

from collections.abc import Sequence
from typing import NamedTuple

from search.results import Period

# More bars than this are thinner than a pixel on a telephone.
_MOST_BARS = 160
HEIGHT = 100
BAR_WIDTH = 10


class Bar(NamedTuple):
    """A period and where its bar stands; the axis of heights points down, as in SVG.

    `headline` is that of the article that answers best in it, None where it is no peak.
    """

    period: str
    articles: int
    headline: str | None
    x: int
    y: int
    height: int


class Chart(NamedTuple):
    """The bars of the periods with articles, and what stands at the ends below them.

    `most` is the count of the highest bar.
    """

    bars: list[Bar]
    width: int
    most: int
    first: str
    last: str
    is_cut: bool


def chart(periods: Sequence[Period]) -> Chart | None:
    """The chart of the last periods; None of fewer than two, which say nothing."""
    shown = periods[-_MOST_BARS:]
    if len(shown) < 2:
        return None
    most = max(one.articles for one in shown)
    bars = []
    for place, one in enumerate(shown):
        # The smallest count is still seen.
        height = max(2, round(HEIGHT * one.articles / most))
        if one.articles:
            x = place * BAR_WIDTH
            headline = one.leader.title if one.leader else None
            bars.append(Bar(one.period, one.articles, headline, x, HEIGHT - height, height))
    width = len(shown) * BAR_WIDTH
    is_cut = len(shown) < len(periods)
    return Chart(bars, width, most, shown[0].period, shown[-1].period, is_cut)
