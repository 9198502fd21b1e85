"""The rules, one folder a family, one file a rule; ``headway.lint.catalogue`` lists them."""
