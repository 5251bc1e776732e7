"""Lucene: two Java programs of our own (lucene/), built by Maven into the cache."""

import os
import subprocess
from pathlib import Path

_PROJECT = Path(__file__).with_name("lucene")
_HEAP = "-Xmx2g"


def command(cache: Path, program: str) -> list[str]:
    """The command that starts a program, `Peer` or `Topics`; builds both first."""
    built = cache / "lucene-built"
    maven = ["mvn", "--quiet", "--batch-mode", "-Dstyle.color=never", f"-Dbuilt={built.absolute()}"]
    subprocess.run([*maven, "compile", "dependency:copy-dependencies"], cwd=_PROJECT, check=True)
    path = os.pathsep.join([str(built / "classes"), str(built / "dependency" / "*")])
    return ["java", _HEAP, "-cp", path, program]
