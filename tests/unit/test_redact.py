"""Passwords leave every text, by their place and by themselves, and nothing else does."""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
from collections.abc import Iterator

import pytest

from fixtures.timing import seconds_of
from headway import redact as room
from headway.errors import HeadwayError
from headway.redact import password_of, redact, redacted_line, remember, remember_password

SECRET = "p@ss'W0rd/%&\"ü"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(room, "_known", set())
    room._pattern_of.cache_clear()
    yield
    room._pattern_of.cache_clear()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql+psycopg://u:geheim@h:5432/db", "postgresql+psycopg://u:***@h:5432/db"),
        ("cannot reach 'mysql://u:p@ssW0rd@h/db'.", "cannot reach 'mysql://u:***@h/db'."),
        ("u:p@ssW0rd@host", "u:***@host"),
        ("//u:p@host", "//u:***@host"),
        ("postgres//u:pw@host", "postgres//u:***@host"),
        ("url=u:geheim@host", "url=u:***@host"),
        ("//u:geheim@host", "//u:***@host"),
        ("postgresql://:geheim@host", "postgresql://:***@host"),
        ("host=h password=geheim user=u", "host=h password=*** user=u"),
        ("{'password': 'geheim'}", "{'password': '***'}"),
        ('{"password": "geheim"}', '{"password": "***"}'),
        ("password='geheim", "password=***"),
        ("PWD: geheim", "PWD: ***"),
        ("CREATE ROLE a PASSWORD 'geheim' LOGIN", "CREATE ROLE a PASSWORD '***' LOGIN"),
        ("ALTER USER a IDENTIFIED WITH caching_sha2_password BY 'geheim'", "ALTER USER a IDENTIFIED WITH caching_sha2_password BY '***'"),
        ("CREATE USER a IDENTIFIED BY 'geheim'", "CREATE USER a IDENTIFIED BY '***'"),
        ("CREATE USER a IDENTIFIED VIA x USING ('geheim')", "CREATE USER a IDENTIFIED VIA x USING ('***')"),
        ("pwd=geheim; x", "pwd=***; x"),
        ("SET PASSWORD FOR 'a'@'%' = 'geheim'", "SET PASSWORD FOR 'a'@'%' = '***'"),
        ("SELECT dblink_connect('host=h password=geheim dbname=d')", "SELECT dblink_connect('host=h password=*** dbname=d')"),
        ("CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'u', password 'geheim')", "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'u', password '***')"),
        ("CREATE SUBSCRIPTION s CONNECTION 'host=h password=geheim' PUBLICATION p", "CREATE SUBSCRIPTION s CONNECTION 'host=h password=***' PUBLICATION p"),
        ("CREATE SUBSCRIPTION s CONNECTION 'postgresql://u:geheim@h/d' PUBLICATION p", "CREATE SUBSCRIPTION s CONNECTION 'postgresql://u:***@h/d' PUBLICATION p"),
    ],
)  # fmt: skip
def test_by_place(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "versions/ab12_x.py:3:5: error",
        "the range 'a1:label@head' has no end",
        "user@host:5432",
        "postgresql://user@host/db",
        "postgresql://user:@host/db",
        "user:@host",
        "@host:5432",
        "key:value@/path",
        "key:value@-",
        "mailto:joe@example.org",
        "headway:1.2@sha256:12ab",
        "https://example.org/a:b",
        "CREATE TABLE password_resets (id int)",
        "the password is wrong",
        "Can't locate revision identified by 'ab12'",
    ],
)
def test_what_is_no_password(text: str) -> None:
    assert redact(text) == text


def spelt(secret: str) -> dict[str, str]:
    return {
        "plain": secret,
        "percent": urllib.parse.quote(secret, safe=""),
        "lower percent": re.sub("%..", lambda match: match[0].lower(), urllib.parse.quote(secret, safe="")),
        "plus": urllib.parse.quote_plus(secret),
        "repr": repr(secret)[1:-1],
        "JSON": json.dumps(secret)[1:-1],
        "JSON with letters": json.dumps(secret, ensure_ascii=False)[1:-1],
        "SQL": secret.replace("'", "''"),
        "base64": base64.b64encode(secret.encode()).decode(),
        "basic": base64.b64encode(f"user:{secret}".encode()).decode(),
        "basic, longer": base64.b64encode(f"user2:{secret}!".encode()).decode(),
    }


@pytest.mark.parametrize("name", spelt(SECRET))
def test_by_value_in_every_spelling(name: str) -> None:
    text = f"the driver said: <{spelt(SECRET)[name]}>"
    assert redact(text) == text
    remember(SECRET)
    shown = redact(text)
    assert spelt(SECRET)[name] not in shown and "***" in shown
    if not name.startswith("ba"):  # in base64 its ends are mixed with what stands beside it
        assert shown == "the driver said: <***>"


@pytest.mark.parametrize("size", [6, 7, 8, 9, 20])
@pytest.mark.parametrize("before", range(5))
def test_of_base64_everything_goes_that_is_the_secret_alone(size: int, before: int) -> None:
    secret = "q7Zk-3xW+9pLm2Rt~8vN"[:size]
    written = base64.b64encode(f"{'user:'[:before]}{secret}!!!!".encode()).decode()
    first, last = -(-before * 8 // 6), (before + size) * 8 // 6
    assert redact(written, [secret]) == f"{written[:first]}***{written[last:]}"
    assert redact(written.replace("+", "-"), [secret]) == f"{written[:first]}***{written[last:]}"


def test_of_two_secrets_the_longer_one_is_hidden_whole() -> None:
    remember("kT7-plum")
    remember("kT7-plum-33-orchard")
    assert redact("(kT7-plum-33-orchard) (kT7-plum)") == "(***) (***)"


@pytest.mark.parametrize("word", ["pass", "versions", "postgres", "Secret"])
def test_a_plain_word_is_masked_by_its_place_only(word: str) -> None:
    remember_password(f"driver://user:{word}@localhost/dbname")
    assert redact(f'"result": "{word}", migrations/{word}/a.py') == f'"result": "{word}", migrations/{word}/a.py'
    assert redact(f"driver://user:{word}@localhost/dbname") == "driver://user:***@localhost/dbname"


def test_what_is_also_the_user_or_the_database_is_masked_by_its_place_only() -> None:
    remember_password("postgresql://shop_1:shop_1@db/shop_1")
    assert redact("on database shop_1") == "on database shop_1"
    remember_password("postgresql://shop_1:shop_2@db/shop_1")
    assert redact("on database shop_2") == "on database ***"


def test_the_place_of_an_error_is_as_it_is() -> None:
    remember("v3rsions")
    error = HeadwayError("the v3rsions are wrong", path="v3rsions/a.py", line=3, hint="Mend v3rsions.")
    assert redacted_line(error) == "v3rsions/a.py:3: the *** are wrong. Mend ***."


@pytest.mark.parametrize(
    "text",
    [
        "a" * 240_000,
        "a+" * 120_000,
        "a:" * 120_000,
        "a@" * 120_000,
        "x://a:" * 40_000,
        "password" + " " * 240_000,
        "password=" * 27_000,
        "PASSWORD $a$ " * 18_000,
        "PASSWORD FOR " * 18_000,
        "PASSWORD '" * 24_000,
        "IDENTIFIED WITH x" + " " * 240_000,
        "'\\" * 120_000 + "PASSWORD '" + "\\'" * 100_000,
    ],
    ids=lambda text: text[:16],
)
def test_it_takes_time_in_proportion(text: str) -> None:
    remember(SECRET)
    assert seconds_of(lambda: redact(text), enough=2) < 2


def test_a_short_secret_is_hidden_too() -> None:
    remember("q7Zk")
    assert redact("token q7Zk, and q7Zkk") == "token ***, and q7Zkk"


@pytest.mark.parametrize(
    ("secret", "text", "shown"),
    [
        ("a1!", "(a1!) xa1!", "(***) xa1!"),
        ("a1", "(a1)", "(a1)"),
        ("q7Zk9", "q7Zk9 xq7Zk9 q7Zk9y", "*** xq7Zk9 q7Zk9y"),
        ("q7Zk91", "q7Zk91 xq7Zk91 q7Zk91y", "*** x*** ***y"),
        ("#7Z", "x#7Z.", "x***."),
        ("q7#", "q7#x", "***x"),
        ("", "nothing", "nothing"),
        (None, "nothing", "nothing"),
        ("Geheimniskram", "Geheimniskram", "***"),
        ("Geheimnissen", "Geheimnissen", "Geheimnissen"),
    ],
)
def test_a_short_secret_only_where_it_is_a_word(secret: str | None, text: str, shown: str) -> None:
    remember(secret)
    remember(secret)
    assert redact(text) == shown
    remember("another-0ne")
    assert redact(f"{text} another-0ne") == f"{shown} ***"


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("postgresql+psycopg://shop:hunter2/db", "hunter2"),
        ("postgresql://shop:hunter2", "hunter2"),
        ("mysql://shop:2hunter?charset=x", "2hunter"),
        ("postgresql://host:5432/db", None),
        ("postgresql://host:5432", None),
        ("postgresql://host:/db", None),
        ("postgresql://[::1]:5432/db", None),
        ("postgresql+psycopg://[fe80::1]/db", None),
        ("sqlite:///C:/x.db", None),
        ("postgresql://host/db", None),
        ("docker://postgres:16-alpine", None),
        ("https://host:x/y", None),
        ("postgresql://one:5432,two:5433/db", None),
    ],
)
def test_a_password_whose_host_is_forgotten_stands_where_a_port_would(url: str, password: str | None) -> None:
    assert password_of(url) == password


def test_an_account_without_a_scheme_is_known_by_its_place() -> None:
    assert redact("//user:secret@host/db and user:secret@host") == "//user:***@host/db and user:***@host"
