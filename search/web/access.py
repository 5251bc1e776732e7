"""Who may ask, how often, how many at once, and for how long; before any of it costs anything."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.config import Web
from index.messages import format_number, gettext

# More requests at once are told to come again (503): each thread that waits holds memory.
MOST_AT_ONCE = 100
_MINUTE_S = 60.0
# Addresses whose last requests are remembered, at some hundred bytes each.
_MOST_ADDRESSES = 100_000
# The part of an IPv6 address that a provider gives to one customer (RFC 6177).
_CUSTOMER_BITS = 64
# Whoever watches the server need not know a token, and files of the program are no secret.
_OPEN = ("/api/v1/health", "/api/v1/ready", "/static/")

Refuse = Callable[[Request, Exception], Response]


def token_name(authorization: str, tokens: Mapping[str, str], *, basic: bool) -> str | None:
    """The name under which a configuration has the token of an `Authorization` header, or None.

    `Bearer TOKEN`; and where `basic`, the password of any user, which a browser can ask for.
    """
    scheme, _, given = authorization.partition(" ")
    token = given.strip().encode()
    if scheme.lower() == "basic" and basic:
        try:
            _, _, token = base64.b64decode(token, validate=True).partition(b":")
        except binascii.Error:
            return None
    elif scheme.lower() != "bearer":
        return None
    digest = hashlib.sha256(token).hexdigest()
    # Each is compared, in the same time whatever it is.
    fitting = [name for name, known in tokens.items() if hmac.compare_digest(digest, known)]
    return fitting[0] if fitting else None


def administrator(request: Request, web: Web) -> str:
    """Who makes an administrative call, as the log names them.

    A browser sends a password to the site by itself, whoever made the page that asks; so here only
    `Bearer` counts. Raises HTTPException: 401, or 403 for a token that may only read.
    """
    given = request.headers.get("authorization", "")
    name = token_name(given, web.admin_tokens, basic=False)
    if name is not None:
        return f"token {name}"
    if token_name(given, web.read_tokens, basic=True) is not None:
        raise HTTPException(HTTPStatus.FORBIDDEN, gettext("this token may only read"))
    raise HTTPException(
        HTTPStatus.UNAUTHORIZED,
        gettext("this needs an administrator's token: Authorization: Bearer TOKEN"),
        {"WWW-Authenticate": 'Bearer realm="cakap-search"'},
    )


class Buckets:
    """How many requests each address may make: a minute's worth at once, then one by one.

    A token bucket, as the one time at which it will be full again (GCRA, ITU-T I.371).
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._gap_s = _MINUTE_S / per_minute
        self._clock = clock
        self._full_at: dict[str, float] = {}

    def wait_s(self, address: str) -> float:
        """Seconds to wait before a request from an address; 0 counts one that is made now."""
        now = self._clock()
        full_at = max(self._full_at.get(address, now), now) + self._gap_s
        if (wait := full_at - now - _MINUTE_S) > 0:
            return wait
        if len(self._full_at) >= _MOST_ADDRESSES:
            self._full_at = {one: at for one, at in self._full_at.items() if at > now}
        if len(self._full_at) < _MOST_ADDRESSES:
            self._full_at[address] = full_at
        return 0.0


class Access:
    """An application behind the limits of a configuration."""

    def __init__(self, app: ASGIApp, web: Web, refuse: Refuse) -> None:
        self._app = app
        self._web = web
        self._refuse = refuse
        self._buckets = Buckets(web.requests_per_minute) if web.requests_per_minute else None
        self._at_work = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with 401, 429 or 503."""
        if scope["type"] != "http" or scope["path"].startswith(_OPEN):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            self._check(request)
        except HTTPException as error:
            await self._refuse(request, error)(scope, receive, send)
            return
        await self._answer(request, receive, send)

    def _check(self, request: Request) -> None:
        if self._buckets is not None and (wait := self._buckets.wait_s(_address(request))):
            raise HTTPException(
                HTTPStatus.TOO_MANY_REQUESTS,
                gettext(
                    "more than {count} requests a minute; wait a little",
                    count=format_number(self._web.requests_per_minute),
                ),
                {"Retry-After": str(math.ceil(wait))},
            )
        if self._web.read_tokens:
            given = request.headers.get("authorization", "")
            known = (self._web.read_tokens, self._web.admin_tokens)
            if not any(token_name(given, tokens, basic=True) for tokens in known):
                raise HTTPException(
                    HTTPStatus.UNAUTHORIZED,
                    gettext("this archive is read with a token: Authorization: Bearer TOKEN"),
                    {"WWW-Authenticate": 'Basic realm="cakap-search", charset="UTF-8"'},
                )
        if self._at_work >= MOST_AT_ONCE:
            raise HTTPException(
                HTTPStatus.SERVICE_UNAVAILABLE, gettext("too many ask at once; try again")
            )

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def _answer(self, request: Request, receive: Receive, send: Send) -> None:
        """Answer in time: refuse where nothing was sent by then, go on where something was.

        A thread cannot be ended, so a request is at work until its thread has finished.
        """
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        is_over = False

        async def sending(message: Message) -> None:
            if is_over:
                raise OSError("the time of this request is over")
            if not begun.done():
                begun.set_result(None)
            await send(message)

        def finished(done: "asyncio.Task[None]") -> None:
            self._at_work -= 1
            if not done.cancelled():
                done.exception()  # which is nobody's business any more, if its time is over

        self._at_work += 1
        task = asyncio.create_task(self._run(request.scope, receive, sending))
        task.add_done_callback(finished)
        try:
            await asyncio.wait(
                {task, begun}, timeout=self._web.request_s, return_when=asyncio.FIRST_COMPLETED
            )
            if task.done() or begun.done():
                await task
                return
        except asyncio.CancelledError:
            task.cancel()
            raise
        is_over = True  # and the task ends with its thread; to cancel it would not end that
        error = HTTPException(
            HTTPStatus.SERVICE_UNAVAILABLE,
            gettext(
                "no answer in {seconds:g} seconds; ask for less, or later",
                seconds=self._web.request_s,
            ),
        )
        await self._refuse(request, error)(request.scope, receive, send)


def _address(request: Request) -> str:
    """Who asks: an address, of IPv6 the part that one customer has."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), _CUSTOMER_BITS), strict=False))
    return str(address)
