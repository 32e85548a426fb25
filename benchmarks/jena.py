"""Apache Jena as Debian has it (`libapache-jena-java`), and programs of this folder compiled against it."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
import zipfile
from functools import cache
from pathlib import Path

__all__ = ["class_path", "has_jena", "jena_version"]

HERE = Path(__file__).parent
JARS = Path("/usr/share/java")
LIBRARIES = (
    *("jena-*", "commons-*", "slf4j-api", "slf4j-nop", "guava", "jackson*", "jsonld-java", "thrift"),
    *("protobuf*", "gson", "jakarta.json*", "titanium*", "dexx*", "httpc*"),
)
SHADED = "org/apache/jena/ext/"


def has_jena() -> bool:
    """Whether Debian's Jena and a Java compiler are there."""
    return (JARS / "jena-shacl.jar").is_file() and shutil.which("javac") is not None


def jena_version() -> str:
    """As the names of its libraries say it."""
    return next(path.stem.rpartition("-")[2] for path in sorted(JARS.glob("jena-core-*.jar")))


@cache
def class_path(program: str) -> str:
    """Jena's libraries and a compiled class of this folder, which are there until this process ends.

    The texts of a package that Debian has renamed are put in its place.
    """
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    jars = sorted({jar for name in LIBRARIES for jar in JARS.glob(f"{name}.jar") if "-4.5" not in jar.name})
    with zipfile.ZipFile(JARS / "jena-core.jar") as archive:
        for name in archive.namelist():
            if name.startswith(SHADED) and name.endswith(".properties"):
                target = folder / name.removeprefix(SHADED)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
    path = ":".join([str(folder), *map(str, jars)])
    quick = ["-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"]
    subprocess.run(["javac", *quick, "-cp", path, "-d", str(folder), str(HERE / f"{program}.java")], check=True)
    return path
