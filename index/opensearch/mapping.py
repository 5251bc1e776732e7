"""The index on a cluster as its settings and mapping say, derived from the field table.

Tokens go in, not text: each field of words is two strings, of the title and of the body, whose
words are separated by spaces. Several terms at one position are joined by `SAME_PLACE`, and
`NO_TERM` stands where a position has none, so that positions and lengths are those of a segment.
"""

from collections.abc import Mapping
from typing import Any

from index.config import Config
from index.schema import KEYWORD_FIELDS, TEXT_FIELDS, TITLE_BODY_GAP, Field

# No term holds these: what is neither ASCII nor a letter or digit is folded away.
SAME_PLACE = "¦"
TITLE_END = "¶"
# No term is this: a word has a letter or digit.
NO_TERM = "_"

ARTICLE = "article"
SEQ = "seq"
MOMENT = "moment"
STORY = "story"

# The state of an index between what it shows and what it says of it.
SHOWING = "showing"

# Longer values of keywords are not found; Lucene takes 32,766 bytes.
_LONGEST_KEYWORD = 8_000


def in_title(field: Field) -> str:
    """The field with what the title says alone."""
    return f"title_{field.name}"


def only_in_title(field: Field) -> str:
    """The field with the terms of a title that its body does not hold."""
    return f"title_only_{field.name}"


def settings(config: Config) -> dict[str, Any]:
    """The settings of a new index."""
    ranking, cluster = config.ranking, config.opensearch
    return {
        "index": {
            "number_of_shards": cluster.shards,
            "number_of_replicas": cluster.replicas,
            # What is written becomes visible with a commit only.
            "refresh_interval": -1,
            "codec": "best_compression",
            # What a node that hangs was sent long ago must not bring an erased article back.
            "gc_deletes": "1h",
            # What is erased leaves the disk when it is asked for, however little it is.
            "merge.policy.expunge_deletes_allowed": 0,
            "similarity": {"default": {"type": "BM25", "k1": ranking.k1, "b": ranking.b}},
            "analysis": {
                "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": 1_000_000}},
                "filter": {
                    "same_place": {
                        "type": "pattern_capture",
                        "preserve_original": False,
                        "patterns": [f"([^{SAME_PLACE}]+)"],
                    }
                },
                "analyzer": {
                    "tokens": {"type": "custom", "tokenizer": "spaces", "filter": ["same_place"]}
                },
            },
        }
    }


def mapping(about: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping; `about` tells which state of the archive the index holds."""
    properties: dict[str, Any] = {name: {"type": "long"} for name in (ARTICLE, SEQ, MOMENT, STORY)}
    for field in KEYWORD_FIELDS:
        properties[field.name] = {"type": "keyword", "ignore_above": _LONGEST_KEYWORD}
    for field in TEXT_FIELDS:
        tokens: dict[str, Any] = {"type": "text", "analyzer": "tokens", "index_options": "freqs"}
        if field.positions:
            # TITLE_END has a position, too.
            tokens |= {"index_options": "positions", "position_increment_gap": TITLE_BODY_GAP - 1}
        properties[field.name] = properties[in_title(field)] = tokens
        properties[only_in_title(field)] = {
            "type": "text",
            "analyzer": "tokens",
            "index_options": "docs",
            "norms": False,
        }
    return {"dynamic": "strict", "_meta": dict(about), "properties": properties}
