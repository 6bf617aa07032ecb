"""The command line: what operations and developers run at a desk. Not part of the Lambda layers."""
