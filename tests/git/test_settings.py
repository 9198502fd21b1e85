"""Files that have been there enter a history when its settings change: they are judged, with real git."""

from __future__ import annotations

from pathlib import Path

import pytest

from git.repository import INI, Repository, outside_of_ci, said

DROP = 'op.drop_table("customers")'


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """``main`` has b2, which drops a table, in two folders that are no part of its history."""
    outside_of_ci(monkeypatch)
    made = Repository(tmp_path / "p")
    made.revision("a1")
    for folder in ("m/versions/below", "aside"):
        (made.place / folder).mkdir()
        made.revision("b2", "a1", DROP, file=str(made.place / folder / "b2"))
    (made.place / "pyproject.toml").write_text('[project]\nname = "x"\n')
    made.commit(released=True)
    made.branch("mine")
    return made


def change(repository: Repository, more: str, *, toml: str = "") -> None:
    (repository.place / "alembic.ini").write_text(INI + more)
    if toml:
        (repository.place / "pyproject.toml").write_text(toml)
    repository.commit()


def judged(repository: Repository, config: str = "alembic.ini") -> set[str | None]:
    """The revisions that lint finds something in; REV011 speaks of the folder that is not looked into."""
    return {revision for code, revision in said(repository.judge(config=config)) if code != "REV011"}


@pytest.mark.parametrize(
    "more",
    [
        "version_locations = %(here)s/m/versions:%(here)s/aside\npath_separator = :\n",
        "recursive_version_locations = true\n",
    ],
)
def test_what_the_settings_let_in_is_judged(repository: Repository, more: str) -> None:
    change(repository, more)
    assert judged(repository) == {"b2"}


def test_another_folder_of_scripts_is_another_history(repository: Repository) -> None:
    repository.on_main()
    other = repository.place / "n"
    (other / "versions").mkdir(parents=True)
    (other / "env.py").write_text((repository.place / "m" / "env.py").read_text())
    repository.revision("c3", None, DROP, file=str(other / "versions" / "c3"))
    repository.commit(released=True)
    (repository.place / "alembic.ini").write_text(INI.replace("%(here)s/m", "%(here)s/n"))
    repository.commit()
    assert judged(repository) == {"c3"}


def test_a_base_whose_folder_is_not_there_had_another_history(repository: Repository) -> None:
    repository.on_main()
    repository.revision("a1", None, DROP)
    (repository.place / "alembic.ini").write_text(INI.replace("%(here)s/m", "%(here)s/gone"))
    repository.commit(released=True)
    change(repository, "")
    assert judged(repository) == {"a1"}


def test_other_settings_let_nothing_in(repository: Repository) -> None:
    change(repository, "timezone = UTC\n", toml='[project]\nname = "y"\n')
    assert judged(repository) == set()


def test_the_settings_of_a_toml_count_as_well(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository.place)  # there a pyproject.toml is read beside the ini file
    change(repository, "", toml='[tool.alembic]\nversion_locations = ["%(here)s/m/versions", "%(here)s/aside"]\n')
    assert judged(repository) == {"b2"}


def test_settings_that_the_base_has_not_tell_nothing(repository: Repository) -> None:
    repository.git("mv", "alembic.ini", "other.ini")
    repository.commit()
    assert judged(repository, "other.ini") == set()
