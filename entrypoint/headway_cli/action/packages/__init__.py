"""The project's own packages: which it wants, by the files it has, and their installation apart from headway's."""
