"""What is known of names that other packages give: which of them cannot reach a database by themselves."""

from __future__ import annotations

import sys
from enum import Enum

from headway.reading.values import AlembicContext, Bound, Op


class Kind(Enum):
    """What a call of an imported name means for a reading."""

    UNKNOWN = "unknown"
    HARMLESS = "harmless"
    """It does nothing to a database unless it is given what reaches one."""
    SQLALCHEMY = "sqlalchemy"
    PARTIAL = "partial"
    DEDENT = "dedent"
    IMPORT = "import"
    COPY = "copy"
    PLAIN = "plain"
    """It makes text or plain data of whatever it is given."""
    GIVES_EXTENSION = "gives extension"
    """It returns the class of Flask-SQLAlchemy's extension."""


def special(path: str) -> object:
    """What stands for ``alembic.op`` and its like; None for any other name."""
    if path in ("alembic.op", "alembic.operations.op"):
        return Op()
    if path == "alembic.context":
        return AlembicContext()
    module, _, name = path.rpartition(".")
    if module == "alembic.op":
        return Bound(Op(), name)
    return Bound(AlembicContext(), name) if module == "alembic.context" else None


def is_foreign(path: str) -> bool:
    """Whether a name may belong to the project: neither to Python's library nor to SQLAlchemy or Alembic."""
    top = path.partition(".")[0]
    return top not in sys.stdlib_module_names and top not in _SQLALCHEMY and top != "alembic"


def is_unknown_library(path: str) -> bool:
    """Whether nobody here knows what an object of this class does when its methods are called."""
    top = path.partition(".")[0]
    return is_foreign(path) and top not in _HARMLESS


def kind_of(path: str) -> Kind:
    """What a call of the name with this dotted path means."""
    special = _SPECIAL.get(path)
    if special is not None:
        return special
    top = path.partition(".")[0]
    name = path.rpartition(".")[2]
    if top in _SQLALCHEMY:
        return Kind.SQLALCHEMY
    if path.startswith(_RUNS_ANYTHING) or path == top:
        return Kind.UNKNOWN
    if top in sys.stdlib_module_names or top in _HARMLESS:
        return Kind.HARMLESS
    if top == "alembic":
        return Kind.HARMLESS if path.startswith(("alembic.util", "alembic.__version__")) else Kind.UNKNOWN
    # A class: making an object of it, such as a column's type, reaches no database by itself.
    return Kind.HARMLESS if name[:1].isupper() else Kind.UNKNOWN


_SPECIAL = {
    "functools.partial": Kind.PARTIAL,
    "textwrap.dedent": Kind.DEDENT,
    "inspect.cleandoc": Kind.DEDENT,
    "importlib.import_module": Kind.IMPORT,
    "copy.copy": Kind.COPY,
    "copy.deepcopy": Kind.COPY,
    "typing.cast": Kind.HARMLESS,
    **dict.fromkeys(
        [f"{package}.{name}" for package in ("json", "simplejson", "orjson", "ujson") for name in ("loads", "dumps")],
        Kind.PLAIN,
    ),
    # A value of a row in, a value out: neither is handed a connection.
    **dict.fromkeys(("pickle.loads", "pickle.dumps", "marshal.loads", "marshal.dumps"), Kind.PLAIN),
    **dict.fromkeys(("yaml.safe_load", "yaml.safe_dump", "yaml.dump"), Kind.PLAIN),
    "flask_appbuilder.utils.legacy.get_sqla_class": Kind.GIVES_EXTENSION,
}

_SQLALCHEMY = frozenset({"sqlalchemy", "sqlmodel"})

_RUNS_ANYTHING = (
    *("os.system", "os.popen", "os.exec", "os.spawn", "subprocess.", "importlib.", "runpy.", "ctypes.", "imp."),
    *("asyncio.create_subprocess", "pty.", "code.", "codeop.", "multiprocessing.", "concurrent.", "threading."),
    *("sys.modules", "pickle.load", "marshal.load", "shelve.", "gc.", "inspect.get", "sqlite3.", "alembic.command"),
)
"""What of the standard library runs code or programs of any kind, or opens databases."""

_HARMLESS_WORDS = (
    "sqlalchemy_utils geoalchemy2 pgvector sqlalchemy_json dateutil pytz yaml orjson simplejson ujson passlib "
    "bcrypt argon2 werkzeug cryptography slugify nanoid ulid uuid6 uuid_utils pydantic attr attrs packaging "
    "typing_extensions six oslo_i18n tqdm rich structlog loguru requests httpx numpy pandas arrow pendulum babel click "
    "typer tenacity sqlalchemy_bigquery clickhouse_sqlalchemy snowflake citext advanced_alchemy "
    "fastapi_users_db_sqlalchemy sqlalchemy_enum34 oslo_log oslo_utils oslo_serialization markupsafe jinja2 "
    "mako toml tomllib tomli lxml bs4 boto3 botocore jwt itsdangerous ftfy regex natsort more_itertools toolz"
)
_HARMLESS = frozenset(_HARMLESS_WORDS.split())
"""Packages that do nothing to a database unless they are given a connection."""
