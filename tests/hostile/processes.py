"""The processes of a server: which there are, what they hold, and which have been left behind."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Family", "Process"]


@dataclass(frozen=True, slots=True, order=True)
class Process:
    """A process, told from a later one of the same number by when it started."""

    pid: int
    parent: int
    started: int

    @property
    def is_alive(self) -> bool:
        found = _read(self.pid)
        return found is not None and found.started == self.started

    def has_ended(self) -> bool:
        return not self.is_alive

    @property
    def descriptors(self) -> int:
        """How many files it has open."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))


class Family:
    """A web process and all that ever descended from it, as far as they were `look`ed at."""

    def __init__(self, pid: int) -> None:
        web = _read(pid)
        assert web is not None
        self.web = web
        self._seen: set[Process] = set()

    def look(self) -> list[Process]:
        """The processes that descend from the web process now, the fork servers first."""
        everybody = [one for path in Path("/proc").glob("[0-9]*") if (one := _read(int(path.name))) is not None]
        found: list[Process] = []
        parents = {self.web.pid}
        while parents:
            young = sorted(process for process in everybody if process.parent in parents)
            found += young
            parents = {process.pid for process in young}
        self._seen.update(found)
        return found

    @property
    def fork_servers(self) -> list[Process]:
        return [process for process in self.look() if process.parent == self.web.pid]

    @property
    def workers(self) -> list[Process]:
        servers = {process.pid for process in self.fork_servers}
        return [process for process in self.look() if process.parent in servers]

    @property
    def orphans(self) -> set[Process]:
        """Those that live and descend from the web process no longer."""
        now = {process.pid for process in self.look()}
        return {process for process in self._seen if process.is_alive and process.pid not in now}

    @property
    def living(self) -> set[Process]:
        """Those that were seen and still live."""
        return {process for process in self._seen if process.is_alive}


def _read(pid: int) -> Process | None:
    """A process that lives; a zombie does not."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else Process(pid, int(fields[1]), int(fields[19]))
    return None
