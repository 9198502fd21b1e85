"""Revision files and script directories. Reads and writes files; executes nothing of the user's."""
