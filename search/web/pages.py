"""The pages that people read: results, one article, every value of a field, the API's reference."""

from collections.abc import Iterator, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import UNSET
from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import search
from index.enrich.countries import country_code
from index.errors import CONTROLS, QueryError
from index.messages import gettext
from index.schema import COUNTRY, DATE, KEYWORD_FIELDS, KEYWORDS, PERSON
from search.embedded.engine import EmbeddedEngine
from search.results import Facet, Hit
from search.web.answering import answered
from search.web.articles import Named, named, shown_article
from search.web.chart import chart
from search.web.engines import Engines
from search.web.links import Address, address_of, web_url
from search.web.marks import highlighted, paragraphs
from search.web.openapi import description
from search.web.parameters import FILTERS, MOST_HITS, SEARCH, read_parameters, request_of
from search.web.problems import Problem, problem_of
from search.web.texts import Texts, moment

_HERE = Path(__file__).parent
# So many fit beside ten hits.
FACETS = ("country:8", "person:8", "source:6", "category:6", "agency:5")
_FACET_FIELDS = tuple(described.partition(":")[0] for described in FACETS)
# What a page of values shows at once; the rest is found with the field above them.
_MOST_VALUES = 500
_SIMILAR = 5
# So many articles of a story are listed; of a report that forty outlets took over, the first.
_STORY_ARTICLES = 20
_FEED_HITS = 50
# What stays in the address from page to page, and is told as chips.
_NARROWING = (*FILTERS, "since", "until")


class Chip(NamedTuple):
    """A chosen value, and the address without it; whether the one before would do as well."""

    name: str
    label: str
    negated: bool
    is_alternative: bool
    without: Address


class Pages:
    """The pages of an archive."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        timezone = engines.config.timezone
        self._templates.globals |= {
            "web_url": web_url,
            "highlighted": highlighted,
            "moment": partial(moment, timezone=timezone),
        }
        self._texts = Texts(timezone)

    def routes(self) -> Iterator[Route]:
        """A route for each page."""
        yield Route("/", self._results)
        yield Route("/article", self._article)
        yield Route("/facets/{field}", self._values)
        yield Route("/feed.atom", self._feed)
        yield Route("/opensearch.xml", self._opensearch)
        yield Route("/api", self._reference)

    def problem(self, request: Request, problem: Problem) -> Response:
        """A page that says what went wrong."""
        address = _address(request)
        return self._page("problem.html", address, problem.status, problem=problem)

    def _results(self, request: Request) -> Response:
        address = _address(request)
        try:
            values = read_parameters(address.pairs, SEARCH)
            asked = request_of(values, FACETS)
            return answered(
                request, self._engines, lambda engine: self._hits(engine, asked, address)
            )
        except QueryError as error:
            # The question stays in its field, with what is wrong beside it.
            with self._engines.current() as engine:
                chips = list(self._chips(engine, address))
            problem = problem_of(error)
            return self._page("results.html", address, problem.status, problem=problem, chips=chips)

    def _hits(self, engine: EmbeddedEngine, asked: search.Request, address: Address) -> Response:
        response, timeline = engine.search_with_timeline(asked)
        limit = max(asked.limit or 0, 1)
        listed = (response.total or 0) if response.stories is None else response.stories
        return self._page(
            "results.html",
            address,
            problem=None,
            response=response,
            chips=list(self._chips(engine, address)),
            facets=[
                (field, response.facets[field])
                for field in _FACET_FIELDS
                if response.facets.get(field) and response.facets[field].values
            ],
            toggles={field: self._toggles(engine, address, field) for field in _FACET_FIELDS},
            stories=self._stories(engine, response.hits),
            chart=chart(timeline.periods),
            timeline=timeline,
            page=asked.offset // limit + 1,
            pages=-(-listed // limit),
            previous=address.at(max(asked.offset - limit, 0)) if asked.offset else None,
            next=address.at(asked.offset + limit) if asked.offset + limit < listed else None,
            nothing=response.nothing if response.nothing is not UNSET else None,
        )

    def _stories(self, engine: EmbeddedEngine, hits: Sequence[Hit]) -> dict[str, list[Named]]:
        """For each hit with a story, the story's other articles, oldest first."""
        others = {
            hit.id: [other for other in hit.story.articles if other != hit.id][:_STORY_ARTICLES]
            for hit in hits
            if hit.story is not None
        }
        wanted = {name for names in others.values() for name in names}
        known = {one.id: one for one in named(engine, wanted)} if wanted else {}
        return {
            shown: [known[name] for name in names if name in known]
            for shown, names in others.items()
        }

    def _chips(self, engine: EmbeddedEngine, address: Address) -> Iterator[Chip]:
        texts, last = self._texts, ""
        for name, entry in address.pairs:
            if name not in _NARROWING:
                continue
            field = name.removeprefix("not-")
            if field not in KEYWORDS:
                label = f"{texts(name)} {texts.day(entry)}"
                yield Chip(name, label, False, False, address.without(name))
                continue
            is_alternative = name == last and not KEYWORDS[field].multiple
            for value in filter(None, map(str.strip, _alternatives(field, entry))):
                label, is_negated = texts.value(field, _meant(engine, field, value)), name != field
                without = address.less(name, entry, value)
                yield Chip(field, label, is_negated, is_alternative and not is_negated, without)
                is_alternative = True
            last = name

    def _toggles(self, engine: EmbeddedEngine, address: Address, field: str) -> dict[str, Address]:
        """For each chosen value of a field, the address without it."""
        return {
            _meant(engine, field, value): address.less(field, entry, value)
            for entry in address.values(field)
            for value in _alternatives(field, entry)
        }

    def _article(self, request: Request) -> Response:
        address, name = _address(request), request.query_params.get("id", "")
        return answered(
            request, self._engines, lambda engine: self._one_article(engine, address, name)
        )

    def _one_article(self, engine: EmbeddedEngine, address: Address, name: str) -> Response:
        article = shown_article(engine, name)
        # None where the article has come since the commit.
        similar = engine.similar(article.id, _SIMILAR)
        return self._page(
            "article.html",
            address,
            article=article,
            paragraphs=paragraphs(article),
            people=[(person.name, engine.person(person.name)) for person in article.people],
            similar=similar.hits if similar else [],
            story=named(engine, similar.copies[:_STORY_ARTICLES]) if similar else [],
        )

    def _values(self, request: Request) -> Response:
        field = request.path_params["field"]
        if field not in _FACET_FIELDS:
            raise HTTPException(
                HTTPStatus.NOT_FOUND, gettext("there is no page of {field!r}", field=field)
            )
        address, sought = _address(request), request.query_params.get("find", "").strip()
        asked = request_of(read_parameters(address.pairs, SEARCH))
        asked = replace(asked, limit=0, facets=[Facet(field, None)])
        return answered(
            request,
            self._engines,
            lambda engine: self._values_of(engine, field, asked, address, sought),
        )

    def _values_of(
        self,
        engine: EmbeddedEngine,
        field: str,
        asked: search.Request,
        address: Address,
        sought: str,
    ) -> Response:
        facet = engine.search(asked).facets[field]
        found = [
            one
            for one in facet.values
            if sought.casefold() in self._texts.value(field, one.value).casefold()
        ]
        toggles = self._toggles(engine, address, field)
        return self._page(
            "values.html",
            address,
            field=field,
            facet=replace(facet, values=found[:_MOST_VALUES]),
            found=len(found),
            toggles=toggles,
            find=sought,
        )

    def _feed(self, request: Request) -> Response:
        address = _address(request)
        values = read_parameters(address.pairs, SEARCH)
        asked = replace(request_of(values), sort="newest", limit=_FEED_HITS, offset=0, facets=())
        return answered(
            request,
            self._engines,
            lambda engine: self._xml(
                "feed.xml",
                "application/atom+xml",
                address,
                response=engine.search(asked),
                base=str(request.base_url),
            ),
        )

    def _opensearch(self, request: Request) -> Response:
        address = _address(request)
        base = str(request.base_url)
        return self._xml(
            "opensearch.xml", "application/opensearchdescription+xml", address, base=base
        )

    def _reference(self, request: Request) -> Response:
        address = _address(request)
        return self._page("reference.html", address, api=description(self._engines.config.web))

    def _page(
        self, template: str, address: Address, status: int = HTTPStatus.OK, **context: Any
    ) -> Response:
        return Response(self._rendered(template, address, context), status, media_type="text/html")

    def _xml(self, template: str, media_type: str, address: Address, **context: Any) -> Response:
        # XML has no place for controls, not even escaped; a line end is none of them here.
        rendered = self._rendered(template, address, context)
        text = "\n".join(CONTROLS.sub("", line) for line in rendered.split("\n"))
        return Response(text, media_type=media_type)

    def _rendered(self, template: str, address: Address, context: dict[str, Any]) -> str:
        kept = Address(tuple(pair for pair in address.pairs if pair[0] == "lang"))
        return self._templates.get_template(template).render(
            **context,
            _=self._texts,
            address=address,
            kept=kept,
            fields={field.name: field.label for field in KEYWORD_FIELDS},
            narrowing=[pair for pair in address.pairs if pair[0] in _NARROWING],
            most_hits=MOST_HITS,
        )


def _address(request: Request) -> Address:
    return address_of(request.query_params.multi_items(), SEARCH)


def _alternatives(field: str, entry: str) -> list[str]:
    """The values of one entry; where a field has one value, a value may hold commas."""
    return entry.split(",") if KEYWORDS[field].multiple else [entry]


def _meant(engine: EmbeddedEngine, field: str, name: str) -> str:
    """The value that a name in an address means; itself where it means none."""
    name = name.strip()
    if field == COUNTRY.name:
        return country_code(name) or name
    if field == PERSON.name:
        return engine.person(name) or name
    if field == DATE.name:
        return name
    return next((one for one in engine.values(field) if one.lower() == name.lower()), name)
