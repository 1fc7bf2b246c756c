"""Values in, HTML out: self-contained pages with inline charts."""
