"""The cache of encoded answers: what it finds, and that it stays within its size."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.query import Dataset
from kg.web.cache import AnswerCache, Kept, entity_tag, is_current

SIZE = 20_000


def kept(size: int) -> Kept:
    """An answer of so many bytes."""
    return Kept(b"x" * size, [], 'W/"tag"', 1, "abc", b"HTTP/1.1 200 OK\r\n")


def test_an_answer_is_found_by_its_query_and_by_the_bytes_that_asked_for_it() -> None:
    cache, answer = AnswerCache(SIZE), kept(10)
    cache.put("key", answer)
    assert cache.get("key") is answer
    assert cache.at_once(b"request") is None
    cache.name("key", b"request")
    assert cache.at_once(b"request") is answer
    assert cache.at_once(b"request ") is None


def test_what_is_not_kept_has_no_name() -> None:
    cache = AnswerCache(SIZE)
    cache.name("key", b"request")
    assert (cache.at_once(b"request"), cache.used) == (None, 0)


def test_an_answer_has_a_few_names_at_most() -> None:
    cache = AnswerCache(SIZE)
    cache.put("key", kept(10))
    for number in range(1000):
        cache.name("key", b"%d" % number)
    assert sum(cache.at_once(b"%d" % number) is not None for number in range(1000)) == 8


def test_the_least_recently_used_goes_and_its_names_with_it() -> None:
    cache = AnswerCache(SIZE)
    for key in ("a", "b"):
        cache.put(key, kept(1000))
        cache.name(key, key.encode())
    assert cache.at_once(b"a") is not None  # used last
    for number in range(20):
        cache.put(number, kept(1000))
        assert cache.at_once(b"a") is not None
    assert cache.at_once(b"b") is None
    assert cache.at_once(b"a") is not None


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 20), st.integers(0, 4000)),
        st.tuples(st.just("name"), st.integers(0, 20), st.integers(1, 3000)),
        st.tuples(st.just("find"), st.integers(0, 20), st.integers(1, 3000)),
    ),
    max_size=60,
)


@given(OPERATIONS)
@settings(derandomize=True, max_examples=300, deadline=None)
def test_it_stays_within_its_size_and_finds_only_what_was_put(operations: list[tuple[str, int, int]]) -> None:
    cache = AnswerCache(SIZE)
    put: dict[int, Kept] = {}
    for operation, key, size in operations:
        request = b"%d:" % key + b"r" * size
        if operation == "put":
            answer = kept(size)
            put[key] = cache.get(key) or answer
            cache.put(key, answer)
        elif operation == "name":
            cache.name(key, request)
        else:
            found = cache.at_once(request)
            assert found is None or found is put[key]
            assert found is None or cache.get(key) is found
        assert 0 <= cache.used <= SIZE
    for key in range(21):
        found = cache.get(key)
        assert found is None or found is put[key]


def test_a_tag_tells_what_was_asked_for() -> None:
    nothing = Dataset()
    tags = {
        entity_tag(release, text, nothing, content_type, coding)
        for release in ("1", "2")
        for text in ("ASK {}", "ASK {} ")
        for content_type in ("text/csv", "application/json")
        for coding in ("", "gzip")
    }
    assert len(tags) == 16
    tag = tags.pop()
    assert is_current(tag, tag)
    assert is_current(tag, f'"other", {tag}')
    assert is_current(tag, "*")
    assert not is_current(tag, ", ".join(sorted(tags)))
