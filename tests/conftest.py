import gc

import pytest

pytest_plugins = [
    "fixtures.databases",
    "fixtures.pgbouncer",
    "fixtures.programs",
    "fixtures.chance",
    "fixtures.docker",
    "fixtures.interrupts",
    "fixtures.parts",
    "fixtures.postgis",
]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Groups of tests that share a server or an image must not be spread in silence: then each worker makes its own."""
    if getattr(config.option, "loadgroup", False):
        for item in items:
            if item.get_closest_marker("xdist_group") and "@" not in item.nodeid:
                raise pytest.UsageError("pytest-xdist does not group tests on this version of pytest")


def pytest_collection_finish() -> None:
    """Twenty thousand collected tests stay to the end: looking through them for garbage made some three times as slow."""
    gc.collect()
    gc.freeze()
