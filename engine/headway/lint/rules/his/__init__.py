"""Rules about what is released: the base branch has it, and so have databases."""
