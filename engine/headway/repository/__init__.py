"""What git knows about the project. Reads, never writes."""
