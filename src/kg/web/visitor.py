"""Who asks: language, address, and the URLs of this server as they see them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

import mimeparse
from starlette.datastructures import Headers
from starlette.types import Scope

from kg.negotiation import LONGEST, choose_language
from kg.web.texts import LANGUAGES

__all__ = ["Visitor"]

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a page or an error is written for.

    `language` is English where neither the URL nor the headers of a program say; `asked_language` is the one that the
    URL names, if it does; `root` is the path that we are served below.
    """

    language: str
    asked_language: str | None
    address: str
    origin: str
    root: str
    wants_html: bool

    @classmethod
    def of(cls, scope: Scope, language: str | None) -> Visitor:
        """The visitor of a request; `language` is its `?lang=`."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not _HOST.fullmatch(host):
            server = scope.get("server") or ("localhost", None)
            host = f"{server[0]}:{server[1]}" if server[1] else str(server[0])
        wants_html = _wants_html(headers.get("accept"))
        languages = tuple(LANGUAGES) if wants_html else ("en", *LANGUAGES)
        return cls(
            language=choose_language(headers.get("accept-language"), language, languages),
            asked_language=language if language in LANGUAGES else None,
            address=scope["client"][0] if scope.get("client") else "",
            origin=f"{scope.get('scheme', 'http')}://{host}",
            root=scope.get("root_path", ""),
            wants_html=wants_html,
        )

    def path_of(self, path: str, **parameters: str | None) -> str:
        """A link to a page of ours, which keeps the language if the visitor chose one."""
        given = {name: value for name, value in parameters.items() if value is not None}
        if self.asked_language is not None:
            given.setdefault("lang", self.asked_language)
        return f"{self.root}{path}{'?' if given else ''}{urlencode(given)}"

    def url_of(self, path: str) -> str:
        """The absolute URL of a path of ours."""
        return f"{self.origin}{self.root}{path}"


def _wants_html(accept: str | None) -> bool:
    """Whether a page is better than a document for programs; `*/*` alone is a program."""
    if accept is not None and len(accept) > LONGEST:
        return False
    try:
        best = mimeparse.best_match(["text/html", "application/problem+json"], (accept or "*/*").lower())
    except mimeparse.MimeTypeParseException:
        return False
    return bool(best == "text/html")
