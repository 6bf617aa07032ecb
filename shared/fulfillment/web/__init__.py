"""Pages that a browser shows: a folder each, plain files without a build step."""
