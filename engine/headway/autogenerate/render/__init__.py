"""Operations as Python text, in the layout that Alembic's users know."""
