"""Judges migrations before they run: rules over effects and the revision graph. Executes nothing of the user's."""
