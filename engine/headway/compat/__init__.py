"""What ``import alembic`` gives to a user's code while headway runs it: facades, and the hook that serves them."""
