"""A schema as values: what it holds, what effects make of it, how two differ. No database, no source file, no rule."""
