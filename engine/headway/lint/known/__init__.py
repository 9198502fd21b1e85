"""What rules may ask of a history."""
