"""Report values and the functions that turn one into text; pure: no I/O, clock, environment or colour detection."""
