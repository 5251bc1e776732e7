"""`cakap-search serve` as a process on loopback."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.commands import PROGRAM, environment, run


def test_a_server_answers_and_ends_when_told(samples_archive: Path) -> None:
    command = [PROGRAM, "serve", "--port", "0", "--archive", str(samples_archive)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment())
    assert server.stderr is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+/", server.stderr.readline())
        assert found
        with urllib.request.urlopen(f"{found[0]}?q=senjata", timeout=30) as answer:
            assert b"Rusia-Venezuela Rundingkan" in answer.read()
    finally:
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=30)
    assert server.returncode in (0, -signal.SIGTERM)
    assert said == ""


def test_a_port_in_use_is_told(samples_archive: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = run("serve", "--port", str(port), "--archive", samples_archive)
    assert ran.returncode == 2
    assert "choose another with --port" in ran.stderr


def test_an_archive_that_is_not_there_is_told(tmp_path: Path) -> None:
    ran = run("serve", "--archive", tmp_path / "none")
    assert ran.returncode == 3
    assert "there is no archive" in ran.stderr


def test_the_command_line_does_not_load_the_web_parts() -> None:
    code = (
        "import sys; from search.cli.main import application; application();"
        "print([m for m in ('starlette', 'jinja2', 'uvicorn', 'babel') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
