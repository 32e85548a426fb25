"""Sentences, headings and list items."""

from kg.segments import segments

TEXT = "Heading\n\nA owns\u00a0B. C pays D!\n • Åland\n  \nTel: 1"


def test_segments_are_headings_sentences_and_list_items_without_bullets() -> None:
    assert [TEXT[s.start : s.end] for s in segments(TEXT)] == [
        "Heading",
        "A owns\u00a0B.",
        "C pays D!",
        "Åland",
        "Tel: 1",
    ]
