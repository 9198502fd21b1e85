pytest_plugins = ["fixtures.databases", "fixtures.programs"]
