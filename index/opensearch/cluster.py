"""A connection to the cluster: every request of this project goes through `Cluster.ask`."""

import logging
import os
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from index.config import Cluster as Settings
from index.errors import ConfigError, EngineUnavailable
from index.messages import gettext

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

USER = "CAKAP_SEARCH_OPENSEARCH_USER"
PASSWORD = "CAKAP_SEARCH_OPENSEARCH_PASSWORD"

# Too busy, or a node in the way that is going or coming.
_PASSING = frozenset({429, 502, 503, 504})
# Together half a minute and more, in which a cluster chooses another leader.
_ATTEMPTS = 8
# Together a second or two: where no node takes a connection, people wait for the message.
_ATTEMPTS_TO_CONNECT = 4
# A full disk, or an index that somebody has closed to writing: that does not pass by itself.
_BLOCKED = "cluster_block_exception"
# The cluster says after `timeout_s` what it has; who waits for it waits a little longer. Merging
# and making visible take as long as they take.
_LONGER_S = 10
WRITING_S = 3600
# What is sent waits for a part that has no leader yet, by default for a minute, and for its turn.
# Behind that the node hangs, and another one is asked.
_SENDING_TIMES = 4
_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 10.0

Body = Mapping[str, Any]


class Refused(EngineUnavailable):
    """What the cluster answers but does not do; `status` is that of HTTP."""

    def __init__(self, message: str, status: int, kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind


class Cluster:
    """A cluster and the name of an archive's index there; serves any number of threads."""

    def __init__(self, settings: Settings) -> None:
        """Raises ConfigError where the settings cannot be used; asks nothing yet."""
        self.settings = settings
        self.alias = settings.index
        self._client = _client(settings)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        body: Body | bytes | None = None,
        **params: str | int,
    ) -> Any:
        """The answer to a request, as JSON has it; asked again where what is in the way passes.

        Raises Refused for any other answer than success, EngineUnavailable where there is none.
        """
        from opensearchpy.exceptions import (
            ConnectionError,
            ConnectionTimeout,
            SSLError,
            TransportError,
        )

        for attempt in range(_ATTEMPTS):
            try:
                return self._client.transport.perform_request(
                    method, path, params=dict(params), body=body
                )
            except SSLError as error:
                raise EngineUnavailable(
                    gettext(
                        "{cluster}: no trusted connection ({reason}); opensearch.ca_file names the"
                        " certificate of a private authority",
                        cluster=self._where(),
                        reason=_reason(error),
                    )
                ) from error
            except ConnectionTimeout as error:
                raise EngineUnavailable(
                    gettext(
                        "{cluster}: no answer within {seconds} s (opensearch.timeout_s)",
                        cluster=self._where(),
                        seconds=params.get("request_timeout", self.settings.timeout_s),
                    )
                ) from error
            except ConnectionError as error:
                if attempt + 1 == _ATTEMPTS_TO_CONNECT:
                    raise EngineUnavailable(
                        gettext(
                            "{cluster}: no connection ({reason}); is it up, and is opensearch.urls"
                            " right?",
                            cluster=self._where(),
                            reason=_reason(error),
                        )
                    ) from error
            except TransportError as error:
                status = int(error.status_code)
                passes = status in _PASSING and error.error != _BLOCKED
                if attempt + 1 == _ATTEMPTS or not passes:
                    raise self._refused(error, status) from error
            time.sleep(wait_s(attempt))
        raise AssertionError("every attempt returns or raises")

    def bulk(self, lines: Iterable[tuple[Body, Body | None]]) -> Sequence[int]:
        """Do some actions at once; the places of those that conflict with what is newer.

        Those that the cluster is too busy for are sent again, later ones later. Raises Refused
        for the first that fails otherwise.
        """
        pending = list(enumerate(lines))
        conflicts: list[int] = []
        for attempt in range(_ATTEMPTS):
            answer = self.ask(
                "POST",
                "/_bulk",
                _lines(line for _, line in pending),
                request_timeout=_SENDING_TIMES * self.settings.timeout_s,
            )
            busy = []
            for (place, line), outcome in zip(pending, answer["items"], strict=True):
                ((action, result),) = outcome.items()
                status = result["status"]
                if status == 409:
                    conflicts.append(place)
                elif status in _PASSING and result.get("error", {}).get("type") != _BLOCKED:
                    busy.append((place, line))
                elif status >= 300 and not (action == "delete" and status == 404):
                    why = result.get("error", {})
                    if why.get("type") == _BLOCKED:
                        raise self._takes_nothing(why.get("reason", ""), status)
                    raise Refused(
                        gettext(
                            "{cluster} refuses article {number}: {reason}",
                            cluster=self._where(),
                            number=result.get("_id"),
                            reason=why.get("reason", why),
                        ),
                        status,
                        why.get("type", ""),
                    )
            if not busy:
                return conflicts
            pending = busy
            time.sleep(wait_s(attempt))
        raise Refused(
            gettext(
                "{cluster} stays too busy to take {count} articles",
                cluster=self._where(),
                count=len(pending),
            ),
            429,
        )

    def index_name(self) -> str | None:
        """The index behind the alias; None before the first is made."""
        try:
            return next(iter(self.ask("GET", f"/_alias/{self.alias}")), None)
        except Refused as error:
            if error.status == 404:
                return None
            raise

    def delete(self, index: str) -> None:
        """Delete an index, if it is there."""
        try:
            self.ask("DELETE", f"/{index}")
        except Refused as error:
            if error.status != 404:
                raise

    def meta(self, index: str) -> dict[str, Any]:
        """Which state of the archive an index holds, by what its writer said last."""
        found = self.ask("GET", f"/{index}/_mapping")
        ((_, one),) = found.items()
        meta: dict[str, Any] = one["mappings"].get("_meta", {})
        return meta

    def _where(self) -> str:
        return gettext("the cluster at {urls}", urls=", ".join(self.settings.urls))

    def _takes_nothing(self, reason: str, status: int) -> Refused:
        message = gettext(
            "{cluster} takes nothing now: {reason}", cluster=self._where(), reason=reason
        )
        return Refused(message, status, _BLOCKED)

    def _refused(self, error: Any, status: int) -> Refused:
        kind, reason = str(error.error), _reason(error)
        where = self._where()
        if status == 401 or kind == "security_exception":
            message = gettext(
                "{cluster} does not let us in ({status}); set ${user} and ${password}, and give"
                " that user the role of docs/opensearch.md",
                cluster=where,
                status=status,
                user=USER,
                password=PASSWORD,
            )
        elif kind == _BLOCKED:
            return self._takes_nothing(reason, status)
        elif status in _PASSING:
            message = gettext(
                "{cluster} stays too busy or has no leader ({status}: {reason})",
                cluster=where,
                status=status,
                reason=reason,
            )
        else:
            message = gettext(
                "{cluster} refuses ({status} {kind}: {reason})",
                cluster=where,
                status=status,
                kind=kind,
                reason=reason,
            )
        return Refused(message, status, kind)


def wait_s(attempt: int) -> float:
    """How long to wait before another attempt: twice as long each time, at random up to that."""
    longest: float = min(_FIRST_WAIT_S * 2.0**attempt, _LONGEST_WAIT_S)
    return random.uniform(0.5, 1.0) * longest


def _client(settings: Settings) -> "OpenSearch":
    try:
        from opensearchpy import OpenSearch
    except ImportError as error:
        raise ConfigError(
            gettext(
                "engine: opensearch needs a further package: pip install 'cakap-search[opensearch]'"
            )
        ) from error
    # What the cluster refuses is told by our errors.
    logging.getLogger("opensearch").setLevel(logging.CRITICAL)
    user, password = os.environ.get(USER), os.environ.get(PASSWORD)
    if (user is None) != (password is None):
        raise ConfigError(
            gettext("of ${user} and ${password} only one is set", user=USER, password=PASSWORD)
        )
    if settings.ca_file is not None and not os.path.isfile(settings.ca_file):
        raise ConfigError(gettext("opensearch.ca_file: {path} is no file", path=settings.ca_file))
    options: dict[str, Any] = {"ca_certs": settings.ca_file} if settings.ca_file else {}
    if user is not None:
        options["http_auth"] = (user, password)
    return OpenSearch(
        list(settings.urls),
        timeout=settings.timeout_s + _LONGER_S,
        max_retries=len(settings.urls) - 1,
        # Another node may answer; what is asked or sent twice does no harm.
        retry_on_timeout=True,
        http_compress=True,
        pool_maxsize=16,
        **options,
    )


def _lines(lines: Iterable[tuple[Body, Body | None]]) -> bytes:
    encode = msgspec.json.encode
    return b"".join(encode(part) + b"\n" for line in lines for part in line if part is not None)


def _reason(error: Any) -> str:
    info = getattr(error, "info", None)
    return reason_of(info.get("error", info)) if isinstance(info, dict) else str(info or error)


def reason_of(error: Any) -> str:
    """Why, by the `error` in an answer."""
    if not isinstance(error, dict):
        return str(error)
    causes = error.get("root_cause") or [error]
    return str(causes[0].get("reason") or error.get("reason") or error)
