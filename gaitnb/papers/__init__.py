"""One sub-package per paper."""
