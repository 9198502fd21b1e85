"""Which revisions are judged, and beside which others."""
