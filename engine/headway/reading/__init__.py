"""A revision file read as text: its header, what it does, and the places that could not be read."""
