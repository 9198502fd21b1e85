"""The queries that ask a PostgreSQL for everything of its users' own, one for each kind of object. Runs none of them.

Columns that a version lacks are read through ``to_jsonb``, which gives NULL for them.
See https://www.postgresql.org/docs/current/catalogs.html
"""

from __future__ import annotations

_FIRST_OF_USERS = 16384
"""Object ids below it are the server's own: https://www.postgresql.org/docs/current/system-catalog-initial-data.html"""

_OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"


def _not_of_an_extension(catalog: str, oid: str) -> str:
    return (
        f"NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{catalog}'::regclass AND d.objid = {oid}"
        " AND d.deptype = 'e')"
    )


_RELATIONS = (
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE {_OURS} AND {_not_of_an_extension('pg_class', 'c.oid')} AND c.relpersistence <> 't'"
)
_IN_TABLES = (
    " JOIN pg_class c ON c.oid = {table} JOIN pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE {_OURS} AND c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'"
    f" AND {_not_of_an_extension('pg_class', 'c.oid')}"
)

SETTINGS = "SELECT s, quote_ident(s) FROM coalesce(current_schema()::text, 'public') AS s"

TABLES = (
    "SELECT n.nspname::text, c.relname::text, c.relkind::text, obj_description(c.oid, 'pg_class'),"
    " c.relpersistence::text, c.relrowsecurity, c.relforcerowsecurity, c.relreplident::text, c.reloptions::text,"
    " (SELECT spcname::text FROM pg_tablespace t WHERE t.oid = c.reltablespace),"
    " CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, pg_get_expr(c.relpartbound, c.oid),"
    " (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid)"
    + _RELATIONS
    + " AND c.relkind IN ('r', 'p', 'f')"
)

COLUMNS = (
    "SELECT n.nspname::text, c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
    " pg_get_expr(e.adbin, e.adrelid), to_jsonb(a) ->> 'attgenerated', to_jsonb(a) ->> 'attidentity',"
    " CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,"
    " col_description(c.oid, a.attnum), a.attislocal, a.attinhcount, a.attoptions::text, a.attstorage <> t.typstorage,"
    " a.attstorage::text, CASE WHEN to_jsonb(a) ->> 'attidentity' <> '' THEN (SELECT concat("
    "CASE WHEN s.seqstart <> 1 THEN concat(' START ', s.seqstart) END,"
    " CASE WHEN s.seqincrement <> 1 THEN concat(' INCREMENT ', s.seqincrement) END,"
    " CASE WHEN s.seqmin <> 1 THEN concat(' MINVALUE ', s.seqmin) END,"
    " CASE WHEN s.seqmax NOT IN (32767, 2147483647, 9223372036854775807) THEN concat(' MAXVALUE ', s.seqmax) END,"
    " CASE WHEN s.seqcache <> 1 THEN concat(' CACHE ', s.seqcache) END, CASE WHEN s.seqcycle THEN ' CYCLE' END)"
    " FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid WHERE d.classid = 'pg_class'::regclass"
    " AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum"
    " AND d.deptype = 'i') END"
    " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
    " LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum"
    + _IN_TABLES.format(table="a.attrelid")
    + " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum"
)

CONSTRAINTS = (
    "SELECT n.nspname::text, c.relname::text, o.conname::text, o.contype::text,"
    " ARRAY(SELECT a.attname::text FROM unnest(o.conkey) WITH ORDINALITY AS k (number, place)"
    " JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.number ORDER BY k.place),"
    " rn.nspname::text, r.relname::text,"
    " ARRAY(SELECT a.attname::text FROM unnest(o.confkey) WITH ORDINALITY AS k (number, place)"
    " JOIN pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.number ORDER BY k.place),"
    " pg_get_expr(o.conbin, o.conrelid), pg_get_constraintdef(o.oid), o.convalidated, o.condeferrable, o.condeferred,"
    " o.confdeltype::text, o.confupdtype::text, o.confmatchtype::text, o.connoinherit"
    " FROM pg_constraint o LEFT JOIN pg_class r ON r.oid = o.confrelid LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace"
    + _IN_TABLES.format(table="o.conrelid")
    + " AND o.contype IN ('p', 'u', 'f', 'c', 'x')"
)

INDEXES = (
    "SELECT n.nspname::text, c.relname::text, x.relname::text, i.indisunique, i.indisvalid, m.amname::text,"
    " ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false)"
    " || CASE WHEN o.opcdefault THEN '' ELSE ' ' || o.opcname END"
    " || CASE WHEN m.amname <> 'btree' THEN '' WHEN i.indoption[k - 1] = 1 THEN ' DESC NULLS LAST'"
    " WHEN i.indoption[k - 1] = 2 THEN ' NULLS FIRST' WHEN i.indoption[k - 1] = 3 THEN ' DESC' ELSE '' END"
    " || CASE WHEN i.indcollation[k - 1] = 0 OR i.indcollation[k - 1] = coalesce((SELECT a.attcollation FROM pg_attribute a"
    " WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1] AND a.attnum > 0), i.indcollation[k - 1]) THEN ''"
    " ELSE ' COLLATE ' || i.indcollation[k - 1]::regcollation::text END"
    " FROM generate_series(1, i.indnkeyatts) AS k JOIN pg_opclass o ON o.oid = i.indclass[k - 1] ORDER BY k),"
    " ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(i.indnkeyatts + 1, i.indnatts) AS k),"
    " pg_get_expr(i.indpred, i.indrelid), x.reloptions::text, to_jsonb(i) ->> 'indnullsnotdistinct',"
    " (SELECT spcname::text FROM pg_tablespace t WHERE t.oid = x.reltablespace), obj_description(x.oid, 'pg_class')"
    " FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam"
    " JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE {_OURS} AND c.relkind IN ('r', 'p', 'f', 'm') AND c.relpersistence <> 't'"
    f" AND {_not_of_an_extension('pg_class', 'c.oid')}"
    " AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'))"
)

ENUMS = (
    "SELECT n.nspname::text, t.typname::text,"
    " ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)"
    " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
    f" WHERE {_OURS} AND t.typtype = 'e' AND {_not_of_an_extension('pg_type', 't.oid')}"
)

_VIEWS = (
    "SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, n.nspname::text, c.relname::text,"
    " NULL::text, coalesce(c.reloptions::text || ' ', '') || pg_get_viewdef(c.oid)"
    " || coalesce(' COMMENT ' || obj_description(c.oid, 'pg_class'), '')" + _RELATIONS + " AND c.relkind IN ('v', 'm')"
)
_SEQUENCES = (
    "SELECT 'sequence', n.nspname::text, c.relname::text, NULL::text, concat(format_type(s.seqtypid, NULL),"
    " ' START ', s.seqstart, ' INCREMENT ', s.seqincrement, ' MINVALUE ', s.seqmin, ' MAXVALUE ', s.seqmax,"
    " CASE WHEN s.seqcycle THEN ' CYCLE' END, ' CACHE ', s.seqcache, (SELECT concat(' OWNED BY ', o.refobjid::regclass,"
    " '.', a.attname) FROM pg_depend o JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid"
    " WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.deptype = 'a' AND o.refobjsubid > 0 LIMIT 1))"
    + _RELATIONS.replace(" FROM pg_class c", " FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid", 1)
    + " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid"
    " AND d.deptype = 'i')"
)
_FUNCTIONS = (
    "SELECT CASE f.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, n.nspname::text,"
    " concat(f.proname, '(', pg_get_function_identity_arguments(f.oid), ')'), NULL::text,"
    " CASE WHEN f.prokind = 'a' THEN 'AGGREGATE' ELSE pg_get_functiondef(f.oid) END"
    " FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace"
    f" WHERE {_OURS} AND {_not_of_an_extension('pg_proc', 'f.oid')}"
    # What a type makes for itself, such as the constructors of a range.
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'i')"
)
_TRIGGERS = (
    "SELECT 'trigger', n.nspname::text, g.tgname::text, c.relname::text, concat(pg_get_triggerdef(g.oid, true),"
    " CASE g.tgenabled WHEN 'O' THEN '' WHEN 'D' THEN ' DISABLED' ELSE concat(' ENABLED ', g.tgenabled) END)"
    " FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE {_OURS} AND NOT g.tgisinternal"
)
_POLICIES = (
    "SELECT 'policy', n.nspname::text, p.polname::text, c.relname::text, concat(CASE WHEN p.polpermissive THEN '' ELSE"
    " 'RESTRICTIVE ' END, 'FOR ', p.polcmd, ' TO ', p.polroles::regrole[]::text, ' USING ',"
    " pg_get_expr(p.polqual, p.polrelid), ' CHECK ', pg_get_expr(p.polwithcheck, p.polrelid))"
    " FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE {_OURS}"
)
_RULES = (
    "SELECT 'rule', n.nspname::text, r.rulename::text, c.relname::text, pg_get_ruledef(r.oid, true)"
    " FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE {_OURS} AND r.rulename <> '_RETURN' AND {_not_of_an_extension('pg_class', 'c.oid')}"
)
_EXTENSIONS = (
    "SELECT 'extension', n.nspname::text, e.extname::text, NULL::text, e.extversion"
    " FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql'"
)
_DOMAINS = (
    "SELECT 'domain', n.nspname::text, t.typname::text, NULL::text, concat(format_type(t.typbasetype, t.typtypmod),"
    " CASE WHEN t.typnotnull THEN ' NOT NULL' END, ' DEFAULT ' || t.typdefault, (SELECT string_agg(concat(' ', o.conname,"
    " ' ', pg_get_constraintdef(o.oid)), '' ORDER BY o.conname) FROM pg_constraint o WHERE o.contypid = t.oid"
    " AND o.contype = 'c'))"
    " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
    f" WHERE {_OURS} AND t.typtype = 'd' AND {_not_of_an_extension('pg_type', 't.oid')}"
)
_COMPOSITES = (
    "SELECT 'type', n.nspname::text, t.typname::text, NULL::text, (SELECT string_agg(concat(a.attname, ' ',"
    " format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = t.typrelid"
    " AND a.attnum > 0 AND NOT a.attisdropped)"
    " FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid JOIN pg_namespace n ON n.oid = t.typnamespace"
    f" WHERE {_OURS} AND c.relkind = 'c' AND {_not_of_an_extension('pg_type', 't.oid')}"
)
_SCHEMAS = (
    "SELECT 'schema', ''::text, n.nspname::text, NULL::text, obj_description(n.oid, 'pg_namespace')"
    f" FROM pg_namespace n WHERE {_OURS} AND {_not_of_an_extension('pg_namespace', 'n.oid')}"
)
_GRANTS = (
    "SELECT 'grant', n.nspname::text, c.relname::text, NULL::text, string_agg(concat(CASE g.grantee WHEN 0 THEN 'PUBLIC'"
    " ELSE g.grantee::regrole::text END, ' ', g.privilege_type, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END),"
    " ', ' ORDER BY g.grantee, g.privilege_type)"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) AS g"
    f" WHERE {_OURS} AND g.grantee <> c.relowner AND c.relpersistence <> 't'"
    f" AND {_not_of_an_extension('pg_class', 'c.oid')} GROUP BY n.nspname, c.relname"
)
_RARE = (
    *("pg_event_trigger", "pg_publication", "pg_cast", "pg_operator", "pg_opclass", "pg_opfamily", "pg_collation"),
    *("pg_conversion", "pg_statistic_ext", "pg_ts_config", "pg_ts_dict", "pg_ts_parser", "pg_ts_template"),
    *("pg_foreign_server", "pg_foreign_data_wrapper", "pg_language"),
)
_OTHERS = (
    "SELECT 'object', ''::text, concat(i.type, ' ', i.identity), NULL::text, NULL::text FROM ("
    + " UNION ALL ".join(
        f"SELECT '{catalog}'::regclass AS class, oid FROM {catalog} WHERE oid >= {_FIRST_OF_USERS}" for catalog in _RARE
    )
    # Ranges and base types, which have no query of their own.
    + f" UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE oid >= {_FIRST_OF_USERS} AND typtype IN ('r', 'b')"
    " AND typelem = 0) AS found, LATERAL pg_identify_object(found.class, found.oid, 0) AS i"
    " WHERE i.schema IS DISTINCT FROM 'pg_toast' AND i.schema !~ '^pg_temp' IS NOT FALSE"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = found.class AND d.objid = found.oid AND d.objsubid = 0"
    " AND d.deptype IN ('e', 'i'))"
)
_COMMENTS = (
    "SELECT 'comment', ''::text, concat(i.type, ' ', i.identity), NULL::text, s.description"
    " FROM pg_description s, LATERAL pg_identify_object(s.classoid, s.objoid, s.objsubid) AS i"
    f" WHERE s.objoid >= {_FIRST_OF_USERS} AND s.classoid <> 'pg_namespace'::regclass"
    # The others of pg_class stand beside what they are about.
    " AND (s.classoid <> 'pg_class'::regclass OR EXISTS (SELECT FROM pg_class c WHERE c.oid = s.objoid"
    " AND (c.relkind IN ('S', 'c') OR (c.relkind IN ('v', 'm') AND s.objsubid > 0))))"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = s.classoid AND d.objid = s.objoid AND d.deptype = 'e')"
    " AND s.classoid <> 'pg_extension'::regclass"
)

OBJECTS = " UNION ALL ".join(
    (
        _VIEWS,
        _SEQUENCES,
        _FUNCTIONS,
        _TRIGGERS,
        _POLICIES,
        _RULES,
        _EXTENSIONS,
        _DOMAINS,
        _COMPOSITES,
        _SCHEMAS,
        _GRANTS,
        _OTHERS,
        _COMMENTS,
    )
)
"""Kind, schema, name, table and definition of everything that is neither a table nor an enum type."""
