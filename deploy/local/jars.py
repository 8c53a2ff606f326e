"""Kafka's jars: fetched once by coordinate, their SHA-256 compared with the committed lock before each use."""

import hashlib
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext

from deploy.local.errors import CannotStart

LOCK = Path(__file__).with_name("jars.lock")

# kafka-clients is named although it is a dependency of the others: left to resolution, an older one was chosen.
# Without the log4j binding Kafka logs nothing at all.
KAFKA = "4.3.1"
ROOTS = (
    f"org.apache.kafka:kafka_2.13:{KAFKA}",
    f"org.apache.kafka:kafka-clients:{KAFKA}",
    f"org.apache.kafka:kafka-tools:{KAFKA}",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.5",
)


@dataclass(frozen=True)
class Jar:
    """One line of the lock."""

    sha256: str
    group: str
    artifact: str
    version: str
    classifier: str = ""

    @property
    def name(self) -> str:
        """The file's name, as Maven writes it."""
        return "-".join(filter(None, (self.artifact, self.version, self.classifier))) + ".jar"

    @property
    def coordinate(self) -> str:
        """group:artifact:version[:classifier]."""
        return ":".join(filter(None, (self.group, self.artifact, self.version, self.classifier)))


def read_lock(path: Path = LOCK) -> tuple[Jar, ...]:
    """The jars of the lock: each line is a SHA-256 and a coordinate."""
    lines = (line.split() for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return tuple(Jar(digest, *coordinate.split(":")) for digest, coordinate in lines)


def default_cache() -> Path:
    """Where jars are kept: beside the stacks in this checkout, so that `make clean` removes them too."""
    return Path(__file__).parents[2] / ".local" / "jars"


def classpath(folder: Path, lock: tuple[Jar, ...] | None = None) -> str:
    """The class path of the locked jars in `folder`, missing and damaged ones fetched anew; else CannotStart."""
    jars = read_lock() if lock is None else lock
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [jar for jar in jars if not _is_intact(folder / jar.name, jar)]
    if wanted:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda jar: _fetch(jar, folder), wanted))
    return os.pathsep.join(str(folder / jar.name) for jar in jars)


def _is_intact(path: Path, jar: Jar) -> bool:
    return path.is_file() and _sha256(path) == jar.sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _maven(repo: Path) -> MavenContext:
    # The user's own jgo settings may name a mirror; 60 s because a slow mirror is better than none.
    return MavenContext(
        repo_cache=repo,
        remote_repos={"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories},
        timeout=60,
    )


def _fetch(jar: Jar, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch:
        try:
            component = _maven(Path(scratch)).project(jar.group, jar.artifact).at_version(jar.version)
            jar_file = component.artifact(classifier=jar.classifier).resolve()
        except Exception as error:
            raise CannotStart(f"cannot fetch {jar.coordinate}: {error}. Is there a network?") from error
        digest = _sha256(jar_file)
        if digest != jar.sha256:
            raise CannotStart(f"{jar.coordinate} has SHA-256 {digest}, but the lock says {jar.sha256}: not used")
        # Renamed into place, so that two stacks starting at once never see half a jar.
        os.replace(jar_file, folder / jar.name)


def relock(path: Path = LOCK) -> None:
    """Resolve ROOTS again and write their SHA-256 sums to the lock, for a person to review and commit."""
    import jgo

    scratch = Path(tempfile.mkdtemp(prefix="jars-"))
    try:
        lines = []
        for artifact in jgo.resolve("+".join(ROOTS)):
            file = _maven(scratch).project(artifact.groupId, artifact.artifactId).at_version(artifact.version)
            resolved = file.artifact(classifier=artifact.classifier).resolve()
            jar = Jar(_sha256(resolved), artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier)
            lines.append(f"{jar.sha256} {jar.coordinate}")
    finally:
        shutil.rmtree(scratch)
    head = "# SHA-256 and coordinate of every jar that Kafka runs on. Written by: python -m deploy.local lock\n"
    path.write_text(head + "\n".join(sorted(set(lines), key=lambda line: line.split()[1])) + "\n")
