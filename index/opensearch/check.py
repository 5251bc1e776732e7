"""Whether an archive's index on a cluster holds what the commit beside the archive says."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from index.config import Config
from index.errors import EngineUnavailable
from index.messages import gettext
from index.opensearch.cluster import Cluster
from index.opensearch.derived import derived
from index.opensearch.mapping import ARTICLE, STORY
from index.schema import PERSON
from index.segments.commit import Commit

_AT_ONCE = 5_000
# More of a kind tell no more.
_MOST_OF_A_KIND = 20


def cluster_problems(folder: Path, commit: Commit, config: Config) -> Iterator[str]:
    """What is wrong with the index on the cluster of a commit in a folder, article by article."""
    try:
        with closing(Cluster(config.opensearch)) as cluster:
            yield from islice(_problems(cluster, folder, commit), _MOST_OF_A_KIND)
    except EngineUnavailable as error:
        yield str(error)


def _problems(cluster: Cluster, folder: Path, commit: Commit) -> Iterator[str]:
    index = cluster.index_name()
    if index is None:
        yield gettext("the cluster has no index {name}", name=cluster.alias)
        return
    about = cluster.meta(index)
    if about.get("seq") != commit.seq:
        yield gettext(
            "the cluster has come to change {there}, the index here to {here}",
            there=about.get("seq"),
            here=commit.seq,
        )
        return
    yield from _differences(cluster, index, derived(folder, commit, about.get("unseen", ())))


def _differences(cluster: Cluster, index: str, wanted: Mapping[int, Any]) -> Iterator[str]:
    rest = dict(wanted)
    for document in _documents(cluster, index):
        number = document[ARTICLE]
        if (expected := rest.pop(number, None)) is None:
            yield gettext(
                "the cluster holds article {number}, which is not in the index here", number=number
            )
        elif (tuple(document[PERSON.name]), document.get(STORY)) != expected:
            yield gettext(
                "the cluster knows article {number} with other people or another story",
                number=number,
            )
    for number in rest:
        yield gettext("article {number} is missing from the cluster", number=number)


def _documents(cluster: Cluster, index: str) -> Iterator[dict[str, Any]]:
    after: list[Any] = []
    while True:
        body: dict[str, Any] = {
            "size": _AT_ONCE,
            "_source": [ARTICLE, PERSON.name, STORY],
            "sort": [{ARTICLE: "asc"}],
        }
        if after:
            body["search_after"] = after
        # A part that does not answer is no proof that its articles are missing.
        whole = {"allow_partial_search_results": "false"}
        hits = cluster.ask("POST", f"/{index}/_search", body, **whole)["hits"]["hits"]
        yield from (hit["_source"] for hit in hits)
        if len(hits) < _AT_ONCE:
            return
        after = hits[-1]["sort"]
