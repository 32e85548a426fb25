"""`docs/conformance.md`, written from the suites' sizes and the list of known failures.

`python tests/conformance/figures.py` writes it where the suites are there.
"""

from __future__ import annotations

from collections import Counter

from shacl import SIZES
from shacl import cases_of as shacl_cases_of
from w3c import ROOT, RUN, Suite, cases_of, known_failures

DOCUMENT = ROOT / "docs" / "conformance.md"

_HEAD = """# Conformance

Written by `tests/conformance/figures.py`; a test keeps it true.

The W3C tests of SPARQL 1.0 and 1.1 are run **over HTTP against a served release**, in `make test` and alone by
`pytest tests/conformance`. They are not part of this repository. `KG_CONFORMANCE` names a folder (default `../shared/conformance`) that has a
copy of [rdf-tests](https://github.com/w3c/rdf-tests) as its `sparql`, so that `sparql/sparql/sparql11/manifest-all.ttl` is there.
Where it is not, the tests are skipped and say so.

- The dataset of a test is written as a release of its own and opened by query workers as any other; its base IRI is that of
  the test, so that each query is sent byte for byte as the W3C has it.
- Each answer is asked for in all lossless formats: solutions in JSON, XML and TSV, booleans in JSON and XML, graphs in Turtle,
  N-Triples, RDF/XML and JSON-LD. The tests of CSV ask for CSV.
- Solutions are compared as multisets, or as sequences where the query has ORDER BY, up to the names of blank nodes; graphs by
  RDFC-1.0. A literal of the data must come back as the term it is. A number that the query computed is compared by its
  value, because the specification gives it no lexical form.
- A release has the graphs that a query asks for by FROM, as a graph that is not there is an error here (SPARQL 1.1 Protocol §2.1.4).
- The tests of the protocols and of the service description are made of a server process as `kg serve` starts it.
- The tests of the Graph Store Protocol put graphs there and read them again. As they stand, all but one fail where they begin to
  write. What they read, 12 times, is therefore also read from releases that hold what was put there until then: all 12 answers
  are right.
- `tests/conformance/expected-failures.csv` names each test that fails, what is answered instead (an HTTP status, `answer` for a wrong answer, `form` for
  the right values in other lexical forms), and why. A known failure that passes, or fails in another way, is an error.

"""

_TAIL = """
## What is not offered

- **Update**: the graph changes by release only. All updates of the suites are sent, directly, as a form and as a query, and none is
  carried out: 403 (or 400 where one is sent as a query and begins as none). PUT, POST, PATCH and DELETE of a
  graph are 403 too.
- **SERVICE**: 422, SILENT or not. An endpoint that asks other servers for its visitors can be used against them.
- **Entailment regimes**: answers come from what the release says; what follows from it (shortcuts, date bounds) is derived when
  a release is built. The tests that simple entailment answers are run and pass.
- **Graphs by their own address** (Graph Store Protocol §4.1): a graph is read at `/graph-store?graph=`, not at its IRI. The older
  prose tests of that protocol, in `http-rdf-update`, are not run: the W3C has replaced them by those that are.

## What a deviation of the engine means here

- *Lexical forms*: `"01"^^xsd:integer` comes back as `"1"`, `"1.0"^^xsd:decimal` as `"1"`, and the types derived from `xsd:integer` as
  `xsd:integer`. Identifiers are therefore strings, and dumps are written from the files. `/graph-store` answers as the engine does,
  as the specification equates it with a CONSTRUCT (§5.2): who needs the forms as they were written takes the dump.
- *The variable of GRAPH* has its value inside the braces already, where the specification gives it afterwards. It matters where the
  variable is used again inside, and for MINUS, VALUES and aggregates that stand there.
- *BNODE of a string*: the same string gives the same blank node in all solutions; `BNODE()` is not concerned.
- *Functions*: one that the engine lacks is an error (422) and not an unbound value.
"""


_SHACL = """
## SHACL

The [test suite of the W3C for SHACL](https://github.com/w3c/data-shapes/tree/gh-pages/data-shapes-test-suite) is run by
`tests/conformance/test_w3c_shacl.py` over the compiled validator, from the folder `shacl` beside the other; pySHACL is asked nothing. Each result
must have the focus node, path, value, severity, shape, constraint component and constraint that the W3C expects, no result
may be missing or be one too many, and what must fail must fail.
"""


def document() -> str:
    """The text of `docs/conformance.md`."""
    lines = ["| Suite | Tests run | Pass | Known failures |", "|---|---:|---:|---:|"]
    total = failing = 0
    for suite in RUN:
        failures = _failures(suite)
        lines.append(f"| {suite.name} | {suite.size} | {suite.size - failures} | {failures} |")
        total, failing = total + suite.size, failing + failures
    lines.append(f"| **All** | **{total}** | **{total - failing}** | **{failing}** |")
    lines += ["", "| Why tests fail | Tests | Answered |", "|---|---:|---|"]
    counted = Counter((known.reason, known.seen) for known in known_failures().values())
    for reason in sorted({reason for reason, _ in counted}, key=str.casefold):
        seen = sorted(seen for known, seen in counted if known == reason)
        lines.append(f"| {reason} | {sum(counted[reason, item] for item in seen)} | {', '.join(seen)} |")
    return _HEAD + "\n".join(lines) + "\n" + _TAIL + _shacl()


def _shacl() -> str:
    lines = [_SHACL, "| Suite | Tests run | Pass | Known failures |", "|---|---:|---:|---:|"]
    for part, name in (("core", "SHACL Core"), ("sparql", "SHACL-SPARQL")):
        failures = sum(case.iri in known_failures() for case in shacl_cases_of(part))
        lines.append(f"| {name} | {SIZES[part]} | {SIZES[part] - failures} | {failures} |")
    return "\n".join(lines) + "\n"


def _failures(suite: Suite) -> int:
    return sum(case.iri in known_failures() for case in cases_of(suite))


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
