"""kg: governance knowledge graphs, from Turtle files to an answered query."""
