"""Which Neo4j, where its jars lie, and how Maven brings them there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from scripts.neo4j_server.locks import exclusive

__all__ = ["VERSION", "NotPossible", "fetch", "jars", "java", "reason_not_to_run"]

VERSION = "5.26.30"
# The server alone lacks the record storage engine and the entry point.
ARTIFACTS = ("org.neo4j:neo4j", "org.neo4j.app:neo4j-server")
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
MIN_JAVA = 17
FETCH_TIMEOUT_S = 900.0

DEPENDENCY = """
    <dependency>
      <groupId>{}</groupId> <artifactId>{}</artifactId> <version>{}</version>
    </dependency>"""
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>graphmem</groupId> <artifactId>neo4j-jars</artifactId> <version>1</version>
  <packaging>pom</packaging>
  <dependencies>{}
  </dependencies>
</project>
"""


class NotPossible(Exception):
    """The server cannot be had here; the message is one line that says why and what to do."""


def java() -> str:
    """Return the Java to run.

    Raises:
        NotPossible: there is none, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin" if home else None)
    if found is None:
        where = f"{home}/bin (JAVA_HOME)" if home else "PATH"
        raise NotPossible(f"no java in {where}: install a JDK {MIN_JAVA} or newer")
    said = subprocess.run([found, "-version"], capture_output=True, text=True, timeout=60).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < MIN_JAVA:
        is_there = f"Java {version[1]}" if version else "no working Java"
        raise NotPossible(f"{found} is {is_there}: Neo4j {VERSION} needs JDK {MIN_JAVA} or newer")
    return found


def jars() -> Path:
    """Return the folder of the jars, there or not: one a version, under GRAPHMEM_NEO4J_CACHE."""
    cache = os.environ.get("GRAPHMEM_NEO4J_CACHE")
    folder = Path(cache) if cache else Path.home() / ".cache" / "graphmem"
    return folder.absolute() / f"neo4j-{VERSION}"


def reason_not_to_run() -> str | None:
    """Return the one line that says what is missing; None where a server can be had."""
    try:
        java()
        if not jars().exists():
            _maven()
    except NotPossible as error:
        return str(error)
    return None


def fetch() -> Path:
    """Bring the jars, unless they are there; several processes may ask at once.

    Returns: the folder of the jars. It appears whole or not at all.

    Raises:
        NotPossible: Maven is missing or failed.
    """
    folder = jars()
    # Looked at before locking: a cache that is there may be read-only.
    if folder.exists():
        return folder
    with exclusive(folder.with_name(f"{folder.name}.lock")):
        if folder.exists():
            return folder
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=folder.parent) as room:
            _resolve(Path(room))
            (Path(room) / "jars").rename(folder)
    return folder


def _maven() -> str:
    found = shutil.which("mvn")
    if found is None:
        raise NotPossible(f"no mvn on PATH to bring Neo4j {VERSION}: install Maven 3.6.3 or newer")
    return found


def _resolve(room: Path) -> None:
    """Let Maven check and copy everything that the artifacts need into `room/jars`."""
    wanted = (DEPENDENCY.format(*name.split(":"), VERSION) for name in ARTIFACTS)
    (room / "pom.xml").write_text(POM.format("".join(wanted)))
    command = [
        _maven(), "-q", "-B", "--strict-checksums", "-f", str(room / "pom.xml"),
        f"{PLUGIN}:copy-dependencies", f"-DoutputDirectory={room / 'jars'}",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise NotPossible(f"Maven did not bring Neo4j within {FETCH_TIMEOUT_S:.0f} s") from None
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")]
        why = errors[0].removeprefix("[ERROR] ") if errors else done.stderr.strip()[-300:]
        raise NotPossible(f"Maven could not bring Neo4j {VERSION}: {why}")
