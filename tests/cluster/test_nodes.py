"""The nodes that other tests stand on do what their names say."""

from pathlib import Path

import pytest

from tests.cluster.nodes import Cluster

pytestmark = pytest.mark.cluster


def test_three_nodes_keep_what_they_acknowledged_when_one_is_killed(three_nodes: Cluster) -> None:
    first, second, killed = three_nodes.nodes
    shape = {"settings": {"number_of_shards": 3, "number_of_replicas": 1}}
    assert first.ask("/kabar", "PUT", shape)["acknowledged"]
    three_nodes.wait()
    for number in range(20):
        assert first.ask(f"/kabar/_doc/{number}", "PUT", {"n": number})["_shards"]["failed"] == 0
    killed.kill()
    assert not killed.running
    three_nodes.wait("yellow")
    assert second.ask("/kabar/_refresh", "POST")["_shards"]["failed"] == 0
    assert second.ask("/kabar/_count")["count"] == 20

    killed.start()
    three_nodes.wait()
    assert killed.ask("/kabar/_count")["count"] == 20


def test_a_paused_node_does_not_answer_until_it_is_resumed(one_node: Cluster) -> None:
    [paused] = one_node.nodes
    paused.pause()
    with pytest.raises(OSError, match="timed out"):
        paused.ask("/", timeout_s=1)
    paused.resume()
    assert paused.ask("/")["name"] == "node-0"


def test_a_node_has_the_modules_that_the_engine_uses(one_node: Cluster) -> None:
    [node] = one_node.nodes
    node.ask("/bagian/_doc/1?refresh=true", "PUT", {"orang": ["a"]})
    done = node.ask(
        "/bagian/_update_by_query?refresh=true",
        "POST",
        {
            "script": {
                "lang": "painless",
                "source": "ctx._source.orang.add(params.p)",
                "params": {"p": "b"},
            }
        },
    )
    assert done["updated"] == 1
    analysed = {"tokenizer": "whitespace", "text": "satu _ dua"}
    tokens = node.ask("/_analyze", "POST", analysed)["tokens"]
    assert [one["position"] for one in tokens] == [0, 1, 2]
    repository = {"type": "fs", "settings": {"location": "s"}}
    assert node.ask("/_snapshot/salinan", "PUT", repository)["acknowledged"]


def test_a_node_that_cannot_start_says_why(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, settings={"no.such.setting": 1})
    reason = r"(?s)node-0 has ended.*unknown setting \[no.such.setting\]"
    with pytest.raises(RuntimeError, match=reason), cluster:
        pass
