"""The web half: SPARQL 1.1 Protocol, pages for people, health. Nothing here evaluates a query."""
