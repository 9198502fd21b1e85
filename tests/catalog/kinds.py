"""Schemas to look at: for each database statements that make one, and for each kind of object one change of it."""

from __future__ import annotations

BASES: dict[str, tuple[str, ...]] = {
    "postgresql": (
        "CREATE SCHEMA shop",
        "CREATE TYPE mood AS ENUM ('sad', 'glad')",
        "CREATE TYPE pair AS (a int, b text)",
        "CREATE TYPE span AS RANGE (subtype = int4)",
        "CREATE DOMAIN zip AS text NOT NULL CHECK (length(VALUE) = 5)",
        "CREATE SEQUENCE numbers START 5",
        "CREATE TABLE users (id serial PRIMARY KEY, email varchar(200) NOT NULL, mood mood, born date,"
        " full_name text GENERATED ALWAYS AS ('x' || email) STORED, UNIQUE (email))",
        "CREATE TABLE shop.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id int NOT NULL"
        " REFERENCES users (id) ON DELETE CASCADE, total numeric(8, 2) DEFAULT 1, during int4range, note text,"
        " CONSTRAINT positive CHECK (total > 0), CONSTRAINT apart EXCLUDE USING gist (during WITH &&))",
        "CREATE INDEX ix_note ON shop.orders (note DESC, lower(note)) WHERE note IS NOT NULL",
        "CREATE TABLE parts (id int, day date) PARTITION BY RANGE (day)",
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
        "CREATE VIEW names AS SELECT email FROM users",
        "CREATE MATERIALIZED VIEW sums AS SELECT count(*) AS n FROM users",
        "CREATE UNIQUE INDEX ix_sums ON sums (n)",
        "CREATE FUNCTION one() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE PROCEDURE nothing() LANGUAGE sql AS 'SELECT 1'",
        "CREATE TRIGGER tg BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION one()",
        "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON users USING (id > 0)",
        "CREATE RULE quiet AS ON DELETE TO shop.orders DO INSTEAD NOTHING",
        "COMMENT ON TABLE users IS 'people'",
        "COMMENT ON COLUMN users.email IS 'where'",
        "GRANT SELECT ON users TO pg_monitor",
        "CREATE TABLE kids (extra int) INHERITS (users)",
        "CREATE STATISTICS st ON born, mood FROM users",
    ),
    "mariadb": (
        "CREATE TABLE users (id int AUTO_INCREMENT PRIMARY KEY, email varchar(200) NOT NULL COMMENT 'where',"
        " mood enum('sad', 'glad'), full_name varchar(300) GENERATED ALWAYS AS (concat('x', email)) STORED,"
        " UNIQUE KEY uq_email (email)) COMMENT 'people'",
        "CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, user_id int NOT NULL, total decimal(8, 2) DEFAULT 1,"
        " note varchar(100), changed timestamp DEFAULT current_timestamp ON UPDATE current_timestamp,"
        " CONSTRAINT fk_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,"
        " CONSTRAINT positive CHECK (total > 0), KEY ix_note (note(10)))",
        "CREATE TABLE parts (id int, day int) PARTITION BY RANGE (day) (PARTITION p0 VALUES LESS THAN (10))",
        "CREATE VIEW names AS SELECT email FROM users",
        "CREATE SEQUENCE numbers START 5",
        "CREATE FUNCTION one(a int) RETURNS int DETERMINISTIC RETURN a",
        "CREATE PROCEDURE nothing() SELECT 1",
        "CREATE TRIGGER tg BEFORE INSERT ON users FOR EACH ROW SET NEW.email = 'y'",
        "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DO SELECT 1",
    ),
    "sqlite": (
        "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email VARCHAR(200) NOT NULL COLLATE NOCASE,"
        " mood TEXT, full_name TEXT GENERATED ALWAYS AS ('x' || email) STORED, CONSTRAINT uq_email UNIQUE (email))",
        "CREATE TABLE orders (id INTEGER NOT NULL, user_id INTEGER NOT NULL CONSTRAINT fk_user REFERENCES users (id)"
        " ON DELETE CASCADE, total NUMERIC(8, 2) DEFAULT 1, note TEXT, PRIMARY KEY (id),"
        " CONSTRAINT positive CHECK (total > 0)) STRICT".replace("NUMERIC(8, 2)", "REAL"),
        "CREATE INDEX ix_note ON orders (note DESC, lower(note)) WHERE note IS NOT NULL",
        "CREATE VIEW names AS SELECT email FROM users",
        "CREATE TRIGGER tg BEFORE INSERT ON users BEGIN SELECT 1; END",
    ),
}

CHANGES: dict[str, dict[str, tuple[str, ...]]] = {
    "postgresql": {
        "+ table fresh": ("CREATE TABLE fresh (id int)",),
        "- table parts_1": ("DROP TABLE parts_1",),
        "+ table shop.users": ("CREATE TABLE shop.users (id int)",),
        "+ column users.added": ("ALTER TABLE users ADD added int",),
        "- column shop.orders.note": ("ALTER TABLE shop.orders DROP note",),
        "+ column parts.id bigint": ("ALTER TABLE parts ALTER id TYPE bigint",),
        "+ column users.born date NOT NULL": ("ALTER TABLE users ALTER born SET NOT NULL",),
        "+ column shop.orders.total numeric(8,2) NULL DEFAULT 2": (
            "ALTER TABLE shop.orders ALTER total SET DEFAULT 2",
        ),
        "+ column users.full_name text NULL": ("ALTER TABLE users ALTER full_name DROP EXPRESSION",),
        "+ column shop.orders.id integer NOT NULL IDENTITY BY DEFAULT": (
            "ALTER TABLE shop.orders ALTER id SET GENERATED BY DEFAULT",
        ),
        "+ column shop.orders.note text NULL COLLATE": ('ALTER TABLE shop.orders ALTER note TYPE text COLLATE "C"',),
        "+ column users.email character varying(200) NOT NULL COMMENT here": (
            "COMMENT ON COLUMN users.email IS 'here'",
        ),
        "+ table users (ROW LEVEL SECURITY) COMMENT folk": ("COMMENT ON TABLE users IS 'folk'",),
        "+ table users COMMENT people": ("ALTER TABLE users DISABLE ROW LEVEL SECURITY",),
        "+ table parts_1 (UNLOGGED": ("ALTER TABLE parts_1 SET UNLOGGED",),
        "+ table parts_1": ("ALTER TABLE parts DETACH PARTITION parts_1",),
        "+ table kids": ("ALTER TABLE kids NO INHERIT users",),
        "- primary key users.users_pkey": (
            "ALTER TABLE shop.orders DROP CONSTRAINT orders_user_id_fkey",
            "ALTER TABLE users DROP CONSTRAINT users_pkey",
        ),
        "- unique users.users_email_key": ("ALTER TABLE users DROP CONSTRAINT users_email_key",),
        "+ foreign key shop.orders.orders_user_id_fkey (user_id) -> users(id) ON DELETE SET NULL": (
            "ALTER TABLE shop.orders DROP CONSTRAINT orders_user_id_fkey",
            "ALTER TABLE shop.orders ADD FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL",
        ),
        "DEFERRABLE": ("ALTER TABLE shop.orders ALTER CONSTRAINT orders_user_id_fkey DEFERRABLE",),
        "+ check shop.orders.positive": (
            "ALTER TABLE shop.orders DROP CONSTRAINT positive",
            "ALTER TABLE shop.orders ADD CONSTRAINT positive CHECK (total > 1)",
        ),
        "NOT VALID": (
            "ALTER TABLE shop.orders DROP CONSTRAINT positive",
            "ALTER TABLE shop.orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID",
        ),
        "- exclude shop.orders.apart": ("ALTER TABLE shop.orders DROP CONSTRAINT apart",),
        "+ index shop.orders.ix_note": (
            "DROP INDEX shop.ix_note",
            "CREATE INDEX ix_note ON shop.orders (note DESC, lower(note)) WHERE note IS NULL",
        ),
        "NULLS LAST": (
            "DROP INDEX shop.ix_note",
            "CREATE INDEX ix_note ON shop.orders (note DESC NULLS LAST, lower(note)) WHERE note IS NOT NULL",
        ),
        "text_pattern_ops": (
            "DROP INDEX shop.ix_note",
            "CREATE INDEX ix_note ON shop.orders (note text_pattern_ops DESC, lower(note)) WHERE note IS NOT NULL",
        ),
        "COLLATE": (
            "DROP INDEX shop.ix_note",
            'CREATE INDEX ix_note ON shop.orders (note COLLATE "C" DESC, lower(note)) WHERE note IS NOT NULL',
        ),
        "UNIQUE": (
            "DROP INDEX shop.ix_note",
            "CREATE UNIQUE INDEX ix_note ON shop.orders (note DESC, lower(note)) WHERE note IS NOT NULL",
        ),
        "INCLUDE (total)": (
            "DROP INDEX shop.ix_note",
            "CREATE INDEX ix_note ON shop.orders (note DESC, lower(note)) INCLUDE (total) WHERE note IS NOT NULL",
        ),
        "USING hash": ("DROP INDEX shop.ix_note", "CREATE INDEX ix_note ON shop.orders USING hash (note)"),
        "fillfactor": ("ALTER INDEX shop.ix_note SET (fillfactor = 50)",),
        "+ enum type mood (sad, so, glad)": ("ALTER TYPE mood ADD VALUE 'so' BEFORE 'glad'",),
        "- enum type mood": ("DROP TYPE mood CASCADE",),
        "+ type pair": ("ALTER TYPE pair ADD ATTRIBUTE c int",),
        "- object type span": ("DROP TYPE span",),
        "+ domain zip": ("ALTER DOMAIN zip DROP NOT NULL",),
        "+ sequence numbers": ("ALTER SEQUENCE numbers INCREMENT 2",),
        "+ view names": ("CREATE OR REPLACE VIEW names AS SELECT email FROM users WHERE id > 1",),
        "- materialized view sums": ("DROP MATERIALIZED VIEW sums",),
        "- object ix_sums on sums": ("DROP INDEX ix_sums",),
        "+ function one()": (
            "CREATE OR REPLACE FUNCTION one() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        ),
        "- procedure nothing()": ("DROP PROCEDURE nothing()",),
        "- trigger tg on users": ("DROP TRIGGER tg ON users",),
        "DISABLED": ("ALTER TABLE users DISABLE TRIGGER tg",),
        "+ policy mine on users": ("ALTER POLICY mine ON users USING (id > 1)",),
        "- rule shop.quiet on orders": ("DROP RULE quiet ON shop.orders",),
        "+ schema other": ("CREATE SCHEMA other",),
        "+ extension": ("CREATE EXTENSION vector",),
        "+ grant users": ("GRANT UPDATE ON users TO pg_monitor",),
        "- object statistics object st": ("DROP STATISTICS st",),
        "+ comment function one() said": ("COMMENT ON FUNCTION one() IS 'said'",),
        "+ comment sequence numbers said": ("COMMENT ON SEQUENCE numbers IS 'said'",),
        "+ comment view column names.email said": ("COMMENT ON COLUMN names.email IS 'said'",),
        "IDENTITY ALWAYS START 7 INCREMENT 10 CYCLE": (
            "ALTER TABLE shop.orders ALTER id SET START 7 SET INCREMENT 10 SET CYCLE",
        ),
    },
    "mariadb": {
        "+ table fresh": ("CREATE TABLE fresh (id int)",),
        "- table orders": ("DROP TABLE orders",),
        "+ column users.added": ("ALTER TABLE users ADD added int",),
        "+ column orders.note varchar(200)": ("ALTER TABLE orders MODIFY note varchar(200)",),
        "+ column orders.note varchar(100) NOT NULL": ("ALTER TABLE orders MODIFY note varchar(100) NOT NULL",),
        "+ column orders.total decimal(8,2) NULL DEFAULT 2": ("ALTER TABLE orders ALTER total SET DEFAULT 2",),
        "+ column users.mood enum('sad','so')": ("ALTER TABLE users MODIFY mood enum('sad', 'so')",),
        "- column users.full_name": ("ALTER TABLE users DROP full_name",),
        "+ column orders.id int(11) NOT NULL": ("ALTER TABLE orders MODIFY id int NOT NULL",),
        "COLLATE latin1_bin": ("ALTER TABLE orders MODIFY note varchar(100) CHARACTER SET latin1 COLLATE latin1_bin",),
        "COMMENT here": ("ALTER TABLE users MODIFY email varchar(200) NOT NULL COMMENT 'here'",),
        "+ column orders.changed timestamp": ("ALTER TABLE orders MODIFY changed timestamp DEFAULT current_timestamp",),
        "COMMENT folk": ("ALTER TABLE users COMMENT 'folk'",),
        "ENGINE Aria": ("ALTER TABLE parts ENGINE Aria",),
        "PARTITION RANGE `day` p1 20": ("ALTER TABLE parts ADD PARTITION (PARTITION p1 VALUES LESS THAN (20))",),
        "- primary key orders.PRIMARY": ("ALTER TABLE orders MODIFY id int NOT NULL, DROP PRIMARY KEY",),
        "- index users.uq_email": ("ALTER TABLE users DROP INDEX uq_email",),
        "- foreign key orders.fk_user": ("ALTER TABLE orders DROP FOREIGN KEY fk_user",),
        "- check orders.positive": ("ALTER TABLE orders DROP CONSTRAINT positive",),
        "+ index orders.ix_note (note(20))": ("ALTER TABLE orders DROP INDEX ix_note, ADD INDEX ix_note (note(20))",),
        "+ view names": ("CREATE OR REPLACE VIEW names AS SELECT email FROM users WHERE id > 1",),
        "- sequence numbers": ("DROP SEQUENCE numbers",),
        "- function one": ("DROP FUNCTION one",),
        "+ function one": ("CREATE OR REPLACE FUNCTION one(a int, b int) RETURNS int DETERMINISTIC RETURN a",),
        "- procedure nothing": ("DROP PROCEDURE nothing",),
        "- trigger tg on users": ("DROP TRIGGER tg",),
        "+ object event ev": ("ALTER EVENT ev DISABLE",),
    },
    "sqlite": {
        "+ table fresh": ("CREATE TABLE fresh (id INTEGER)",),
        "- table orders": ("DROP TABLE orders",),
        "+ column users.added": ("ALTER TABLE users ADD added INTEGER",),
        "- column users.mood": ("ALTER TABLE users DROP mood",),
        "- index orders.ix_note": ("DROP INDEX ix_note",),
        "IS NULL": ("DROP INDEX ix_note", "CREATE INDEX ix_note ON orders (note DESC, lower(note)) WHERE note IS NULL"),
        "upper(note)": (
            "DROP INDEX ix_note",
            "CREATE INDEX ix_note ON orders (note DESC, upper(note)) WHERE note IS NOT NULL",
        ),
        "UNIQUE": (
            "DROP INDEX ix_note",
            "CREATE UNIQUE INDEX ix_note ON orders (note DESC, lower(note)) WHERE note IS NOT NULL",
        ),
        "- view names": ("DROP VIEW names",),
        "+ view names": ("DROP VIEW names", "CREATE VIEW names AS SELECT id FROM users"),
        "- trigger tg on users": ("DROP TRIGGER tg",),
    },
}
"""A piece of the line that must say so, and the statements that change the schema."""

REWRITES: dict[str, tuple[str, str]] = {
    "+ column users.email VARCHAR(300)": ("VARCHAR(200)", "VARCHAR(300)"),
    "COLLATE RTRIM": ("COLLATE NOCASE", "COLLATE RTRIM"),
    "NULL COLLATE NOCASE": ("VARCHAR(200) NOT NULL", "VARCHAR(200)"),
    "GENERATED ALWAYS AS 'y' || email": ("'x' || email", "'y' || email"),
    "+ column users.full_name TEXT NULL GENERATED ALWAYS AS 'x' || email": (") STORED", ") VIRTUAL"),
    "+ column users.id INTEGER NOT NULL": (" AUTOINCREMENT", ""),
    "- unique users.uq_email": (", CONSTRAINT uq_email UNIQUE (email)", ""),
    "+ unique users.other": ("uq_email", "other"),
    "+ column orders.total REAL NULL DEFAULT 2": ("DEFAULT 1", "DEFAULT 2"),
    "+ foreign key orders.fk_user (user_id) -> users(id)": (" ON DELETE CASCADE", ""),
    "+ foreign key orders.fk_other": ("fk_user", "fk_other"),
    "DEFERRABLE INITIALLY DEFERRED": ("ON DELETE CASCADE", "ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"),
    "- primary key orders": (", PRIMARY KEY (id)", ""),
    "+ check orders.positive total > 1": ("CHECK (total > 0)", "CHECK (total > 1)"),
    "- table orders (STRICT)": (" STRICT", ""),
}
"""What SQLite can change only by making a table anew: the piece of the line, and what is replaced in the texts."""
