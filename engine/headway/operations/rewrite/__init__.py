"""A table made anew: what the new one will be, while the changes of a batch are applied, and the copy itself."""
