"""headway's own verbs, one a file: options in, use case called, report out."""
