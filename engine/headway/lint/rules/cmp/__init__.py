"""Rules about changes that break the running application."""
