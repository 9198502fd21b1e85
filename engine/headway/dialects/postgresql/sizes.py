"""How large the tables of a PostgreSQL database are, out of its statistics: one query, which reads no table."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from headway.dialects.size import Size

# reltuples is -1 before the first ANALYZE. See https://www.postgresql.org/docs/current/catalog-pg-class.html
_QUERY = """
SELECT CASE WHEN n.nspname = current_schema() THEN NULL ELSE n.nspname END, c.relname,
       CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples::bigint END,
       CASE WHEN c.relkind = 'p'
            THEN (SELECT coalesce(sum(pg_total_relation_size(t.relid)), 0)::bigint FROM pg_partition_tree(c.oid) AS t)
            ELSE pg_total_relation_size(c.oid) END,
       (SELECT s.n_tup_ins + s.n_tup_upd + s.n_tup_del FROM pg_stat_user_tables AS s WHERE s.relid = c.oid)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'
"""


def sizes(connection: Connection) -> Iterator[Size]:
    """Each table's size; the rows are what ANALYZE has counted last, the writes what has been counted since a reset."""
    for row in connection.execute(text(_QUERY)):
        yield Size(*row)
