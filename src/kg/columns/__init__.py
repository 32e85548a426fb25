"""One graph as columns of numbers over a table of its terms: what validation, derivation and the build work on."""
