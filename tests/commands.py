"""The program as people start it: a process with arguments, output, errors and an exit code."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

PROGRAM = str(Path(sys.executable).with_name("cakap-search"))


def environment(**variables: str) -> dict[str, str]:
    """This environment without what would change the program's behaviour; messages in English."""
    nowhere = {"XDG_CONFIG_HOME": "/nonexistent", "XDG_DATA_HOME": "/nonexistent"}
    ours = ("CAKAP_SEARCH_", "PYTHON", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, **nowhere, "TERM": "xterm", "CAKAP_SEARCH_LANG": "en", **variables}


def run(
    *arguments: str | Path,
    stdin: bytes = b"",
    env: dict[str, str] | None = None,
    cwd: Path | str = "/",
    **options: Any,
) -> subprocess.CompletedProcess[str]:
    """The finished program, its output as text. No run may ever end in a traceback."""
    finished = subprocess.run(
        [PROGRAM, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env=environment(**(env or {})),
        cwd=cwd,
        check=False,
        timeout=300,
        **options,
    )
    out, err = finished.stdout.decode(), finished.stderr.decode()
    assert "Traceback" not in err, err
    return subprocess.CompletedProcess(finished.args, finished.returncode, out, err)


def run_on_terminal(*arguments: str | Path, columns: int, env: dict[str, str] | None = None) -> str:
    """What a terminal of so many columns is sent."""
    _, output = answer_on_terminal(b"", *arguments, columns=columns, env=env)
    return output.replace("\r\n", "\n")


def answer_on_terminal(
    answer: bytes,
    *arguments: str | Path,
    columns: int = 80,
    env: dict[str, str] | None = None,
) -> tuple[int, str]:
    """The exit code, and what a terminal is sent, when a yes-or-no question is answered so."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir("/")
        os.execve(PROGRAM, [PROGRAM, *map(str, arguments)], environment(**(env or {})))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    output = b""
    while True:
        if b"[y/N]" in output and not select.select([terminal], [], [], 0.5)[0]:
            os.write(terminal, answer)  # a Ctrl-C is lost where Python is just about to wait
        try:
            output += (read := os.read(terminal, 1 << 16))
        except OSError:  # Linux's way to say that the other side has gone
            break
        if not read:
            break
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), output.decode()
