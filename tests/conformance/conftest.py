"""The server that the conformance tests of one file share."""

from collections.abc import Iterator

import pytest
from host import Host


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    made = Host(tmp_path_factory.mktemp("conformance"))
    yield made
    made.close()
