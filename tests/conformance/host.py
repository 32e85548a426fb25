"""A real server whose release can be changed between two tests.

A server process for each of some 200 datasets would take minutes. Here the site of `kg serve` runs under uvicorn on a port
of its own, with its real query workers over a release on disk; only the release changes.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import httpx
import uvicorn
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse
from starlette.types import Receive, Scope, Send
from w3c import Dataset, file_of

from kg.release import Manifest, Release, open_release
from kg.settings import Settings
from kg.web.app import Site, create_app


def write_release(
    folder: Path, dataset: Dataset, *, empty: Iterable[str] = (), names: Mapping[str, str] | None = None
) -> Release:
    """A release of the files of `dataset` and of `empty` graphs; a named graph has the IRI of its file, or that in `names`."""
    folder.mkdir(parents=True)
    store = Store(str(folder / "store"))
    for iri in dataset.default:
        store.extend(read_data(iri))
    for iri in dataset.named:
        name = NamedNode((names or {}).get(iri, iri))
        store.add_graph(name)
        store.extend(Quad(quad.subject, quad.predicate, quad.object, name) for quad in read_data(iri))
    for iri in empty:
        store.add_graph(NamedNode(iri))
    store.flush()
    counts = {"quads": len(store), "triples": len(store)}
    del store
    manifest = Manifest("conformance", "2026-11-01", dataset.base, {"en": "A test's dataset"}, counts, {}, "kg test")
    (folder / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    (folder / "queries.json").write_text("[]", encoding="utf-8")
    return open_release(folder)


def read_data(iri: str) -> list[Quad]:
    """The triples of one file of the suites, read strictly."""
    path = file_of(iri)
    rdf = RdfFormat.from_extension(path.suffix.removeprefix("."))
    return list(parse(path=path, format=rdf, base_iri=iri, rename_blank_nodes=True))


class Host:
    """Serves one dataset at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._site: Site | None = None
        self._shown: tuple[Dataset, tuple[str, ...]] | None = None
        self._releases = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(self._app, interface="asgi3", lifespan="off", log_level="warning", access_log=False)
        self._server = uvicorn.Server(config)
        self._loop = (config.get_loop_factory() or asyncio.new_event_loop)()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self._socket.getsockname()[1]}", timeout=30)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._server.serve([self._socket]))

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._site is not None
        await self._site(scope, receive, send)

    async def _show(self, release: Release | None) -> None:
        if self._site is not None:
            await self._site.close()
            shutil.rmtree(self._site.service.release.path)
            self._site = None
        if release is not None:
            self._site = create_app(release, Settings(workers=1, image=0, log="warnings"))
            await self._site.start()

    def show(self, dataset: Dataset, empty: tuple[str, ...] = ()) -> httpx.Client:
        """Serve `dataset`; a client of the server."""
        if (dataset, empty) != self._shown:
            self._releases += 1
            self._switch(write_release(self._folder / str(self._releases), dataset, empty=empty))
            self._shown = (dataset, empty)
        return self.client

    def _switch(self, release: Release | None) -> None:
        asyncio.run_coroutine_threadsafe(self._show(release), self._loop).result(60)

    def close(self) -> None:
        """Stop the server and remove the release."""
        self.client.close()
        self._switch(None)
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
