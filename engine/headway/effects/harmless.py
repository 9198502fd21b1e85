"""Which statements a database may be asked during a plan: those that can change nothing. Lists what is known to be
harmless; everything else is held back."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from itertools import pairwise

from headway.effects.sql_kind import Kind, kind_of
from headway.effects.sql_text import functions, is_read_alike, plain, tokens
from headway.pattern import pattern


class Passage(StrEnum):
    """What a plan does with a statement."""

    ANSWERED = "answered"
    """A read: the database answers it, and it is no part of the plan."""
    SENT = "sent"
    """A setting of the session or a savepoint: sent, and part of the plan."""
    HELD = "held"
    """Everything else: part of the plan, not sent."""


def passage_of(sql: str) -> Passage:
    """What a plan does with a statement of this text."""
    kind = kind_of(sql)
    if _is_several(sql):
        return Passage.HELD
    if kind is Kind.READ:
        return Passage.ANSWERED if why_no_read(sql) is None else Passage.HELD
    if kind is Kind.SETTING:
        return Passage.SENT if _is_plain_setting(sql) else Passage.HELD
    if kind is Kind.TRANSACTION and _SAVEPOINT.match(sql):
        return Passage.SENT
    return Passage.HELD


def why_no_read(sql: str) -> str | None:
    """Why a statement that begins as a read is not asked; None when it may be."""
    if not is_read_alike(sql):
        return "databases do not agree on where its texts and comments end"
    names = [plain(text) for kind, text in tokens(sql) if kind == "name"]
    if any(name.removeprefix("pragma_") in _BUSY_PRAGMAS for name in names if "pragma" in (names[0], name[:6])):
        return "it makes the database tidy itself up"
    if names[:1] == ["pragma"]:
        return None
    words = {text.lower() for kind, text in tokens(sql) if kind == "name"}
    if ("for" in words and words & {"update", "share"}) or {"lock", "share", "mode"} <= words:
        return "it locks rows"
    called = functions(sql) - NO_FUNCTIONS - _words_before_lists(sql)
    unknown = sorted(name for name in called if not is_pure(name))
    return f"it calls {unknown[0]}(), which may have effects" if unknown else None


def _words_before_lists(sql: str) -> frozenset[str]:
    """Names that a list in parentheses follows without being called: those of common table expressions.

    A function may have the same name, so that it must stand before a parenthesis there alone.
    """
    places = Counter[str]()
    defined = set()
    before = ""
    for (kind, text), (_, following) in pairwise(tokens(sql)):
        name = plain(text)
        if kind == "name" and following == "(":
            places[name] += 1
            if before in ("with", "recursive"):
                defined.add(name)
        before = name
    return frozenset(name for name in defined if places[name] == 1)


def _is_several(sql: str) -> bool:
    """Whether a semicolon stands anywhere but at the end, in whatever quotes: databases do not agree on quotes."""
    return ";" in sql.strip().rstrip("; \t\r\n")


def is_pure(name: str) -> bool:
    """Whether a function of this name, with its schema, can be called without an effect."""
    schema, _, plain = name.rpartition(".")
    return schema in ("", "pg_catalog", "information_schema") and (plain in _PURE or bool(_PURE_PATTERN.match(plain)))


def is_silent(name: str) -> bool:
    """Whether a function changes nothing that lasts."""
    plain = name.rpartition(".")[2]
    return is_pure(name) or name in _SILENT or plain in _SILENT or plain.startswith(_SILENT_FAMILIES)


def _is_plain_setting(sql: str) -> bool:
    if _PRAGMA.match(sql):
        return True
    if not _SETTING.match(sql) or _LIFTS.search(sql) or not is_read_alike(sql):
        return False
    if any(plain(text) == "select" for _, text in tokens(sql)):
        return False  # what it would find may have been changed
    return all(is_pure(name) for name in functions(sql))


_SAVEPOINT = pattern(r"(?is)\s*(?:SAVEPOINT\s|RELEASE\s|ROLLBACK\s+(?:WORK\s+|TRANSACTION\s+)?TO\s)")

_SETTING = pattern(
    r"(?is)\s*(?:SET\s+(?:SESSION\s+|LOCAL\s+)?(?:ROLE|NAMES|SCHEMA|TIME\s+ZONE|CHARACTER\s+SET|@?@?[\w.]+\s*(?:=|:=|TO\b))"
    r"|RESET\s+(?!(?:MASTER|SLAVE|REPLICA|QUERY|PERSIST|BINARY)\b)\w++\s*+;?\s*+$|USE\s)"
)
_LIFTS = pattern(
    r"(?i)read_only|read\s+only|read\s+write|transaction|characteristics|\bglobal\b|\bpersist|\ball\b|autocommit|"
    r"password|\bstatement\s|sql_log_bin|log_bin|sql_log_off|session_authorization|\bautovacuum"
)
"""What could end the read-only state, or reaches past the session."""

_PRAGMA = pattern(
    r"(?is)\s*PRAGMA\s+(?:\w+\.)?(?:foreign_keys|defer_foreign_keys|legacy_alter_table|case_sensitive_like|busy_timeout|"
    r"cache_size|recursive_triggers|synchronous|temp_store|read_uncommitted|ignore_check_constraints)\s*[=(][^;]*$"
)

_BUSY_PRAGMAS = frozenset({"optimize", "wal_checkpoint", "incremental_vacuum", "shrink_memory"})

_NO_FUNCTIONS_WORDS = (
    "in values select from where and or not exists any all some on using over partition filter within as when "
    "then else case union intersect except distinct by having limit join is like between interval array row "
    "lateral with materialized char varchar numeric decimal timestamp time bit character cast enum offset end "
    "returning recursive order group ilike only table_info table_xinfo index_list index_info index_xinfo "
    "foreign_key_list"
)
NO_FUNCTIONS = frozenset(_NO_FUNCTIONS_WORDS.split())
"""Words that a parenthesis may follow without a call."""

_PURE_WORDS = (
    "abs age any_value array_agg array_length array_lower array_position array_remove array_to_string array_upper "
    "avg bit_length bool_and bool_or btrim cardinality cast ceil ceiling char_length character_length chr "
    "coalesce col_description concat concat_ws convert count cume_dist curdate current_catalog current_database "
    "current_date current_schema current_schemas current_setting current_time current_timestamp current_user "
    "curtime database date date_add date_bin date_format date_part date_sub date_trunc datediff datetime day "
    "dayofmonth decode dense_rank encode every exp extract field find_in_set first_value floor format format_type "
    "from_unixtime generate_series generate_subscripts getdate glob greatest group_concat hex hour if ifnull iif "
    "instr inet_server_addr isnull json json_agg json_array json_array_length json_build_array json_build_object "
    "json_contains json_each json_extract json_extract_path json_extract_path_text json_object json_object_agg "
    "json_type json_unquote json_valid jsonb_agg jsonb_array_elements jsonb_array_length jsonb_build_object "
    "jsonb_each jsonb_extract_path jsonb_typeof julianday justify_days lag last_value lcase lead least left "
    "length ln localtime localtimestamp locate log lower lpad ltrim make_date max md5 mid min minute mod month "
    "name now nth_value nullif nvl obj_description octet_length oidvectortypes overlay percent_rank "
    "pg_encoding_to_char pg_typeof pg_column_size pg_relation_size pg_table_size pg_total_relation_size "
    "pg_size_pretty pg_is_in_recovery pg_backend_pid position pow power quarter quote quote_ident quote_literal "
    "quote_nullable rank regexp_like regexp_match regexp_matches regexp_replace regexp_substr repeat replace "
    "reverse right round row_number row_to_json rpad rtrim schema second session_user shobj_description sign "
    "split_part sqlite_version sqrt stddev str_to_date strftime string_agg string_to_array strpos substr "
    "substring substring_index sum sysdate system_user time timestamp timestampdiff to_char to_date to_jsonb "
    "to_json to_number to_regclass to_regnamespace to_regtype to_timestamp total translate trim trunc truncate "
    "typeof ucase unaccent unhex unicode unix_timestamp unnest upper user utc_timestamp uuid variance version "
    "week weekday year year_month date_diff substr_count bit_count nextval_none last_insert_rowid changes "
    "row_count found_rows sqlite_compileoption_used statement_timestamp transaction_timestamp clock_timestamp "
    "txid_current_if_assigned"
)
_PURE = frozenset(_PURE_WORDS.split())
_PURE_PATTERN = pattern(r"pg_get_\w+|pg_\w+_is_visible|has_\w+_privilege|array_\w+|pragma_\w+$")
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
