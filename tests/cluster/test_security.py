"""Names, passwords and certificates before a cluster, through a TLS proxy."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

import search
from index.config import Cluster as Settings
from index.config import Config
from index.errors import ConfigError, EngineUnavailable
from index.opensearch.cluster import PASSWORD, USER
from index.pipeline import index_paths
from tests.cluster.nodes import Cluster
from tests.cluster.proxy import Proxy, User
from tests.commands import run
from tests.faults import record, write_records

pytestmark = [pytest.mark.cluster, pytest.mark.full]

_USERS = {"arsip": User("rahasia-1"), "tamu": User("rahasia-2", allowed=False)}


@pytest.fixture(scope="module")
def proxy(one_node: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy with a certificate of its own authority, before the one node."""
    with Proxy(tmp_path_factory.mktemp("proxy"), one_node.nodes[0].port, _USERS) as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def _prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Articles to index, and a good name and password in the environment."""
    write_records(tmp_path / "in.jsonl", map(record, range(20)))
    _log_in(monkeypatch, "arsip", "rahasia-1")


@pytest.fixture
def secured(proxy: Proxy) -> Config:
    """A configuration that trusts the proxy."""
    return _config(proxy.url, proxy.ca_file)


def _config(url: str, ca_file: Path | None) -> Config:
    settings = Settings(
        urls=(url,),
        index="aman",
        replicas=0,
        timeout_s=20,
        ca_file=str(ca_file) if ca_file else None,
    )
    return Config(engine="opensearch", opensearch=settings)


def _log_in(monkeypatch: pytest.MonkeyPatch, name: str, password: str) -> None:
    monkeypatch.setenv(USER, name)
    monkeypatch.setenv(PASSWORD, password)


def _index(folder: Path, config: Config) -> int:
    return index_paths([str(folder / "in.jsonl")], folder / "archive", config, jobs=1)[0].new


def test_a_private_authority_and_a_password_let_in(secured: Config, tmp_path: Path) -> None:
    assert _index(tmp_path, secured) == 20
    with search.open(tmp_path / "archive", secured) as engine:
        assert engine.search(search.Request("menteri | gubernur")).total


def test_a_wrong_password_is_told_with_the_variables_that_hold_it(
    secured: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _log_in(monkeypatch, "arsip", "salah")
    with pytest.raises(
        EngineUnavailable, match=rf"not let us in \(401\); set \${USER} and \${PASSWORD}"
    ):
        _index(tmp_path, secured)


def test_no_password_is_told_like_a_wrong_one(
    secured: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(USER)
    with pytest.raises(ConfigError, match="only one is set"):
        _index(tmp_path, secured)
    monkeypatch.delenv(PASSWORD)
    with pytest.raises(EngineUnavailable, match=r"not let us in \(401\)"):
        _index(tmp_path, secured)


def test_a_user_without_the_role_is_told_where_it_is_described(
    secured: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _log_in(monkeypatch, "tamu", "rahasia-2")
    with pytest.raises(EngineUnavailable, match=r"\(403\).*docs/opensearch.md"):
        _index(tmp_path, secured)


@pytest.mark.parametrize("trusted", ["none", "other"])
def test_an_authority_that_is_not_trusted_is_told_with_the_setting(
    proxy: Proxy, tmp_path: Path, trusted: str
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    config = _config(proxy.url, other if trusted == "other" else None)
    with pytest.raises(EngineUnavailable, match=r"no trusted connection.*opensearch\.ca_file"):
        _index(tmp_path, config)


def test_a_certificate_of_another_host_is_not_trusted(proxy: Proxy, tmp_path: Path) -> None:
    config = _config(f"https://127.0.0.1:{proxy.port}", proxy.ca_file)
    with pytest.raises(EngineUnavailable, match=r"no trusted connection.*127\.0\.0\.1"):
        _index(tmp_path, config)


def test_the_command_ends_with_3_and_tells_no_password(proxy: Proxy, tmp_path: Path) -> None:
    settings = tmp_path / "config.yaml"
    cluster = {"urls": [proxy.url], "index": "aman", "replicas": 0, "ca_file": proxy.ca_file.name}
    (tmp_path / proxy.ca_file.name).write_bytes(proxy.ca_file.read_bytes())
    settings.write_text(json.dumps({"engine": "opensearch", "opensearch": cluster}))
    arguments = ["index", str(tmp_path / "in.jsonl"), "--archive", str(tmp_path / "archive")]
    arguments += ["--config", str(settings), "--jobs", "1"]
    refused = run(*arguments, env={USER: "arsip", PASSWORD: "salah-benar"})
    assert refused.returncode == 3
    assert "(401)" in refused.stderr
    assert "salah-benar" not in refused.stderr + refused.stdout
    done = run(*arguments, env={USER: "arsip", PASSWORD: "rahasia-1"})
    assert done.returncode == 0, done.stderr


def test_a_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"no connection.*is it up"):
        _index(tmp_path, _config("http://127.0.0.1:9", None))
