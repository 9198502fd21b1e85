"""How a revision file is written: its syntax, whatever it does."""
