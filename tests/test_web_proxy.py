"""The reverse proxy of docs/serve.md, run as it stands there but for ports and certificate."""

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest

from index.config import Config, Web
from tests.servers import serving

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate"),
]
DOCUMENT = (Path(__file__).parents[1] / "docs" / "serve.md").read_text("utf-8")


@contextmanager
def nginx(folder: Path, server_port: int) -> Iterator[int]:
    """The documented proxy before a server; its port."""
    [block] = re.findall(r"```nginx\n(.*?)```", DOCUMENT, re.DOTALL)
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
         "-subj", "/CN=arsip.contoh.id", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    block = block.replace("listen 443", f"listen 127.0.0.1:{port}")
    block = block.replace("127.0.0.1:8000", f"127.0.0.1:{server_port}")
    block = block.replace("/etc/ssl/arsip.pem", str(certificate))
    block = block.replace("/etc/ssl/arsip.key", str(key))
    temporary = "".join(
        f"{name}_temp_path {folder / name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\ndaemon off;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{block}}}\n"
    )
    with subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-p", folder]) as process:
        try:
            for _ in range(300):
                assert process.poll() is None, (folder / "error.log").read_text()
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except ConnectionRefusedError:
                    time.sleep(0.1)
            yield port
        finally:
            process.terminate()


def get(port: int, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = HTTPSConnection("127.0.0.1", port, context=context, timeout=60)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers={"Host": "arsip.contoh.id", **given})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def test_the_documented_proxy_serves_pages_feeds_etags_and_downloads(
    samples_archive: Path, tmp_path: Path
) -> None:
    with serving(samples_archive) as address, nginx(tmp_path, address[1]) as port:
        page, html = get(port, "/?q=senjata")
        assert page.status == 200
        assert "default-src 'none'" in str(page.getheader("content-security-policy"))
        assert b"<mark>" in html
        _, feed = get(port, "/feed.atom?q=senjata")
        assert b"https://arsip.contoh.id/" in feed
        assert b"http://arsip.contoh.id/" not in feed
        first, _ = get(port, "/api/v1/search?q=senjata")
        again, _ = get(port, "/api/v1/search?q=senjata", If_None_Match=str(first.getheader("etag")))
        assert again.status == 304
        _, lines = get(port, "/results.jsonl?q=senjata")
        assert lines.count(b"\n") > 1
        assert get(port, "/static/../app.py")[0].status in (400, 404)


def test_the_documented_proxy_tells_who_asks_and_nobody_can_pretend(
    samples_archive: Path, tmp_path: Path
) -> None:
    config = Config(web=Web(requests_per_minute=1))
    with serving(samples_archive, config) as address, nginx(tmp_path, address[1]) as port:
        statuses = [
            get(port, "/api/v1/stats", X_Forwarded_For=f"192.0.2.{number}")[0].status
            for number in range(3)
        ]
    assert statuses == [200, 429, 429]
