"""What the effects of a revision mean together, which no single one tells."""
