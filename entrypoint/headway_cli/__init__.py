"""The ``headway`` command line program and the GitHub Action around the ``headway`` engine."""
