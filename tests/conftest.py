pytest_plugins = [
    "fixtures.databases",
    "fixtures.pgbouncer",
    "fixtures.programs",
    "fixtures.chance",
    "fixtures.docker",
    "fixtures.interrupts",
    "fixtures.postgis",
]
