"""The server that all conformance tests of queries share."""

from collections.abc import Iterator

import pytest
from host import Host


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    made = Host(tmp_path_factory.mktemp("conformance"))
    yield made
    made.close()
