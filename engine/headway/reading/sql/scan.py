"""What an expression or a query mentions: the tables it reads, the functions it calls, the rows it locks.

One walk over the tokens that knows where a list of tables can stand. Checks no syntax: what a database would refuse
changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from headway.effects import model as fx
from headway.effects.harmless import NO_FUNCTIONS, is_pure
from headway.reading.sql.cursor import Cursor, UnreadError, words
from headway.reading.sql.tokens import Token


@dataclass
class Mentions:
    """What a stretch of SQL mentions, each once and in the order of its first place."""

    tables: dict[tuple[fx.MaybeText, fx.Text], None] = field(default_factory=dict)
    aliases: dict[fx.Text, tuple[fx.MaybeText, fx.Text]] = field(default_factory=dict)
    """What the names stand for that tables have within the outermost query; UNKNOWN for what stands for several."""
    folds: bool = False
    """Whether names are compared without their case, as SQL Server does."""
    calls: dict[str, Cursor] = field(default_factory=dict)
    """Functions that may have an effect, with what stands in their parentheses."""
    into: tuple[fx.MaybeText, fx.Text] | None = None
    """The table that SELECT … INTO makes."""
    locks: str = ""
    """FOR UPDATE and its kin."""

    def compared(self, name: fx.Text) -> fx.Text:
        """A name as it is compared with an alias."""
        return name.lower() if self.folds and isinstance(name, str) else name


@dataclass
class _Level:
    """What is known within one pair of parentheses."""

    query: bool = False
    listing: bool = False
    expecting: bool = False
    derived: bool = False
    """Whether it stands in place of a table."""
    seen: int = 0
    """How many tables had been mentioned where it begins."""


def mentions(cursor: Cursor, *, query: bool = False, listing: bool = False) -> Mentions:
    """What everything up to the cursor's end mentions. ``query`` says that a SELECT, UPDATE or DELETE has begun,
    ``listing`` that a list of tables comes first."""
    return _Walk(cursor, query, listing).found


class _Walk:
    def __init__(self, cursor: Cursor, query: bool, listing: bool) -> None:
        self.cursor = cursor
        self.tokens = cursor.tokens
        self.end = cursor.end
        self.closing = _closing(cursor)
        self.found = Mentions(folds=cursor.script.database == "mssql")
        self.seen: list[tuple[fx.MaybeText, fx.Text]] = []
        self.ctes: set[fx.Text] = set()
        self.levels = [_Level(query, listing, listing)]
        place = cursor.place
        while place < self.end:
            place = self.step(place, self.tokens[place])

    def word(self, place: int) -> str:
        return self.tokens[place].word if self.cursor.place <= place < self.end else ""

    def step(self, place: int, token: Token) -> int:
        level = self.levels[-1]
        word = token.word
        expected = level.expecting
        if token.kind == "broken":
            raise UnreadError
        if word in ("(", "["):
            derived = level.expecting
            self.levels.append(_Level(listing=derived, expecting=derived, derived=derived, seen=len(self.seen)))
            level.expecting = False
        elif word in (")", "]"):
            self.derived(place, self.levels.pop())
        elif (
            level.expecting and token.kind in ("word", "name") and word not in _NO_TABLE and self.word(place + 1) != "("
        ):
            return self.table(place, level)
        elif word and token.kind in ("word", "mark"):
            self.keyword(place, word, level)
        if token.kind in ("word", "name") and self.word(place + 1) == "(":
            self.call(place)
            if expected and word not in _NO_TABLE:
                level.expecting = False  # a function in place of a table, whose arguments are none
        return place + 1

    def keyword(self, place: int, word: str, level: _Level) -> None:
        if word in ("SELECT", "DELETE", "UPDATE"):
            level.query, level.listing, level.expecting = True, False, False
        elif word in ("JOIN", "APPLY") or (level.query and self.begins_list(place, word)):
            level.listing = level.expecting = True
        elif word == "," and level.listing:
            level.expecting = True
        elif word in _ENDS_LIST:
            level.listing = level.expecting = False
        if word == "INTO" and level.query and self.tokens[place + 1 : place + 2]:
            self.into(place)
        elif word == "FOR" and level.query:
            self.lock(place)

    def begins_list(self, place: int, word: str) -> bool:
        """Whether a FROM, or the USING of a DELETE, comes before tables."""
        if word == "USING":
            return self.word(place + 1) != "("
        return word == "FROM" and not self.is_distinct_from(place)

    def is_distinct_from(self, place: int) -> bool:
        return self.word(place - 1) == "DISTINCT" and self.word(place - 2) in ("IS", "NOT")

    def at(self, place: int) -> Cursor:
        return Cursor(self.cursor.script, self.tokens, place, self.end)

    def table(self, place: int, level: _Level) -> int:
        inner = self.at(place)
        schema, name = inner.path()
        level.expecting = False
        if inner.at("("):
            self.call(inner.place - 1)
            return inner.place
        if schema is not None or name not in self.ctes:
            self.found.tables.setdefault((schema, name))
            self.seen.append((schema, name))
        if inner.script.database == "mssql" and inner.take("FOR", "SYSTEM_TIME"):
            _past_time(inner)
        self.alias(inner, (schema, name))
        return inner.place

    def alias(self, inner: Cursor, path: tuple[fx.MaybeText, fx.Text]) -> None:
        """Goes past the other name of a table, which the target of an UPDATE or DELETE may be."""
        inner.take("AS")
        if inner.at_name() and not inner.at_any(_ENDS_LIST) and not inner.at_any(_BEHIND_TABLE):
            name = inner.name()
            if not any(level.query for level in self.levels[1:]):
                self.found.aliases[self.found.compared(name)] = path

    def derived(self, place: int, level: _Level) -> None:
        """A query in place of a table, whose other name stands for the table that it reads."""
        if level.derived and level.query:
            tables = set(self.seen[level.seen :])
            self.alias(self.at(place + 1), tables.pop() if len(tables) == 1 else (None, fx.UNKNOWN))

    def into(self, place: int) -> None:
        inner = self.at(place + 1)
        inner.take("TEMPORARY") or inner.take("TEMP") or inner.take("UNLOGGED")
        inner.take("TABLE")
        if inner.at_name() and not inner.at_any(("OUTFILE", "DUMPFILE")) and not inner.peek().text.startswith("@"):
            self.found.into = inner.path()

    def lock(self, place: int) -> None:
        words = [self.word(place + ahead) for ahead in range(1, 4)]
        for mode in _ROW_LOCKS:
            if words[: len(mode)] == list(mode):
                self.found.locks = " ".join(("FOR", *mode))

    def call(self, place: int) -> None:
        """A name that parentheses follow: a function, or something that only looks like one."""
        token = self.tokens[place]
        before = self.word(place - 1)
        first = place
        while self.word(first - 1) == ".":
            first -= 2
        if token.word.lower() in NO_FUNCTIONS or token.word in _NO_CALLS or self.word(first - 1) in _BEFORE_NO_CALL:
            self.note_cte(place)
            return
        if before in ("WITH", "RECURSIVE", ",") and self.word(self.closing.get(place + 1, self.end) + 1) == "AS":
            self.ctes.add(self.at(place).name())
            return
        name = token.value().lower() if token.kind == "name" else token.text.lower()
        if before == ".":
            name = f"{self.tokens[place - 2].value().lower().strip(chr(34))}.{name}"
        if not is_silent(name):
            arguments = Cursor(self.cursor.script, self.tokens, place + 2, self.closing[place + 1])
            self.found.calls.setdefault(name, arguments)

    def note_cte(self, place: int) -> None:
        """``name AS (…)`` is a table of the query itself."""
        first = place - {"AS": 1}.get(self.word(place), 0)
        if self.word(place) == "MATERIALIZED":
            first = place - (2 if self.word(place - 1) == "NOT" else 1)
            first -= 1 if self.word(first) == "AS" else 0
        if first != place and self.word(first - 1) in ("WITH", "RECURSIVE", ","):
            self.ctes.add(self.at(first).name())


def _past_time(cursor: Cursor) -> None:
    """Goes past which rows of a temporal table are asked for: ``ALL``, ``AS OF @a``, ``BETWEEN @a AND @b``."""
    if cursor.take("ALL"):
        return
    two = cursor.at_any(("FROM", "BETWEEN"))
    cursor.take("AS", "OF") or cursor.take("CONTAINED", "IN") or cursor.next()
    cursor.step()
    if two and cursor.take_any("TO", "AND"):
        cursor.step()


def _closing(cursor: Cursor) -> dict[int, int]:
    """Where the parenthesis closes that opens at a token."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for place in range(cursor.place, cursor.end):
        word = cursor.tokens[place].word
        if word in ("(", "["):
            opened.append(place)
        elif word in (")", "]"):
            if not opened:
                raise UnreadError
            closing[opened.pop()] = place
    if opened:
        raise UnreadError
    return closing


def is_silent(name: str) -> bool:
    """Whether a function changes nothing that lasts."""
    plain = name.rpartition(".")[2]
    return is_pure(name) or name in _SILENT or plain in _SILENT or plain.startswith(_SILENT_FAMILIES)


_NO_TABLE = frozenset({"LATERAL", "ONLY", "SELECT", "VALUES", "UNNEST", "ROWS", "TABLE", "WITH"})
_ENDS_LIST = words(
    "WHERE GROUP ORDER HAVING LIMIT UNION EXCEPT INTERSECT MINUS WINDOW FETCH FOR OFFSET SET RETURNING "
    "WHEN CONNECT START OUTPUT OPTION FROM"
)
_BEHIND_TABLE = words(
    "ON USING JOIN LEFT RIGHT INNER CROSS NATURAL FULL OUTER STRAIGHT_JOIN WITH USE FORCE IGNORE "
    "PARTITION TABLESAMPLE APPLY PIVOT"
)
_ROW_LOCKS = (("UPDATE",), ("NO", "KEY", "UPDATE"), ("KEY", "SHARE"), ("SHARE",))
_BEFORE_NO_CALL = frozenset({"AS", ")", "::", "INTO", "TABLE", "ORDINALITY"})
_NO_CALLS = words(
    "KEY CONFLICT SET MATERIALIZED INSERT RETURNING OF BY ONLY INDEX VALUES CHECK DEFAULT TOP CUBE ROLLUP "
    "SETS OPTION MATCHED UPDATE DELETE MERGE PRIMARY UNIQUE REFERENCES COLUMNS PATH NESTED ELSEIF IF "
    "INTERVAL NVARCHAR DOUBLE BINARY VARBINARY DECIMAL DATETIME2 VARCHAR2 BPCHAR BOTH TABLESAMPLE SYSTEM "
    "DO RETURN TABLE TRUE FALSE NULL SEPARATOR ISNULL WITHIN OUTPUT WHILE INTO IGNORE INCLUDE ONE ANALYZE "
    "VERBOSE APPLY PIVOT UNPIVOT"
)
"""Words that parentheses may follow without a call, besides those that a plan knows."""

_SILENT_WORDS = (
    "gen_random_uuid gen_random_bytes uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuid_generate_v5 uuidv4 uuidv7 "
    "uuid_to_bin bin_to_uuid random rand randomblob newid newsequentialid nextval currval lastval pg_sleep sleep crypt "
    "gen_salt digest hmac sha1 sha2 sha224 sha256 sha384 sha512 crc32 hashtext hashtextextended to_tsvector to_tsquery "
    "plainto_tsquery websearch_to_tsquery setweight ts_rank tsvector_to_array strip similarity word_similarity levenshtein "
    "metaphone soundex percentile_cont percentile_disc mode corr stddev_pop stddev_samp var_pop var_samp bit_and bit_or "
    "xmlagg xmlelement string_to_table regexp_split_to_array regexp_split_to_table regexp_count regexp_instr initcap ascii "
    "to_hex to_ascii convert_from convert_to get_byte set_byte get_bit div cbrt degrees radians pi sin cos tan asin acos "
    "atan atan2 ntile grouping row make_interval make_time make_timestamp make_timestamptz age isfinite justify_interval "
    "justify_hours timezone localtime unistr normalize format_bytes num_nulls num_nonnulls width_bucket scale gcd lcm log10 "
    "hstore akeys avals skeys svals slice each array tsrange tstzrange daterange int4range int8range numrange lower_inc "
    "upper_inc isempty range_merge subpath nlevel subltree text2ltree ltree2text index inet host text_to_bytea pg_client_encoding "
    "json_each_text json_array_elements json_array_elements_text json_object_keys json_set json_insert json_replace json_remove "
    "json_merge json_merge_patch json_merge_preserve json_arrayagg json_objectagg json_quote json_search json_keys json_length "
    "json_depth json_pretty json_value json_query json_table json_overlaps json_typeof json_strip_nulls json_populate_record json_tree json_patch "
    "json_group_array json_group_object insert elt field make_set lcase ucase space strcmp substrb date_parse dayname dayofweek "
    "dayofyear last_day monthname from_days to_days to_seconds time_format time_to_sec sec_to_time timestampadd addtime subtime "
    "adddate subdate makedate maketime period_add period_diff utc_date utc_time yearweek conv bin oct inet_aton inet_ntoa "
    "inet6_aton inet6_ntoa is_uuid uuid_short connection_id nvl2 decode to_clob to_char to_nchar to_single_byte add_months "
    "months_between next_day listagg sys_guid rawtohex hextoraw sys_context userenv rowidtochar xmltype dbms_random.value "
    "len charindex patindex datalength dateadd datename datepart datefromparts getutcdate sysdatetime sysutcdatetime "
    "switchoffset todatetimeoffset eomonth isdate isnumeric try_cast try_convert try_parse parse choose string_split "
    "string_escape quotename stuff replicate openjson isjson json_modify object_id object_name schema_id schema_name col_name "
    "col_length columnproperty objectproperty indexproperty db_id db_name type_id scope_identity ident_current checksum "
    "serverproperty has_perms_by_name is_member suser_name suser_sname user_name host_name error_message error_number "
    "xact_state likelihood likely unlikely printf zeroblob last_insert_rowid total_changes sqlite_source_id load_extension_none "
    "current_setting pg_database_size pg_stat_get_numscans to_regproc to_regprocedure to_regrole pg_notify bool text int4 int8 "
    "int2 float8 float4 numeric varchar integer bigint smallint boolean bytea real uuid jsonb timestamptz ltree regclass name oid "
    "enum_range enum_first enum_last pgp_sym_decrypt pgp_sym_encrypt sha256 sha512 md5 uuid_in type_name dbms_lob.substr "
    "dbms_lob.getlength dbms_lob.instr array_accum char_length quote_nullable generate_subscripts pg_column_size "
    "int nchar clob blob raw number float signed unsigned real point polygon box circle line lseg geometry geography"
)
_SILENT = frozenset(_SILENT_WORDS.split())
"""Functions that change nothing that lasts, though a plan would not ask them: their answers differ each time."""
_SILENT_FAMILIES = ("st_", "jsonb_", "json_", "pg_get_", "regexp_", "array_", "ts_", "h3_")
