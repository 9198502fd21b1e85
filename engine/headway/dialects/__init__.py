"""How each database does what operations ask for: DDL, comparison of types and defaults, batch copies."""
