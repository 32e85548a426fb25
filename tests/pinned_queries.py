"""The smallest queries that show where an engine leaves the specification, one a cause; each name is its cause in short.

`generated_queries` makes none of these. Their data is that of `differential.small_quads`.
"""

from __future__ import annotations

from generated_queries import HEAD

__all__ = ["PINNED"]

_QUERIES = {
    # Oxigraph
    "alternatives-are-a-union": "SELECT ?y { organisation:c gov:owns|^gov:owns ?y }",
    "bad-lexical-form-of-a-boolean": 'SELECT (IF("x"^^xsd:boolean, 1, 0) AS ?n) {}',
    "booleans-compare": "SELECT (false < true AS ?n) {}",
    "columns-named-twice": "SELECT ?x ?x { ?x gov:owns ?y }",
    "count-leaves-errors-out": "SELECT (COUNT(?v + 1) AS ?n) { ?r gov:amount ?v }",
    "derived-types-are-types": 'SELECT (DATATYPE("1"^^xsd:int) AS ?n) {}',
    "effective-boolean-of-a-text-with-language": 'SELECT (IF("x"@en, 1, 0) AS ?n) {}',
    "graph-variable-beside-values": "SELECT * { GRAPH ?g { VALUES ?x { 1 } } }",
    "graph-variable-in-a-filter": "SELECT * { GRAPH ?g { ?x gov:owns ?y FILTER (BOUND(?g)) } }",
    "graph-variable-in-an-expression": "SELECT * { GRAPH ?g { BIND (?g AS ?n) } }",
    "graph-variable-in-values": "SELECT * { GRAPH ?g { VALUES ?g { gov:nowhere } } }",
    "graph-variable-of-a-count": "SELECT ?g ?n { GRAPH ?g { { SELECT (COUNT(*) AS ?n) { ?x gov:owns ?y } } } }",
    "graph-variable-of-a-subquery": "SELECT ?g ?x { GRAPH ?g { { SELECT ?x { ?x gov:owns ?y } } } }",
    "integers-beyond-64-bits": "SELECT (9223372036854775807 + 1 AS ?n) {}",
    "lexical-form-in-a-pattern": "SELECT ?x { ?x gov:amount 05 }",
    "lexical-form-in-an-expression": "SELECT (STR(1.50) AS ?n) {}",
    "lexical-forms-are-terms": "SELECT DISTINCT ?v { VALUES ?v { 1 01 } }",
    "path-of-length-zero-from-elsewhere": "SELECT ?y { gov:nowhere gov:owns* ?y }",
    "path-of-length-zero-in-each-graph": "SELECT ?g { GRAPH ?g { gov:nowhere gov:owns* gov:nowhere } }",
    # rdflib
    "and-after-an-error": "SELECT (1/0 && false AS ?n) {}",
    "average-with-an-error": "SELECT (AVG(?v) AS ?n) { ?r gov:amount ?v }",
    "blank-nodes-have-no-text": "SELECT (ISLITERAL(STR(BNODE())) AS ?n) {}",
    "cast-of-a-decimal": "SELECT (xsd:integer(2.7) AS ?n) {}",
    "columns-of-a-filter": "SELECT * { ?x gov:owns ?y FILTER (!BOUND(?z)) }",
    "columns-of-exists": "SELECT * { ?x gov:owns ?y FILTER EXISTS { ?y gov:owns ?z } }",
    "columns-of-minus": "SELECT * { ?x gov:owns ?y MINUS { ?x skos:note ?z } }",
    "comparison-of-dates-with-times": 'SELECT ("2026-11-01"^^xsd:date < "2026-11-02T00:00:00"^^xsd:dateTime AS ?n) {}',
    "comparison-of-texts-with-numbers": 'SELECT ("a" < 1 AS ?n) {}',
    "construct-where-with-a-limit": "CONSTRUCT WHERE { ?x gov:purpose true } LIMIT 1",
    "describe-all": "DESCRIBE * { ?x skos:note ?n }",
    "division-of-doubles-by-zero": "SELECT (1e0/0 AS ?n) {}",
    "effective-boolean-of-a-date": 'SELECT (IF("2026-01-01"^^xsd:date, 1, 0) AS ?n) {}',
    "exists-in-the-head": "SELECT (EXISTS { ?x gov:owns ?y } AS ?n) {}",
    "exists-sees-the-solution-in-bind": "SELECT ?y { ?x gov:owns ?y FILTER EXISTS { BIND (?y AS ?k) FILTER (BOUND(?k)) } }",
    "filter-in-a-group-sees-only-its-group": "SELECT ?x { ?x gov:owns ?y { FILTER NOT EXISTS { ?y skos:note ?n } } }",
    "functions-of-an-error": "SELECT (STRDT(STR(?u), gov:code) AS ?n) {}",
    "graph-that-is-not-there": "ASK { GRAPH gov:nowhere {} }",
    "group-of-nothing": "SELECT ?x (COUNT(*) AS ?n) { ?x gov:nothing ?y } GROUP BY ?x",
    "hash-of-a-text-with-language": 'SELECT (MD5("x"@en) AS ?n) {}',
    "in-after-an-error": "SELECT (1 IN (2, 1/0) AS ?n) {}",
    "in-with-an-unbound-variable": "SELECT (1 IN (?u, 1) AS ?n) {}",
    "iris-without-blanks": 'SELECT (ISIRI(IRI("a b")) AS ?n) {}',
    "join-is-of-multisets": "SELECT ?x { ?x a org:Organization { ?r a gov:Funding { VALUES ?n { 1 1 } } } }",
    "midnight-at-24": 'SELECT ("2026-01-01T24:00:00Z"^^xsd:dateTime = "2026-01-02T00:00:00Z"^^xsd:dateTime AS ?n) {}',
    "minimum-of-iris": "SELECT (MIN(?x) AS ?n) { ?x gov:owns ?y }",
    "minimum-of-errors": "SELECT (MIN(STR(?u)) AS ?n) {}",
    "minus-in-a-group-sees-only-its-group": "SELECT ?x { ?x gov:owns ?y { ?r a gov:Funding MINUS { ?x gov:owns ?y } } }",
    "negated-path-of-an-inverse": "SELECT ?x { ?x !^gov:owns ?y }",
    "number-of-an-unbound-variable": "SELECT (ISNUMERIC(?u) AS ?n) {}",
    "optional-after-values": "SELECT * { VALUES ?x { organisation:filmpool } OPTIONAL { ?x gov:amount ?n } }",
    "optional-in-a-group-sees-only-its-group": "SELECT ?v { ?x skos:note ?w { ?r gov:amount ?v OPTIONAL { ?x a org:Organization FILTER (?x != organisation:b) } } }",
    "alternatives-in-a-group": "SELECT ?w { ?x gov:owns ?y { ?r gov:amount ?w { { ?x a org:Organization } UNION { ?x gov:owns+ ?x } } } }",
    "order-by-an-error": "SELECT ?x { ?x gov:owns ?y } ORDER BY STR(?u)",
    "path-one-or-none-is-a-set": "SELECT ?y { organisation:c gov:owns? ?y }",
    "path-repeated-is-a-set": "SELECT ?y { organisation:c gov:owns* ?y }",
    "path-repeated-of-one-or-none": "SELECT ?x ?y { ?x (gov:owns?)+ ?y }",
    "plain-texts-are-strings": 'SELECT ?x { ?x skos:prefLabel "a"^^xsd:string }',
    "prefixes-are-declared": "SELECT ?x { ?x foaf:name ?n }",
    "products-of-integers": "SELECT (2 * 3 AS ?n) {}",
    "projection-of-a-group": "SELECT ?x (COUNT(?y) AS ?n) { ?x gov:owns ?y }",
    "replacement-of-a-whole-match": 'SELECT (REPLACE("a.c", "[.]", "<$0>") AS ?n) {}',
    "strdt-takes-a-string": "SELECT (STRDT(1, xsd:string) AS ?n) {}",
    "substring-from-zero": 'SELECT (SUBSTR("hello", 0, 3) AS ?n) {}',
    "sum-of-texts": "SELECT (SUM(?v) AS ?n) { ?x skos:prefLabel ?v }",
    "sum-with-an-unbound-variable": "SELECT (SUM(?v) AS ?n) { VALUES ?v { 1 UNDEF } }",
    "variables-are-bound-once": "SELECT ?x { ?x gov:owns ?y BIND (1 AS ?x) }",
    "variables-of-a-subquery": "SELECT ?x { ?x gov:owns ?y { SELECT ?r { ?r gov:recipient ?x } } }",
    # open
    "cast-to-a-date": 'SELECT (xsd:date("2026-11-01") AS ?n) {}',
    "concatenation-of-iris": "SELECT (GROUP_CONCAT(?v) AS ?n) { VALUES ?v { gov:x } }",
    "digits-of-a-quotient": "SELECT (1/3 AS ?n) {}",
    "exists-of-a-subquery": "SELECT ?x { ?x gov:owns ?y FILTER EXISTS { SELECT ?x { FILTER (ISIRI(?x)) } } }",
    "languages-in-capitals": 'SELECT (LANG("x"@sv-SE) AS ?n) {}',
    "maximum-with-an-unbound-variable": "SELECT (MAX(?v) AS ?n) { VALUES ?v { 1 UNDEF } }",
    "years-compare": 'SELECT ("2026"^^xsd:gYear < "2027"^^xsd:gYear AS ?n) {}',
}

PINNED = {name: f"{HEAD}{text}" for name, text in _QUERIES.items()}
