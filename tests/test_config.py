"""Configuration: what applies, and what is said of a file that cannot apply."""

from pathlib import Path

import msgspec
import pytest

from index.config import Config, archive_folder, find_config, load_config
from index.errors import ConfigError

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to stand in, and no configuration from outside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAKAP_SEARCH_CONFIG", raising=False)
    monkeypatch.delenv("CAKAP_SEARCH_ARCHIVE", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user-config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user-data"))


def config_of(text: str) -> Config:
    Path("given.yaml").write_text(text, encoding="utf-8")
    return load_config(Path("given.yaml"))


def refusal_of(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        config_of(text)
    return str(caught.value)


def test_shipped_file_is_the_defaults() -> None:
    assert load_config(REPOSITORY / "config.yaml") == Config()


def test_shipped_file_names_every_key() -> None:
    import yaml

    shipped = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
    assert shipped == msgspec.json.decode(msgspec.json.encode(Config()))


@pytest.mark.parametrize("text", ["", "# nothing is set\n", "sources:\n", "sources:\n  fields:\n"])
def test_empty_file_or_section_is_the_defaults(text: str) -> None:
    assert config_of(text) == Config()


def test_value_replaces_only_its_own_default() -> None:
    config = config_of("indexing:\n  jobs: 3\n")
    assert config.indexing.jobs == 3
    assert config.indexing.memory_mb == Config().indexing.memory_mb


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("timezon: Asia/Jakarta", "given.yaml: unknown key 'timezon'; did you mean 'timezone'?"),
        ("ranking: {titleweight: 2}", "'ranking.titleweight'; did you mean 'title_weight'?"),
        ("sources: {fields: {titel: [t]}}", "'sources.fields.titel'; did you mean 'title'?"),
        ("warna: merah", "unknown key 'warna'; known keys: archive, timezone, lang, sources"),
        ("1: 2", "unknown key '1'; known keys: archive"),
    ],
)
def test_unknown_key_gets_a_suggestion(text: str, message: str) -> None:
    assert message in refusal_of(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("timezone: 7", "given.yaml: timezone: expected `str`, got `int`"),
        ("indexing: {jobs: -1}", "given.yaml: indexing.jobs: expected `int` >= 0"),
        ("indexing: {jobs: dua}", "given.yaml: indexing.jobs: expected `int`, got `str`"),
        ("ranking: {b: 1.5}", "given.yaml: ranking.b: expected `float` <= 1.0"),
        ("sources: {fields: {title: judul}}", "sources.fields.title: expected `array`"),
        ("sources: 5", "given.yaml: sources must hold keys with values"),
        ("sources: {fields: [a]}", "given.yaml: sources.fields must hold keys with values"),
        ("- sources", "given.yaml: the file must hold keys with values"),
        ("timezone: Asia/Atlantis", "given.yaml: timezone: there is no zone 'Asia/Atlantis'"),
        ("timezone: Asia", "given.yaml: timezone: there is no zone 'Asia'"),
        ("timezone: /etc/passwd", "given.yaml: timezone: there is no zone '/etc/passwd'"),
        ("enrich: {boilerplate: {a: ['(']}}", "enrich.boilerplate: '(' is not a regular expr"),
    ],
)
def test_wrong_value_is_refused_by_its_key(text: str, message: str) -> None:
    assert message in refusal_of(text)


def test_zone_given_beside_the_file_is_checked_too() -> None:
    with pytest.raises(ConfigError, match="there is no zone 'Mars'"):
        msgspec.structs.replace(Config(), timezone="Mars")


def test_broken_yaml_is_refused_by_its_line() -> None:
    assert "given.yaml:2: not valid YAML" in refusal_of("archive: a\nindexing: jobs: 1\n")


def test_yaml_that_would_build_objects_is_refused() -> None:
    assert "given.yaml:1: not valid YAML" in refusal_of("archive: !!python/object/apply:os.getcwd")


def test_file_that_is_not_utf8_is_refused() -> None:
    Path("given.yaml").write_bytes(b"archive: \xff\n")
    with pytest.raises(ConfigError, match=r"given\.yaml: not valid YAML"):
        load_config(Path("given.yaml"))


def test_file_applies_by_flag_then_environment_then_here_then_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_config() is None
    user = tmp_path / "user-config" / "cakap-search" / "config.yaml"
    user.parent.mkdir(parents=True)
    user.touch()
    assert find_config() == user
    Path("config.yaml").touch()
    assert find_config() == Path("config.yaml")
    environment = tmp_path / "environment.yaml"
    environment.touch()
    monkeypatch.setenv("CAKAP_SEARCH_CONFIG", str(environment))
    assert find_config() == environment
    flag = tmp_path / "flag.yaml"
    flag.touch()
    assert find_config(flag) == flag


def test_chosen_file_that_is_missing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("config.yaml").touch()
    with pytest.raises(ConfigError, match=r"absent\.yaml: no such configuration file"):
        find_config(Path("absent.yaml"))
    monkeypatch.setenv("CAKAP_SEARCH_CONFIG", "absent.yaml")
    with pytest.raises(ConfigError, match=r"absent\.yaml: no such configuration file"):
        find_config()


def test_archive_applies_by_flag_then_environment_then_file_then_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, path = Config(archive="news"), Path("folder/config.yaml")
    assert archive_folder(Config(), None) == tmp_path / "user-data" / "cakap-search" / "archive"
    assert archive_folder(config, path) == Path("folder/news")
    monkeypatch.setenv("CAKAP_SEARCH_ARCHIVE", "from-environment")
    assert archive_folder(config, path) == Path("from-environment")
    assert archive_folder(config, path, Path("from-flag")) == Path("from-flag")


def test_absolute_archive_and_home_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/redaksi")
    path = Path("folder/config.yaml")
    assert archive_folder(Config(archive="/srv/news"), path) == Path("/srv/news")
    assert archive_folder(Config(archive="~/news"), path) == Path("/home/redaksi/news")
