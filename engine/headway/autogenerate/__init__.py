"""Autogenerate: what the models ask for that the database lacks, as operations, and those as Python text."""
