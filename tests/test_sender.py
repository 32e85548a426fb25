"""Answers on their way out: in pieces, capped, compressed, and counted."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg.engine.sender
from kg.engine.frames import END, Frame
from kg.engine.oxigraph import ROWS
from kg.engine.sender import CHUNK, PAGE, PIECE, SMALL, Sender, largest
from kg.errors import ResultTooLarge


class Sent(list[tuple[Frame, bytes]]):
    """What was sent, in order."""

    def __call__(self, frame: Frame, payload: bytes) -> None:
        self.append((frame, payload))

    @property
    def answer(self) -> bytes:
        """The whole answer; what is sent last ends it, and nothing else does."""
        assert [frame for frame, _ in self] == [Frame.DATA] * (len(self) - 1) + [Frame.DONE]
        *pieces, end = [payload for _, payload in self]
        return b"".join([*pieces, end[END.size :]])

    @property
    def end(self) -> tuple[int, int]:
        return END.unpack_from(self[-1][1])


@given(st.lists(st.integers(0, 3 * CHUNK), max_size=6), st.booleans())
def test_what_is_written_arrives(sizes: list[int], zipped: bool) -> None:
    sent, written = Sent(), b""
    sender = Sender(sent, 1 << 30, gzip=zipped)
    for number, size in enumerate(sizes):
        sender.write(bytes([number]) * size)
        written += bytes([number]) * size
    sender.finish(worn=False)
    is_zipped = bool(sent.end[0] & 2)
    assert (zlib.decompress(sent.answer, 16 + zlib.MAX_WBITS) if is_zipped else sent.answer) == written
    assert is_zipped == (zipped and len(written) >= SMALL)


def test_pieces_are_neither_small_nor_too_large() -> None:
    sent = Sent()
    sender = Sender(sent, 1 << 30)
    for _ in range(3000):
        sender.write(b"x" * 100)
    sender.write(b"y" * (2 * PIECE))
    sender.finish(worn=False)
    sizes = [len(payload) for frame, payload in sent if frame is Frame.DATA]
    assert all(CHUNK <= size <= PIECE for size in sizes[:-1])
    assert len(sizes) >= 6


def test_a_first_piece_is_not_held_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.engine.sender, "HOLD", 0.0)
    sent = Sent()
    sender = Sender(sent, 1 << 30, gzip=True)
    sender.write(b"first")
    [(frame, piece)] = sent
    assert frame is Frame.DATA
    assert zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(piece) == b"first", "it can be read before the next"
    sender.write(b"second")
    assert len(sent) == 1


def test_an_answer_that_is_too_large_is_an_error_and_never_whole() -> None:
    sent = Sent()
    sender = Sender(sent, 1000)
    sender.write(b"x" * 1000)
    with pytest.raises(ResultTooLarge, match="more than 1000 bytes"):
        sender.write(b"x")
    assert all(frame is Frame.DATA for frame, _ in sent)


@pytest.mark.parametrize(("format", "rows"), [("csv", 2), ("ttl", -1)])
def test_the_end_says_how_many_rows_there_were_and_whether_the_worker_is_worn(format: str, rows: int) -> None:
    sent = Sent()
    sender = Sender(sent, 1 << 30, format=format)
    sender.write(b"x\r\n1\r\n2\r\n")
    sender.finish(worn=True)
    assert sent.end == (1, rows)


def test_a_page_is_smaller_than_a_document() -> None:
    assert (largest(ROWS, 1 << 30), largest(ROWS, 10), largest("json", 1 << 30)) == (PAGE, 10, 1 << 30)
