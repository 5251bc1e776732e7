"""OpenSearch nodes on loopback for tests: started, killed, paused and stopped, one JVM each.

The nodes are OpenSearch's own artifacts from Maven Central, put together by pom.xml and started by
TestNode.java. A JDK of 21 or newer and Maven are needed; where one is missing that is an error,
never a skip. To try a cluster by hand: `python -m tests.cluster.nodes 3`.
"""

import contextlib
import fcntl
import http.client
import itertools
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

_PROJECT = Path(__file__).parent
_BUILT = _PROJECT.parents[1] / "build" / "cluster"
_SHARED_CLASSES = _BUILT / "classes.jsa"
_OLDEST_JAVA = 21  # OpenSearch 3 asks for it
_START_S = 240.0  # a node needs 3 s of processor time, and much longer where others want it too
_STOP_S = 60.0

# Client code only, and one collector without threads of its own: half the time to start, which is
# what most tests wait for. What measures speed passes SPEED instead.
QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
SPEED = ("-XX:+UseG1GC", "--add-modules=jdk.incubator.vector")


class Node:
    """One node: a JVM, its port and its folder, which outlives the process."""

    def __init__(self, name: str, folder: Path, port: int, java: Sequence[str]) -> None:
        self.name = name
        self.folder = folder
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._java = list(java)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "node.log"

    @property
    def pid(self) -> int:
        """The number of the process that was started last."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is there; a paused one is."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process, anew after `kill` or `stop`; `Cluster.wait` says when it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._java, "TestNode", str(self.folder)],
                # The node ends when its input does, so it does not outlive a killed test run.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )

    def kill(self) -> None:
        """SIGKILL: what a crash or a lost machine leaves."""
        self._signal(signal.SIGKILL)
        self.stop()

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, as on a machine that hangs."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """Let the node leave in good order; one that is not running stays so."""
        if self._process is not None:
            self.resume()
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(_STOP_S)

    def ask(self, path: str, method: str = "GET", body: Any = None, timeout_s: float = 60) -> Any:
        """The JSON answer of this node; an `OSError` where it does not answer in time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        with contextlib.closing(connection):
            try:
                content = None if body is None else json.dumps(body)
                headers = {"Content-Type": "application/json"}
                connection.request(method, path, content, headers)
                return json.loads(connection.getresponse().read())
            except http.client.HTTPException as error:
                raise ConnectionError(f"{self.url}{path}: {error!r}") from error

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)


class Cluster:
    """Nodes that know each other; as a context, started and green inside, gone after.

    Their data lie in `folder`, one folder each, with snapshots (`path.repo`) beside them.
    `settings` go over the nodes' defaults. Thresholds of disk space are off unless they switch
    them on, so that a full disk where tests run fails none of them.
    """

    def __init__(
        self,
        folder: Path,
        nodes: int = 1,
        *,
        settings: dict[str, Any] | None = None,
        heap: str = "512m",
        java_options: Sequence[str] = QUICK_START,
    ) -> None:
        java = [*_java(), f"-Xms{heap}", f"-Xmx{heap}", *java_options]
        ports = list(itertools.islice(_free_ports(), 2 * nodes))
        transports = [f"127.0.0.1:{port}" for port in ports[nodes:]]
        names = [f"node-{number}" for number in range(nodes)]
        self.nodes: list[Node] = []
        for name, port, transport in zip(names, ports[:nodes], transports, strict=True):
            node = Node(name, folder / name, port, java)
            config = node.folder / "config"
            config.mkdir(parents=True)
            values = {
                "cluster.name": f"test-{ports[0]}",
                "cluster.initial_cluster_manager_nodes": names,
                "cluster.routing.allocation.disk.threshold_enabled": False,
                "discovery.seed_hosts": transports,
                "http.port": port,
                "network.host": "127.0.0.1",
                "node.name": name,
                "path.repo": str(folder / "snapshots"),
                "transport.port": int(transport.rpartition(":")[2]),
                **(settings or {}),
            }
            (config / "opensearch.yml").write_text(json.dumps(values, indent=1))
            self.nodes.append(node)

    @property
    def urls(self) -> list[str]:
        return [node.url for node in self.nodes]

    def __enter__(self) -> "Cluster":
        try:
            self.mend()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Together, as the last of a majority would wait for the others.
        stops = [threading.Thread(target=node.stop) for node in self.nodes]
        for stop in stops:
            stop.start()
        for stop in stops:
            stop.join()

    def mend(self) -> None:
        """Start what does not run, resume what is paused, and wait for a health of green."""
        for node in self.nodes:
            if node.running:
                node.resume()
            else:
                node.start()
        self.wait()

    def wait(self, status: str = "green", timeout_s: float = _START_S) -> None:
        """Return when all running nodes are joined and health is `status` or better.

        A node that ended on its own, or too long a wait, is a `RuntimeError` with the log's end.
        """
        running = [node for node in self.nodes if node.running]
        deadline = time.monotonic() + timeout_s
        wanted = f"wait_for_nodes={len(running)}&wait_for_status={status}&timeout=5s"
        for node in running:
            answer: Any = None
            while not isinstance(answer, dict) or answer.get("timed_out", True):
                with contextlib.suppress(OSError):
                    answer = node.ask(f"/_cluster/health?{wanted}")
                if not node.running or time.monotonic() > deadline:
                    state = "has not joined" if node.running else "has ended"
                    log = node.log.read_text(errors="replace")[-4000:]
                    raise RuntimeError(f"{node.name} {state}: {answer}\n{log}")
                if answer is None:
                    time.sleep(0.1)


def _free_ports() -> Iterator[int]:
    """Ports of loopback that nothing listens on, below those that outgoing connections take."""
    for port in random.sample(range(15_000, 32_000), 17_000):
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", port))
            yield port


def _java_home() -> Path:
    """The folder of a JDK new enough: `$JAVA_HOME`, that of the path, or an installed one."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if found := shutil.which("javac"):
        homes.append(Path(found).resolve().parents[1])
    homes += sorted(Path("/usr/lib/jvm").glob("*"))
    for home in homes:
        release = home / "release"
        if (home / "bin" / "javac").is_file() and release.is_file():
            version = re.search(r'^JAVA_VERSION="(\d+)', release.read_text(), re.MULTILINE)
            if version and int(version[1]) >= _OLDEST_JAVA:
                return home
    raise RuntimeError(
        f"the test cluster needs a JDK of {_OLDEST_JAVA} or newer: name its folder in JAVA_HOME"
    )


def _java() -> list[str]:
    """The command that starts Java with the nodes' class path; builds first what has changed."""
    home = _java_home()
    class_path = _BUILT / "classpath.txt"
    _BUILT.mkdir(parents=True, exist_ok=True)
    with (_BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once build one after the other
        sources = [_PROJECT / "pom.xml", *(_PROJECT / "src").rglob("*.*")]
        newest = max(source.stat().st_mtime for source in sources)
        java = [str(home / "bin" / "java"), "--enable-native-access=ALL-UNNAMED"]
        if not _SHARED_CLASSES.exists() or _SHARED_CLASSES.stat().st_mtime < newest:
            _run_maven(home, class_path)
            _share_classes([*java, "-cp", _joined(class_path)])
    return [*java, f"-XX:SharedArchiveFile={_SHARED_CLASSES}", "-cp", _joined(class_path)]


def _joined(class_path: Path) -> str:
    # A jar, not a folder of classes: only jars can be shared between starts.
    return os.pathsep.join([str(_BUILT / "test-cluster-1.jar"), class_path.read_text().strip()])


def _run_maven(home: Path, class_path: Path) -> None:
    if not (maven := shutil.which("mvn")):
        raise RuntimeError("the test cluster needs Maven (mvn) in the path")
    done = subprocess.run(
        [
            *(maven, "--quiet", "--batch-mode", "-Dstyle.color=never", f"-Dbuilt={_BUILT}"),
            *("compile", "jar:jar", "dependency:build-classpath"),
            f"-Dmdep.outputFile={class_path}",
        ],
        cwd=_PROJECT,
        env={**os.environ, "JAVA_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"Maven could not build the test cluster:\n{done.stdout}{done.stderr}")


def _share_classes(java: list[str]) -> None:
    """Start a node once and keep its loaded classes: later starts take half as long."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "classes.jsa"
        (Path(folder) / "config").mkdir()
        settings = {
            "discovery.type": "single-node",
            "http.port": next(_free_ports()),
            "network.host": "127.0.0.1",
            "transport.port": next(_free_ports()),
        }
        (Path(folder) / "config" / "opensearch.yml").write_text(json.dumps(settings))
        subprocess.run(
            [*java, *QUICK_START, f"-XX:ArchiveClassesAtExit={draft}", "TestNode", folder],
            stdin=subprocess.DEVNULL,  # ends as soon as it has started
            capture_output=True,
            check=True,
            timeout=_START_S,
        )
        shutil.move(draft, _SHARED_CLASSES)


def main() -> None:
    """Start as many nodes as the first argument says, print their URLs, wait for Ctrl-C."""
    nodes = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder), nodes) as cluster:
        print(*cluster.urls, sep="\n", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
