"""The trade's own rules: values and plain functions. No clock, no ids, no I/O, no AWS, no web."""
