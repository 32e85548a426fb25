"""What several suites share: the Norrbotten project, its dataset and its release, each made once."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from rdflib import Dataset, Graph

from commands import kg
from kg.build import Build, build_project
from kg.dataset import Graphs, derived_graphs
from kg.new import create_project
from kg.project import Project, load_project
from kg.release import Release

ROOT = Path(__file__).parents[1]
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # As in a background job of a shell: what is started here would not hear Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
settings.register_profile(
    "kg",
    deadline=None,  # else an example that takes more than 200 ms fails, as on a machine that stands still
    derandomize="KG_EXPLORE" not in os.environ,  # a change is not refused for what was wrong before it
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("kg")


@pytest.fixture(scope="session")
def norrbotten() -> Project:
    return load_project(ROOT)


@pytest.fixture(scope="session")
def norrbotten_graphs(norrbotten: Project) -> Graphs:
    return derived_graphs(norrbotten)


@pytest.fixture(scope="session")
def norrbotten_dataset(norrbotten_graphs: Graphs) -> Dataset:
    return norrbotten_graphs.dataset()


@pytest.fixture(scope="session")
def norrbotten_union(norrbotten_graphs: Graphs) -> Graph:
    return norrbotten_graphs.union.to_graph()


@pytest.fixture(scope="session")
def norrbotten_build(norrbotten: Project, tmp_path_factory: pytest.TempPathFactory) -> Build:
    return build_project(norrbotten, tmp_path_factory.mktemp("norrbotten"))


@pytest.fixture(scope="session")
def norrbotten_release(norrbotten_build: Build) -> Release:
    assert norrbotten_build.release is not None, norrbotten_build.report.summary()
    return norrbotten_build.release


@pytest.fixture
def demo(tmp_path: Path) -> Project:
    """A fresh project of `kg new`, to be changed at will."""
    from datetime import date

    return load_project(create_project(tmp_path, "demo", "https://example.org/demo/", date(2026, 11, 1)))


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with a project `demo`, made and built by the commands."""
    folder = tmp_path_factory.mktemp("cli")
    assert kg("new", "demo", cwd=folder).returncode == 0
    built = kg("build", "demo", cwd=folder)
    assert built.returncode == 0, built.stderr
    return folder
