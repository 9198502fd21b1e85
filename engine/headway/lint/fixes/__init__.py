"""What a machine changes in a revision file."""
