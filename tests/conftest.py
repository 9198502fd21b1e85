pytest_plugins = ["fixtures.databases", "fixtures.programs", "fixtures.chance", "fixtures.docker", "fixtures.postgis"]
