"""Operations: what ``op.*`` builds, as values, and how each is carried out through a dialect's implementation."""
