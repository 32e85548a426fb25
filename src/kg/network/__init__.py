"""Networks of relations as integer columns: effective ownership, components, interlocks."""
