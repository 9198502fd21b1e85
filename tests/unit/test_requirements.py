"""What the requirements of a project tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from headway.config.requirements import stays_below_sqlalchemy_2


@pytest.mark.parametrize(
    "text",
    [
        "sqlalchemy==1.4.48",
        "flask\nSQLAlchemy[asyncio]>=1.4, <2.0  # not yet\n",
        "sqlalchemy~=1.4.2 ; python_version > '3'",
        'dependencies = [\n  "sqlalchemy<2",\n]',
        "sqlalchemy <= 1.4.99",
        '[tool.poetry.dependencies]\nsqlalchemy = "^1.4"',
        'sqlalchemy = "==1.4.1"',
    ],
)
def test_version_2_is_kept_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "requirements.txt").write_text(text)
    assert stays_below_sqlalchemy_2([str(tmp_path), str(tmp_path / "nowhere")])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "flask<2",
        "sqlalchemy",
        "sqlalchemy>=1.4",
        "sqlalchemy<2.1",
        "sqlalchemy==2.0.1",
        "sqlalchemy!=1.4.3",
        'sqlalchemy = "^2.0"',
        "sqlalchemy-utils<1.0",
        "# sqlalchemy<2",
        "sqlalchemy<2\nsqlalchemy>=2.0\n",
    ],
)
def test_version_2_is_let_in(tmp_path: Path, text: str) -> None:
    (tmp_path / "requirements.txt").write_text(text)
    assert not stays_below_sqlalchemy_2([str(tmp_path)])
