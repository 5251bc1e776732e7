"""config.yaml as frozen structs: found, read strictly, with a suggestion for a misspelt key."""

import difflib
import itertools
import os
import re
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from index.errors import ConfigError
from index.messages import LANGUAGES, Lang, gettext

LANGUAGE_VARIABLE = "CAKAP_SEARCH_LANG"

_QUOTED_CHARS = 80
# The shipped configuration has two levels.
_DEEPEST_YAML = 20
# All are started at once, and each takes some 300 MB.
MAX_JOBS = 256

_Weight = Annotated[float, msgspec.Meta(ge=0)]
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Origin = Annotated[str, msgspec.Meta(pattern=r"^(\*|https?://[^/\s]+)$")]


class FieldNames(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Further names under which JSON and CSV inputs hold a field, tried before the usual ones."""

    title: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    url: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    id: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    corrects: tuple[str, ...] = ()
    embargo_until: tuple[str, ...] = ()


class Sources(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How inputs are read."""

    fields: FieldNames = FieldNames()
    max_record_mb: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 32


class Enrich(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is read in an article. `boilerplate` maps a source to regular expressions to cut."""

    boilerplate: dict[str, tuple[str, ...]] = {}

    def __post_init__(self) -> None:
        for expression in itertools.chain.from_iterable(self.boilerplate.values()):
            try:
                re.compile(expression)
            except (re.error, RecursionError, OverflowError) as error:
                raise ConfigError(
                    gettext(
                        "enrich.boilerplate: {expression!r} is not a regular expression ({error})",
                        expression=expression[:_QUOTED_CHARS],
                        error=error,
                    )
                ) from error


class Language(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Further groups of words that mean the same, written as in lexicon/aliases.txt."""

    aliases: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        for group in self.aliases:
            if not all(any(map(str.isalnum, form)) for form in group):
                raise ConfigError(
                    gettext(
                        "language.aliases: a form without letters in {group}; write a "
                        "group as in [Menlu, Menteri Luar Negeri]",
                        group=list(group),
                    )
                )


class People(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is who. `identities` is a file that joins and parts names (index/identity.py has its
    form), relative to the file that sets it.
    """

    identities: str | None = None


class Indexing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the index is written. `jobs` 0 means one process for each core."""

    jobs: Annotated[int, msgspec.Meta(ge=0, le=MAX_JOBS)] = 0
    memory_mb: Annotated[int, msgspec.Meta(ge=64)] = 256


class Ranking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ranking formula's parameters; search/embedded/score.py explains each."""

    relax_below: Annotated[int, msgspec.Meta(ge=0)] = 10
    relax_share: _Share = 0.3
    k1: _Weight = 0.9
    b: _Share = 0.75
    title_weight: _Weight = 1.0
    surface_weight: _Weight = 0.3
    all_words: _Weight = 0.05
    lead: _Weight = 1.6
    lead_words: Annotated[int, msgspec.Meta(ge=1)] = 80
    recency: _Weight = 0.0


class Cluster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the OpenSearch cluster is, and what an index there is made with.

    Name and password come from $CAKAP_SEARCH_OPENSEARCH_USER and _PASSWORD. `ca_file` holds the
    certificate of a private authority, relative to the file that sets it.
    """

    urls: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = ("http://localhost:9200",)
    index: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_.-]{0,99}$")] = "cakap"
    ca_file: str | None = None
    timeout_s: Annotated[int, msgspec.Meta(ge=1)] = 30
    shards: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 1
    replicas: Annotated[int, msgspec.Meta(ge=0, le=64)] = 1

    def __post_init__(self) -> None:
        if any("@" in url for url in self.urls):
            raise ConfigError(
                gettext(
                    "opensearch.urls: name and password do not belong into an address; set"
                    " $CAKAP_SEARCH_OPENSEARCH_USER and $CAKAP_SEARCH_OPENSEARCH_PASSWORD"
                )
            )


EngineName = Literal["embedded", "opensearch"]


class Web(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may ask `serve`, and how much. Tokens stand under a name as the SHA-256 of the token, so
    that who reads the file cannot use them; docs/serve.md makes one.
    """

    read_tokens: dict[str, _Sha256] = {}
    admin_tokens: dict[str, _Sha256] = {}
    cors_origins: tuple[_Origin, ...] = ()
    requests_per_minute: Annotated[int, msgspec.Meta(ge=0)] = 0
    request_s: Annotated[float, msgspec.Meta(gt=0)] = 30.0


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration. `archive` is relative to the file that sets it; `lang` is that of
    messages.
    """

    archive: str | None = None
    timezone: str = "Asia/Jakarta"
    lang: Lang = "id"
    sources: Sources = Sources()
    enrich: Enrich = Enrich()
    language: Language = Language()
    people: People = People()
    indexing: Indexing = Indexing()
    ranking: Ranking = Ranking()
    engine: EngineName = "embedded"
    opensearch: Cluster = Cluster()
    web: Web = Web()

    def __post_init__(self) -> None:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError) as error:
            raise ConfigError(
                gettext(
                    "timezone: there is no zone {timezone!r}; write it as in Asia/Jakarta",
                    timezone=self.timezone,
                )
            ) from error


def find_config(flag: Path | None = None) -> Path | None:
    """The configuration file that applies: flag, environment, here, the user's folder."""
    chosen = flag or (Path(env) if (env := os.environ.get("CAKAP_SEARCH_CONFIG")) else None)
    if chosen is not None:
        if not chosen.is_file():
            raise ConfigError(gettext("{chosen}: no such configuration file", chosen=chosen))
        return chosen
    for candidate in (Path("config.yaml"), _user_folder("config") / "config.yaml"):
        if candidate.is_file():
            return candidate
    return None


def load_config(path: Path | None) -> Config:
    """Read a configuration file; without one, the built-in defaults."""
    if path is None:
        return Config()
    try:
        raw = _yaml(path)
    except OSError as error:
        raise ConfigError(
            gettext("{path}: cannot be read ({error})", path=path, error=error.strerror)
        ) from error
    if raw is None:
        return Config()
    try:
        config = msgspec.convert(_known(raw, Config, ""), Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_readable(str(error))}") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
    if config.people.identities is not None:
        identities = path.parent / _expanded(config.people.identities)
        config = msgspec.structs.replace(config, people=People(identities=str(identities)))
    if config.opensearch.ca_file is not None:
        ca_file = str(path.parent / _expanded(config.opensearch.ca_file))
        cluster = msgspec.structs.replace(config.opensearch, ca_file=ca_file)
        config = msgspec.structs.replace(config, opensearch=cluster)
    return config


def archive_folder(config: Config, config_path: Path | None, flag: Path | None = None) -> Path:
    """The archive that applies: flag, environment, configuration, the user's data folder."""
    if flag is not None:
        return flag
    if env := os.environ.get("CAKAP_SEARCH_ARCHIVE"):
        return Path(env)
    if config.archive is not None:
        base = config_path.parent if config_path is not None else Path()
        return base / _expanded(config.archive)
    return _user_folder("data") / "archive"


def given_language(flag: Lang | None = None) -> Lang | None:
    """The language of messages that flag or environment say, None where they leave it open."""
    said = flag or os.environ.get(LANGUAGE_VARIABLE) or None
    if said is not None and said not in LANGUAGES:
        raise ConfigError(
            gettext(
                "{variable}: there is no language {name!r}; there are {names}",
                variable=LANGUAGE_VARIABLE,
                name=said,
                names=", ".join(LANGUAGES),
            )
        )
    return said


def _user_folder(kind: str) -> Path:
    """The user's config or data folder, as each system has it."""
    if sys.platform == "win32":
        return _expanded(os.environ.get("APPDATA", "~")) / "cakap-search"
    if sys.platform == "darwin":
        return _expanded("~/Library/Application Support/cakap-search")
    variable, default = {
        "config": ("XDG_CONFIG_HOME", "~/.config"),
        "data": ("XDG_DATA_HOME", "~/.local/share"),
    }[kind]
    return _expanded(os.environ.get(variable) or default) / "cakap-search"


def _expanded(path: str) -> Path:
    """A path with the folder that `~` stands for."""
    if "\0" in path:
        raise ConfigError(gettext("{path!r} is no path", path=path))
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise ConfigError(
            gettext("{path}: nobody knows where that home is; write it out", path=path)
        ) from error


def _yaml(path: Path) -> Any:
    """What a YAML file says. No tag makes anything run: `!!python/object` is an error."""
    import yaml  # costs 20 ms, which a start without a file need not pay

    source, loader = path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        depth = 0
        for event in yaml.parse(source, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST_YAML:  # the stack of C would overflow, not that of Python
                mark: Any = event.start_mark
                raise ConfigError(
                    gettext(
                        "{path}:{line}: not valid YAML (nested too deeply)",
                        path=path,
                        line=mark.line + 1,
                    )
                )
        reader: Any = loader(source)
        node = reader.get_single_node()
        _refuse_surprises(node, path, set())
        return None if node is None else reader.construct_document(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: month 13
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or error
        raise ConfigError(
            gettext("{place}: not valid YAML ({problem})", place=place, problem=problem)
        ) from error


def _refuse_surprises(node: Any, path: Path, seen: set[int]) -> None:
    """Raise ConfigError for an alias, since nine lines of them can unfold to a billion values, and
    for a key that stands twice, of which YAML keeps the last without a word.
    """
    if node is None or isinstance(node.value, str):
        return
    place = f"{path}:{node.start_mark.line + 1}"
    if id(node) in seen:
        raise ConfigError(
            gettext(
                "{place}: used again by a YAML alias; write it out where it is needed", place=place
            )
        )
    seen.add(id(node))
    keys = set()
    for child in node.value:
        key, value = child if isinstance(child, tuple) else (None, child)
        if key is not None and isinstance(key.value, str):
            if key.value in keys:
                line = key.start_mark.line + 1
                raise ConfigError(
                    gettext(
                        "{path}:{line}: {key!r} stands here a second time",
                        path=path,
                        line=line,
                        key=key.value,
                    )
                )
            keys.add(key.value)
        _refuse_surprises(value, path, seen)


def _known(raw: Any, section: type, name: str) -> dict[str, Any]:
    """The keys of a section, all of them known; sections without any keys are left out.

    msgspec names an unknown key but cannot suggest the right one.
    """
    if not isinstance(raw, dict):
        raise ConfigError(
            gettext("{section} must hold keys with values", section=name or gettext("the file"))
        )
    types = section.__annotations__
    known = {}
    for key, value in raw.items():
        full_name = f"{name}.{key}" if name else str(key)
        if key not in types:
            near = difflib.get_close_matches(str(key), types, n=1)
            if near:
                hint = gettext("did you mean {name!r}?", name=near[0])
            else:
                hint = gettext("known keys: {names}", names=", ".join(types))
            raise ConfigError(gettext("unknown key {name!r}; {hint}", name=full_name, hint=hint))
        if not (isinstance(types[key], type) and issubclass(types[key], msgspec.Struct)):
            known[key] = value
        elif value is not None:
            known[key] = _known(value, types[key], full_name)
    return known


def _readable(message: str) -> str:
    """`Expected int >= 1 - at $.indexing.jobs` as `indexing.jobs: expected int >= 1`."""
    match = re.fullmatch(r"(.*) - at `?\$\.?([^`]*)`?", message)
    if match is None:
        return message
    return f"{match[2]}: {match[1][0].lower()}{match[1][1:]}"
