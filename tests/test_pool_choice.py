"""Which pool the settings ask for; what pools do is in `test_workers` and `test_remote`."""

import asyncio
import subprocess
import sys

from kg.engine.pool_choice import pool_of
from kg.engine.remote import RemotePool
from kg.engine.workers import WorkerPool
from kg.release import Release
from kg.settings import Settings


def test_an_address_is_an_engine_elsewhere_and_a_name_are_workers_of_ours(norrbotten_release: Release) -> None:
    elsewhere = pool_of(norrbotten_release, Settings(engine="sparql+http://localhost/sparql"))
    assert isinstance(elsewhere, RemotePool)
    asyncio.run(elsewhere.close())
    for name in ("oxigraph", "rdflib"):
        assert isinstance(pool_of(norrbotten_release, Settings(engine=name)), WorkerPool)


def test_a_server_of_our_own_does_not_import_what_only_an_engine_elsewhere_needs() -> None:
    code = "import sys, kg.web.service; print('httpx' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"
