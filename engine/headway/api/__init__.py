"""The use cases as verbs. The only place that wires rooms together."""
