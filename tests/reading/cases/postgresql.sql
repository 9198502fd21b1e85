CREATE SCHEMA attic
=> CreatesObject(kind=schema, name='attic')

CREATE SCHEMA IF NOT EXISTS attic AUTHORIZATION CURRENT_USER
=> CreatesObject(kind=schema, name='attic', if_not_exists=True)

CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy')
=> CreatesEnum(name='mood', labels=['sad', "it's ok", 'happy'])

CREATE TYPE attic."Mood" AS ENUM ()
=> CreatesEnum(name='Mood', schema='attic')

CREATE TYPE pair AS (a int, b text)
=> CreatesObject(kind=type, name='pair')

CREATE TYPE span AS RANGE (subtype = float8)
=> CreatesObject(kind=type, name='span')

CREATE DOMAIN posint AS int CHECK (VALUE > 0)
=> CreatesObject(kind=domain, name='posint')

CREATE SEQUENCE IF NOT EXISTS s1 START 5
=> CreatesObject(kind=sequence, name='s1', if_not_exists=True)

CREATE TABLE users (id serial PRIMARY KEY, name varchar(50) NOT NULL, email text UNIQUE, age int DEFAULT 18 CHECK (age > 0))
=> CreatesTable(table='users', columns=[Column(name='id', type=Type(name='serial'), nullable=False, primary_key=True, has_default=True), Column(name='name', type=Type(name='varchar', arguments=[50]), nullable=False), Column(name='email', type=Type(name='text'), unique=True), Column(name='age', type=Type(name='int'), has_default=True, default='18')], constraints=[Constraint(kind=check, columns=['age'], condition='age > 0')])

CREATE TABLE IF NOT EXISTS public."Orders" (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the key
  user_id int CONSTRAINT orders_user REFERENCES users (id) ON DELETE CASCADE ON UPDATE NO ACTION DEFERRABLE INITIALLY DEFERRED,
  total numeric(10, 2) NOT NULL DEFAULT 0.0,
  tags text[] DEFAULT ARRAY[]::text[],
  at timestamp(3) with time zone DEFAULT now() NOT NULL,
  twice numeric GENERATED ALWAYS AS (total * 2) STORED,
  state mood DEFAULT 'sad'::mood,
  note character varying COLLATE "C",
  /* the rules */
  UNIQUE (user_id, at),
  CONSTRAINT positive CHECK (total >= 0),
  EXCLUDE USING btree (note WITH =)
)
=> CreatesTable(table='Orders', schema='public', columns=[Column(name='id', type=Type(name='bigint'), nullable=False, primary_key=True, has_default=True, identity=True), Column(name='user_id', type=Type(name='int'), references=[ForeignKey(table='users', columns=['id'], name='orders_user', local_columns=['user_id'], on_delete='CASCADE', on_update='NO ACTION', deferrable=True)]), Column(name='total', type=Type(name='numeric', arguments=[10, 2]), nullable=False, has_default=True, default='0.0'), Column(name='tags', type=Type(name='text', options=[['array', True]]), has_default=True, default='ARRAY[]::text[]'), Column(name='at', type=Type(name='timestamp with time zone', arguments=[3]), nullable=False, has_default=True, default='now()'), Column(name='twice', type=Type(name='numeric'), has_default=True, computed='total * 2', computed_stored=True), Column(name='state', type=Type(name='mood'), has_default=True, default="'sad'::mood"), Column(name='note', type=Type(name='character varying'))], constraints=[Constraint(kind=unique, columns=['user_id', 'at']), Constraint(kind=check, name='positive', condition='total >= 0'), Constraint(kind=exclude, columns=['note'], condition='EXCLUDE USING btree (note WITH =)')], if_not_exists=True)

CREATE TABLE keys (a int, b int, PRIMARY KEY (a, b), FOREIGN KEY (a) REFERENCES users (id) MATCH SIMPLE)
=> CreatesTable(table='keys', columns=[Column(name='a', type=Type(name='int')), Column(name='b', type=Type(name='int'))], constraints=[Constraint(kind=primary key, columns=['a', 'b']), Constraint(kind=foreign key, columns=['a'], references=ForeignKey(table='users', columns=['id'], local_columns=['a']))])

CREATE UNLOGGED TABLE logs (id int) WITH (fillfactor = 70)
=> CreatesTable(table='logs', columns=[Column(name='id', type=Type(name='int'))])

CREATE TEMP TABLE scratch (id int) ON COMMIT DROP
=> CreatesTable(table='scratch', columns=[Column(name='id', type=Type(name='int'))], temporary=True)

CREATE TABLE likeness (LIKE users INCLUDING ALL, extra int)
=> CreatesTable(table='likeness', columns=[Column(name='extra', type=Type(name='int'))], whole=False)

CREATE TABLE copied AS SELECT id, name FROM users WITH NO DATA
=> Reads(tables=['users'])
=> CreatesTable(table='copied', whole=False)

CREATE TABLE copied2 (a) AS (SELECT id FROM users)
=> Reads(tables=['users'])
=> CreatesTable(table='copied2', columns=[Column(name='a')], whole=False)

CREATE TABLE heir (more int) INHERITS (logs)
=> CreatesTable(table='heir', columns=[Column(name='more', type=Type(name='int'))], whole=False)

CREATE TABLE parts (id int, at date NOT NULL) PARTITION BY RANGE (at)
=> CreatesTable(table='parts', columns=[Column(name='id', type=Type(name='int')), Column(name='at', type=Type(name='date'), nullable=False)])

CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')
=> AltersTable(table='parts', action='PARTITION OF', subject='parts_1')
=> CreatesTable(table='parts_1', whole=False)

CREATE TABLE parts_2 (id int, at date NOT NULL)
=> CreatesTable(table='parts_2', columns=[Column(name='id', type=Type(name='int')), Column(name='at', type=Type(name='date'), nullable=False)])

ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')
=> AltersTable(table='parts', action='ATTACH PARTITION', subject='parts_2')

ALTER TABLE parts DETACH PARTITION parts_2
=> AltersTable(table='parts', action='DETACH PARTITION', subject='parts_2')

CREATE TABLE child (id int, nr int)
=> CreatesTable(table='child', columns=[Column(name='id', type=Type(name='int')), Column(name='nr', type=Type(name='int'))])

ALTER TABLE users ADD COLUMN a int
=> AddsColumn(table='users', column=Column(name='a', type=Type(name='int')))

ALTER TABLE users ADD b boolean DEFAULT false NOT NULL, ADD COLUMN IF NOT EXISTS c timestamptz DEFAULT (now() - interval '1 day')
=> AddsColumn(table='users', column=Column(name='b', type=Type(name='boolean'), nullable=False, has_default=True, default='false'))
=> AddsColumn(table='users', column=Column(name='c', type=Type(name='timestamptz'), has_default=True, default="(now() - interval '1 day')"), if_not_exists=True)

ALTER TABLE ONLY users ADD COLUMN d varchar(10) DEFAULT 'x'::character varying, DROP COLUMN b CASCADE
=> AddsColumn(table='users', column=Column(name='d', type=Type(name='varchar', arguments=[10]), has_default=True, default="'x'::character varying"))
=> DropsColumn(table='users', column='b', cascade=True)

ALTER TABLE IF EXISTS users ADD COLUMN e int REFERENCES keys_none (id)
-- not run: the table is not there
=> AddsColumn(table='users', column=Column(name='e', type=Type(name='int'), references=[ForeignKey(table='keys_none', columns=['id'], local_columns=['e'])]))
=> AddsConstraint(table='users', kind=foreign key, name=None, columns=['e'], referent='keys_none', references=ForeignKey(table='keys_none', columns=['id'], local_columns=['e']))

ALTER TABLE users ADD COLUMN f int CONSTRAINT f_check CHECK (f > 0) UNIQUE
=> AddsColumn(table='users', column=Column(name='f', type=Type(name='int'), unique=True))
=> AddsConstraint(table='users', kind=check, name='f_check', columns=['f'], condition='f > 0')
=> AddsConstraint(table='users', kind=unique, name=None, columns=['f'])

ALTER TABLE users ADD COLUMN g double precision, ADD COLUMN h time without time zone, ADD COLUMN i interval year to month
=> AddsColumn(table='users', column=Column(name='g', type=Type(name='double precision')))
=> AddsColumn(table='users', column=Column(name='h', type=Type(name='time without time zone')))
=> AddsColumn(table='users', column=Column(name='i', type=Type(name='interval year to month')))

ALTER TABLE users ADD COLUMN j jsonb DEFAULT '{}' NOT NULL
=> AddsColumn(table='users', column=Column(name='j', type=Type(name='jsonb'), nullable=False, has_default=True, default="'{}'"))

ALTER TABLE users ALTER COLUMN a TYPE bigint
=> AltersColumn(table='users', column='a', new_type=Type(name='bigint'))

ALTER TABLE users ALTER a SET DATA TYPE numeric(12,3) USING a::numeric + 1, ALTER COLUMN c SET NOT NULL, ALTER COLUMN name DROP NOT NULL
=> AltersColumn(table='users', column='a', new_type=Type(name='numeric', arguments=[12, 3]), using='a::numeric + 1')
=> AltersColumn(table='users', column='c', nullable=False)
=> AltersColumn(table='users', column='name', nullable=True)

ALTER TABLE users ALTER COLUMN a SET DEFAULT 5 + 1, ALTER COLUMN age DROP DEFAULT
=> AltersColumn(table='users', column='a', changes_default=True, default='5 + 1')
=> AltersColumn(table='users', column='age', drops_default=True)

ALTER TABLE users ALTER COLUMN a SET DEFAULT NULL
=> AltersColumn(table='users', column='a', drops_default=True)

ALTER TABLE users ALTER COLUMN a SET STATISTICS 500
=> AltersTable(table='users', action='ALTER COLUMN SET STATISTICS', subject='a')

ALTER TABLE users ALTER COLUMN name SET STORAGE EXTERNAL
=> AltersTable(table='users', action='ALTER COLUMN SET STORAGE', subject='name')

ALTER TABLE child ALTER COLUMN id SET NOT NULL, ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 10)
=> AltersColumn(table='child', column='id', nullable=False)
=> AltersColumn(table='child', column='id', identity=True)

ALTER TABLE child ALTER COLUMN id SET GENERATED ALWAYS RESTART WITH 20
=> AltersTable(table='child', action='ALTER COLUMN SET GENERATED', subject='id')

ALTER TABLE child ALTER COLUMN id DROP IDENTITY IF EXISTS
=> AltersColumn(table='child', column='id', identity=False)

ALTER TABLE child ADD CONSTRAINT child_user FOREIGN KEY (nr) REFERENCES users (id) ON DELETE SET NULL NOT VALID
=> AddsConstraint(table='child', kind=foreign key, name='child_user', columns=['nr'], referent='users', references=ForeignKey(table='users', columns=['id'], name='child_user', local_columns=['nr'], on_delete='SET NULL'), not_valid=True)

ALTER TABLE child VALIDATE CONSTRAINT child_user
=> ValidatesConstraint(table='child', name='child_user')

ALTER TABLE child ADD CONSTRAINT ck CHECK (nr > 0) NOT VALID, ADD CONSTRAINT ck2 CHECK (id > 0) NO INHERIT
=> AddsConstraint(table='child', kind=check, name='ck', condition='nr > 0', not_valid=True)
=> AddsConstraint(table='child', kind=check, name='ck2', condition='id > 0')

ALTER TABLE child ADD CHECK (nr < 100)
=> AddsConstraint(table='child', kind=check, name=None, condition='nr < 100')

ALTER TABLE child ALTER CONSTRAINT child_user DEFERRABLE INITIALLY DEFERRED
=> AltersTable(table='child', action='ALTER CONSTRAINT', subject='child_user')

CREATE UNIQUE INDEX child_ux ON child (id)
=> CreatesIndex(table='child', name='child_ux', columns=['id'], unique=True)

ALTER TABLE child ADD CONSTRAINT child_pk PRIMARY KEY USING INDEX child_ux
=> AddsConstraint(table='child', kind=primary key, name='child_pk', using_index='child_ux')

ALTER TABLE child ADD CONSTRAINT child_u UNIQUE (nr, id) DEFERRABLE
=> AddsConstraint(table='child', kind=unique, name='child_u', columns=['nr', 'id'])

ALTER TABLE child ADD UNIQUE (nr) INCLUDE (id)
=> AddsConstraint(table='child', kind=unique, name=None, columns=['nr'])

ALTER TABLE child DROP CONSTRAINT IF EXISTS child_u RESTRICT, DROP CONSTRAINT ck CASCADE
=> DropsConstraint(table='child', name='child_u', if_exists=True)
=> DropsConstraint(table='child', name='ck', cascade=True)

ALTER TABLE child RENAME CONSTRAINT ck2 TO ck3
=> RenamesConstraint(table='child', name='ck2', new_name='ck3')

ALTER TABLE child RENAME COLUMN nr TO number
=> AltersColumn(table='child', column='nr', new_name='number')

ALTER TABLE child RENAME number TO "Nr"
=> AltersColumn(table='child', column='number', new_name='Nr')

ALTER TABLE child RENAME TO kid
=> RenamesTable(table='child', new_name='kid')

ALTER TABLE kid SET SCHEMA attic
=> RenamesTable(table='kid', new_name='kid', new_schema='attic')

ALTER TABLE attic.kid SET UNLOGGED
=> AltersTable(table='kid', schema='attic', action='SET UNLOGGED')

ALTER TABLE attic.kid SET (fillfactor = 50), RESET (fillfactor)
=> AltersTable(table='kid', schema='attic', action='SET')
=> AltersTable(table='kid', schema='attic', action='RESET')

ALTER TABLE attic.kid OWNER TO CURRENT_USER
=> AltersTable(table='kid', schema='attic', action='OWNER TO', subject='current_user')

ALTER TABLE attic.kid ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY
=> AltersTable(table='kid', schema='attic', action='ENABLE ROW LEVEL SECURITY')
=> AltersTable(table='kid', schema='attic', action='FORCE ROW LEVEL SECURITY')

ALTER TABLE attic.kid DISABLE TRIGGER ALL
=> AltersTable(table='kid', schema='attic', action='DISABLE TRIGGER ALL')

ALTER TABLE attic.kid REPLICA IDENTITY FULL
=> AltersTable(table='kid', schema='attic', action='REPLICA IDENTITY')

ALTER TABLE attic.kid CLUSTER ON child_pk
=> AltersTable(table='kid', schema='attic', action='CLUSTER ON', subject='child_pk')

ALTER TABLE heir NO INHERIT logs
=> AltersTable(table='heir', action='NO INHERIT', subject='logs')

ALTER TABLE heir INHERIT logs
=> AltersTable(table='heir', action='INHERIT', subject='logs')

CREATE INDEX ix_name ON users (name)
=> CreatesIndex(table='users', name='ix_name', columns=['name'])

CREATE INDEX IF NOT EXISTS ix_lower ON users USING btree (lower(name) text_pattern_ops DESC NULLS LAST, (a + 1)) INCLUDE (email) WITH (fillfactor = 70) WHERE a IS NOT NULL AND name <> ';'
=> CreatesIndex(table='users', name='ix_lower', columns=['lower(name)', 'a + 1'], if_not_exists=True, where="a IS NOT NULL AND name <> ';'", method='btree')

CREATE UNIQUE INDEX ix_null ON users (email) NULLS NOT DISTINCT
=> CreatesIndex(table='users', name='ix_null', columns=['email'], unique=True)

CREATE INDEX CONCURRENTLY ix_c ON public.users (a)
-- alone
=> CreatesIndex(table='users', schema='public', name='ix_c', columns=['a'], concurrently=True)

CREATE INDEX ON users (a, c DESC)
=> CreatesIndex(table='users', name=None, columns=['a', 'c'])

CREATE INDEX ix_only ON ONLY parts (at)
=> CreatesIndex(table='parts', name='ix_only', columns=['at'], only=True)

CREATE INDEX ix_json ON users USING gin (j jsonb_path_ops, to_tsvector('english', name))
-- not run: needs btree_gin or other columns; the text is real
=> CreatesIndex(table='users', name='ix_json', columns=['j', "to_tsvector('english', name)"], method='gin')

DROP INDEX CONCURRENTLY IF EXISTS ix_c
-- alone
=> DropsIndex(name='ix_c', concurrently=True, if_exists=True)

DROP INDEX ix_lower, public.ix_null CASCADE
=> DropsIndex(name='ix_lower', cascade=True)
=> DropsIndex(name='ix_null', schema='public', cascade=True)

ALTER INDEX ix_name RENAME TO ix_name2
=> RenamesIndex(name='ix_name', new_name='ix_name2')

ALTER INDEX IF EXISTS ix_name2 SET (fillfactor = 60)
=> AltersObject(kind=object, name='ix_name2', action='ALTER INDEX SET')

REINDEX INDEX ix_name2
=> Reindexes(verb='REINDEX INDEX', name='ix_name2')

REINDEX TABLE CONCURRENTLY users
-- alone
=> Reindexes(verb='REINDEX TABLE', name='users', concurrently=True)

REINDEX (VERBOSE, CONCURRENTLY) INDEX public.ix_name2
-- alone
=> Reindexes(verb='REINDEX INDEX', name='ix_name2', schema='public', concurrently=True)

CLUSTER users USING users_pkey
=> Reindexes(verb='CLUSTER', name='users')

VACUUM
-- alone
=> RunsSql(text='VACUUM', understood=True)

VACUUM (FULL, ANALYZE) users
-- alone
=> Reindexes(verb='VACUUM FULL', name='users')

VACUUM (FULL, ANALYZE) users (id, name), logs
-- alone
=> Reindexes(verb='VACUUM FULL', name='users')
=> Reindexes(verb='VACUUM FULL', name='logs')

ANALYZE users (name)
=> RunsSql(text='ANALYZE users (name)', understood=True)

ALTER TYPE mood ADD VALUE IF NOT EXISTS 'angry' BEFORE 'happy'
-- alone
=> AddsEnumLabel(name='mood', label='angry', if_not_exists=True)

ALTER TYPE attic."Mood" ADD VALUE 'x'
-- alone
=> AddsEnumLabel(name='Mood', label='x', schema='attic')

ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'
=> RenamesEnum(name='mood', new_name='blue', label='sad')

ALTER TYPE mood RENAME TO mood_old
=> RenamesEnum(name='mood', new_name='mood_old')

ALTER TYPE pair ADD ATTRIBUTE c int CASCADE
=> AltersObject(kind=type, name='pair', action='ADD ATTRIBUTE')

ALTER TYPE attic."Mood" SET SCHEMA public
=> AltersObject(kind=type, name='Mood', schema='attic', action='SET SCHEMA')

DROP TYPE IF EXISTS span, "Mood" CASCADE
=> DropsObject(kind=type, name='span', if_exists=True, cascade=True)
=> DropsObject(kind=type, name='Mood', if_exists=True, cascade=True)

ALTER DOMAIN posint DROP CONSTRAINT posint_check
=> AltersObject(kind=domain, name='posint', action='DROP CONSTRAINT')

DROP DOMAIN posint
=> DropsObject(kind=domain, name='posint')

ALTER SEQUENCE s1 OWNED BY users.id
=> AltersObject(kind=sequence, name='s1', action='OWNED BY')

ALTER SEQUENCE IF EXISTS s1 RESTART WITH 100
=> AltersObject(kind=sequence, name='s1', action='RESTART WITH')

SELECT setval('s1', 10, true)
=> AltersObject(kind=sequence, name='s1', action='SETVAL')
=> Reads()

DROP SEQUENCE s1
=> DropsObject(kind=sequence, name='s1')

CREATE FUNCTION wipe(n int) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  DELETE FROM logs WHERE id = n;
  IF n > 10 THEN
    DROP TABLE IF EXISTS logs_old;
  END IF;
END
$body$
=> CreatesObject(kind=function, name='wipe', body=[ChangesData(conditional=True, verb='DELETE', table='logs', where='id = n'), DropsTable(conditional=True, table='logs_old', if_exists=True)])

SELECT wipe(1)
=> RunsSql(text='SELECT wipe(1)')
=> Reads()

CREATE OR REPLACE FUNCTION twice(n int) RETURNS int AS 'SELECT n * 2' LANGUAGE sql IMMUTABLE
=> CreatesObject(kind=function, name='twice', replaces=True, body=[Reads(conditional=True)])

SELECT twice(2), count(*) FROM users
=> RunsSql(text='SELECT twice(2), count(*) FROM users')
=> Reads(tables=['users'])

CREATE FUNCTION pure(n int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT n; SELECT n + 1; END
=> CreatesObject(kind=function, name='pure', body=[Reads(conditional=True), Reads(conditional=True)])

CREATE PROCEDURE clean() LANGUAGE sql AS $$ DELETE FROM logs; $$
=> CreatesObject(kind=procedure, name='clean', body=[ChangesData(conditional=True, verb='DELETE', table='logs', filtered=False)])

CALL clean()
=> RunsSql(text='CALL clean()')

CREATE FUNCTION touched() RETURNS trigger AS $$
BEGIN
  NEW.name := upper(NEW.name);
  RETURN NEW;
END;
$$ LANGUAGE plpgsql
=> CreatesObject(kind=function, name='touched')

CREATE TRIGGER touch BEFORE INSERT OR UPDATE OF name ON public.users FOR EACH ROW WHEN (NEW.name IS NOT NULL) EXECUTE FUNCTION touched()
=> CreatesObject(kind=trigger, name='touch', schema='public', table='users')

CREATE CONSTRAINT TRIGGER ctouch AFTER INSERT ON users DEFERRABLE FOR EACH ROW EXECUTE PROCEDURE touched()
=> CreatesObject(kind=trigger, name='ctouch', table='users')

ALTER TRIGGER touch ON users RENAME TO touch2
=> AltersObject(kind=trigger, name='touch', table='users', action='RENAME TO')

ALTER TABLE users ENABLE ALWAYS TRIGGER touch2
=> AltersTable(table='users', action='ENABLE ALWAYS TRIGGER', subject='touch2')

DROP TRIGGER IF EXISTS touch2 ON users CASCADE
=> DropsObject(kind=trigger, name='touch2', table='users', if_exists=True, cascade=True)

DROP TRIGGER ctouch ON users
=> DropsObject(kind=trigger, name='ctouch', table='users')

DROP FUNCTION touched()
=> DropsObject(kind=function, name='touched')

DROP FUNCTION IF EXISTS wipe(int), twice(int) CASCADE
=> DropsObject(kind=function, name='wipe', if_exists=True, cascade=True)
=> DropsObject(kind=function, name='twice', if_exists=True, cascade=True)

CREATE AGGREGATE total_of (int) (sfunc = int4pl, stype = int)
=> CreatesObject(kind=function, name='total_of')

DROP AGGREGATE total_of (int)
=> DropsObject(kind=function, name='total_of')

CREATE POLICY mine ON users FOR SELECT TO PUBLIC USING (name = current_user)
=> CreatesObject(kind=policy, name='mine', table='users')

ALTER POLICY mine ON users USING (true)
=> AltersObject(kind=policy, name='mine', table='users', action='USING')

DROP POLICY IF EXISTS mine ON users
=> DropsObject(kind=policy, name='mine', table='users', if_exists=True)

CREATE RULE keep AS ON DELETE TO logs DO INSTEAD (INSERT INTO copied VALUES (1, 'a'); SELECT 1)
=> CreatesObject(kind=rule, name='keep', table='logs')

DROP RULE keep ON logs
=> DropsObject(kind=rule, name='keep', table='logs')

CREATE VIEW v AS SELECT id, name FROM users
=> CreatesObject(kind=view, name='v')

CREATE OR REPLACE VIEW v (id, name) AS SELECT id, name FROM users WITH CHECK OPTION
=> CreatesObject(kind=view, name='v', replaces=True)

ALTER VIEW v RENAME TO v2
=> AltersObject(kind=view, name='v', action='RENAME TO')

DROP VIEW IF EXISTS v2
=> DropsObject(kind=view, name='v2', if_exists=True)

CREATE MATERIALIZED VIEW mv AS SELECT id FROM users WITH NO DATA
=> CreatesObject(kind=materialized view, name='mv')

REFRESH MATERIALIZED VIEW mv
=> AltersObject(kind=materialized view, name='mv', action='REFRESH')

CREATE UNIQUE INDEX mvx ON mv (id)
=> CreatesIndex(table='mv', name='mvx', columns=['id'], unique=True)

REFRESH MATERIALIZED VIEW CONCURRENTLY mv
=> AltersObject(kind=materialized view, name='mv', action='REFRESH CONCURRENTLY')

DROP MATERIALIZED VIEW mv
=> DropsObject(kind=materialized view, name='mv')

CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog
=> CreatesObject(kind=extension, name='plpgsql', if_not_exists=True)

CREATE EXTENSION "uuid-ossp"
-- not run: not installed
=> CreatesObject(kind=extension, name='uuid-ossp')

DROP EXTENSION IF EXISTS "uuid-ossp" CASCADE
=> DropsObject(kind=extension, name='uuid-ossp', if_exists=True, cascade=True)

CREATE ROLE reader NOLOGIN
=> CreatesObject(kind=role, name='reader')

ALTER ROLE reader SET statement_timeout = '5s'
=> AltersObject(kind=role, name='reader', action='SET STATEMENT_TIMEOUT')

GRANT SELECT, INSERT ON TABLE users TO reader
=> CreatesObject(kind=grant, name='reader', table='users')

GRANT USAGE ON SCHEMA attic TO reader WITH GRANT OPTION
=> CreatesObject(kind=grant, name='reader')

GRANT reader TO CURRENT_USER
=> CreatesObject(kind=grant, name='current_user')

REVOKE ALL PRIVILEGES ON users FROM reader CASCADE
=> DropsObject(kind=grant, name='reader', table='users')

ALTER DEFAULT PRIVILEGES IN SCHEMA attic GRANT SELECT ON TABLES TO reader
=> AltersObject(kind=grant, name=None, action='DEFAULT PRIVILEGES')

REASSIGN OWNED BY reader TO CURRENT_USER
=> AltersObject(kind=role, name='reader', action='REASSIGN OWNED')

COMMENT ON TABLE users IS 'who; what'
=> AltersTable(table='users', action='COMMENT', subject='who; what')

COMMENT ON COLUMN public.users.name IS NULL
=> AltersColumn(table='users', schema='public', column='name', comment='')

COMMENT ON FUNCTION pure(int) IS 'a function'
=> AltersObject(kind=comment, name=None, action='COMMENT ON FUNCTION')

SET lock_timeout = '5s'
=> SetsSetting(name='lock_timeout', value="'5s'")

SET LOCAL statement_timeout TO 0
=> SetsSetting(name='statement_timeout', value='0', local=True)

SET SESSION TIME ZONE 'UTC'
=> SetsSetting(name='timezone', value="'UTC'")

SET search_path TO attic, public
=> SetsSetting(name='search_path', value='attic, public')

SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
=> SetsSetting(name='transaction', value='ISOLATION LEVEL SERIALIZABLE', local=True)

SET CONSTRAINTS ALL IMMEDIATE
=> SetsSetting(name='constraints', value='ALL IMMEDIATE', local=True)

SET ROLE reader
-- not run: what follows needs more rights
=> SetsSetting(name='role', value='reader')

RESET ALL
=> SetsSetting(name='all')

RESET lock_timeout
=> SetsSetting(name='lock_timeout')

SELECT set_config('search_path', 'public', false)
=> SetsSetting(name='search_path')
=> Reads()

SELECT pg_advisory_xact_lock(1)
=> RunsSql(text='SELECT pg_advisory_xact_lock(1)', understood=True)
=> Reads()

SHOW server_version
=> Reads()

BEGIN
-- not run: a transaction is open
=> EndsTransaction(verb='BEGIN')

SAVEPOINT a
=> RunsSql(text='SAVEPOINT a', understood=True)

ROLLBACK TO SAVEPOINT a
=> RunsSql(text='ROLLBACK TO SAVEPOINT a', understood=True)

RELEASE SAVEPOINT a
=> RunsSql(text='RELEASE SAVEPOINT a', understood=True)

COMMIT
=> EndsTransaction(verb='COMMIT')

LOCK TABLE users, logs IN SHARE ROW EXCLUSIVE MODE NOWAIT
=> LocksTable(table='users', mode='SHARE ROW EXCLUSIVE')
=> LocksTable(table='logs', mode='SHARE ROW EXCLUSIVE')

LOCK users
=> LocksTable(table='users', mode='ACCESS EXCLUSIVE')

SELECT * FROM users u WHERE id = 1 FOR NO KEY UPDATE
=> LocksTable(table='users', mode='FOR NO KEY UPDATE')
=> Reads(tables=['users'])

INSERT INTO users (name, email) VALUES ('a', 'b'), ('c', 'd')
=> ChangesData(verb='INSERT', table='users', sets=['name', 'email'])

INSERT INTO users AS u (name) SELECT note FROM "Orders" o ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name WHERE u.age > 1 RETURNING id
=> ChangesData(verb='INSERT', table='users', sets=['name'])

INSERT INTO logs DEFAULT VALUES
=> ChangesData(verb='INSERT', table='logs')

UPDATE users SET name = lower(name), age = age + 1
=> ChangesData(verb='UPDATE', table='users', filtered=False, sets=['name', 'age'])

UPDATE ONLY users AS u SET (name, age) = (SELECT note, 1 FROM "Orders" o WHERE o.user_id = u.id) WHERE u.id IN (SELECT id FROM logs) RETURNING *
=> ChangesData(verb='UPDATE', table='users', where='u.id IN (SELECT id FROM logs)', sets=['name', 'age'])

UPDATE users SET name = o.note FROM "Orders" o JOIN logs l ON l.id = o.id WHERE o.user_id = users.id
=> ChangesData(verb='UPDATE', table='users', where='o.user_id = users.id', limited=UNKNOWN, sets=['name'])

UPDATE users SET age = 1 WHERE true
=> ChangesData(verb='UPDATE', table='users', filtered=False, where='true', sets=['age'])

DELETE FROM users u USING logs l WHERE l.id = u.id
=> ChangesData(verb='DELETE', table='users', where='l.id = u.id', limited=UNKNOWN)

DELETE FROM logs
=> ChangesData(verb='DELETE', table='logs', filtered=False)

WITH gone AS (DELETE FROM logs WHERE id < 5 RETURNING id), kept AS MATERIALIZED (SELECT 1) INSERT INTO heir (id) SELECT id FROM gone
=> ChangesData(verb='DELETE', table='logs', where='id < 5')
=> ChangesData(verb='INSERT', table='heir', sets=['id'])

WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n, count(*) OVER (PARTITION BY n) FROM r, LATERAL (SELECT * FROM users) x
=> Reads(tables=['users'])

MERGE INTO logs l USING users u ON l.id = u.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id) VALUES (u.id)
=> ChangesData(verb='MERGE', table='logs')

TRUNCATE logs, ONLY heir RESTART IDENTITY CASCADE
=> ChangesData(verb='TRUNCATE', table='logs', filtered=False, cascade=True)
=> ChangesData(verb='TRUNCATE', table='heir', filtered=False, cascade=True)

TRUNCATE TABLE logs
=> ChangesData(verb='TRUNCATE', table='logs', filtered=False)

COPY logs (id) FROM '/dev/null' WITH (FORMAT csv)
=> ChangesData(verb='COPY', table='logs', sets=['id'])

COPY (SELECT 1) TO '/dev/null'
=> Reads()

SELECT extract(epoch FROM now()), substring('a' FROM 1 FOR 1), a IS DISTINCT FROM age::text::numeric FROM users
=> Reads(tables=['users'])

SELECT id INTO copied3 FROM users
=> CreatesTable(table='copied3', whole=False)
=> Reads(tables=['users'])

SELECT 1 UNION (SELECT id FROM users)
=> Reads(tables=['users'])

VALUES (1), (2)
=> Reads()

EXPLAIN SELECT * FROM users
=> Reads()

EXPLAIN (ANALYZE, COSTS off) DELETE FROM users WHERE id = 7
=> ChangesData(verb='DELETE', table='users', where='id = 7')

EXPLAIN ANALYZE VERBOSE DELETE FROM users
=> ChangesData(verb='DELETE', table='users', filtered=False)

EXPLAIN (COSTS off, ANALYZE) DELETE FROM users
=> ChangesData(verb='DELETE', table='users', filtered=False)

EXPLAIN VERBOSE DELETE FROM users
=> Reads()

PREPARE q AS SELECT 1
=> Reads()

DEALLOCATE q
=> RunsSql(text='DEALLOCATE q', understood=True)

NOTIFY channel, 'x'
=> RunsSql(text="NOTIFY channel, 'x'", understood=True)

DO $$
DECLARE
  r record;
  n int := 0;
BEGIN
  SELECT count(*) INTO n FROM users;
  FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 'attic' LOOP
    EXECUTE 'ALTER TABLE attic.' || quote_ident(r.tablename) || ' ADD COLUMN extra int';
    EXECUTE format('COMMENT ON TABLE %I.%I IS %L', 'attic', r.tablename, 'x');
  END LOOP;
  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'kind') THEN
    CREATE TYPE kind AS ENUM ('a');
  ELSIF n > 3 THEN
    UPDATE users SET age = 3;
  ELSE
    RAISE NOTICE 'there: %', n;
  END IF;
  WHILE n < 2 LOOP n := n + 1; PERFORM pg_sleep(0); END LOOP;
  CASE WHEN n = 0 THEN TRUNCATE logs; ELSE NULL; END CASE;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$ LANGUAGE plpgsql
=> Reads(conditional=True, tables=['users'])
=> Reads(conditional=True, tables=['pg_tables'])
=> AddsColumn(conditional=True, table={quote_ident(r.tablename)}, schema='attic', column=Column(name='extra', type=Type(name='int')))
=> AltersTable(conditional=True, table={r.tablename}, schema='attic', action='COMMENT', subject='x')
=> CreatesEnum(conditional=True, name='kind', labels=['a'])
=> ChangesData(conditional=True, verb='UPDATE', table='users', filtered=False, sets=['age'])
=> ChangesData(conditional=True, verb='TRUNCATE', table='logs', filtered=False)

DO 'BEGIN DROP TABLE IF EXISTS "it''s"; END'
=> DropsTable(conditional=True, table="it's", if_exists=True)

DROP TABLE IF EXISTS heir, attic.kid CASCADE
=> DropsTable(table='heir', if_exists=True, cascade=True)
=> DropsTable(table='kid', schema='attic', if_exists=True, cascade=True)

DROP SCHEMA attic CASCADE
=> DropsObject(kind=schema, name='attic', cascade=True)

DROP OWNED BY reader
=> RunsSql(text='DROP OWNED BY reader')

ALTER DATABASE nowhere SET timezone TO 'UTC'
-- not run: there is none
=> AltersObject(kind=database, name='nowhere', action='SET TIMEZONE')

DROP DATABASE IF EXISTS nowhere
-- alone
=> DropsObject(kind=database, name='nowhere', if_exists=True)

ALTER SYSTEM SET work_mem = '5MB'
-- alone
=> AltersObject(kind=database, name=None, action='SYSTEM')

DROP ROLE reader
=> DropsObject(kind=role, name='reader')

SELECT 1 FROM users a JOIN logs b USING (id) JOIN logs c ON c.id = b.id
=> Reads(tables=['users', 'logs'])

DELETE FROM users USING logs, copied WHERE logs.id = users.id
=> ChangesData(verb='DELETE', table='users', where='logs.id = users.id', limited=UNKNOWN)

SELECT (SELECT count(*) FROM logs), extract(year FROM now()), name IS DISTINCT FROM email FROM users, LATERAL (SELECT 1) x WHERE id IN (SELECT id FROM copied)
=> Reads(tables=['logs', 'users', 'copied'])

SELECT name IS NULL FROM users
=> Reads(tables=['users'])

CREATE TABLE typed OF pair (a WITH OPTIONS PRIMARY KEY, b WITH OPTIONS NOT NULL)
=> CreatesTable(table='typed', whole=False)

CREATE OPERATOR CLASS odd FOR TYPE int4 USING btree AS OPERATOR 1 <
-- not run: it needs more
=> CreatesObject(kind=object, name='odd')

ALTER TABLE users ALTER COLUMN name SET
-- not run: it says nothing
=> RunsSql(text='ALTER TABLE users ALTER COLUMN name SET')

ALTER TABLE users SET
-- not run: it says nothing
=> RunsSql(text='ALTER TABLE users SET')

ALTER TABLE users ALTER COLUMN name SET (n_distinct = 5), ALTER COLUMN name RESET (n_distinct)
=> AltersTable(table='users', action='ALTER COLUMN SET', subject='name')
=> AltersTable(table='users', action='ALTER COLUMN RESET', subject='name')

RESET SESSION AUTHORIZATION
=> SetsSetting(name='session authorization')

RESET app.name
=> SetsSetting(name='app.name')

DO $$ BEGIN IF (CASE WHEN true THEN false ELSE true END) THEN DELETE FROM users WHERE id < 0; END IF; END $$
=> ChangesData(conditional=True, verb='DELETE', table='users', where='id < 0')

DO $$ BEGIN WHILE false LOOP DELETE FROM users WHERE id = -1; END LOOP; END $$
=> ChangesData(conditional=True, verb='DELETE', table='users', where='id = -1')

DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM users; END $$
=> Reads(conditional=True, tables=['users'])

DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM users WHERE id < 0 LOOP DELETE FROM logs WHERE id = r.id; END LOOP; FOR i IN REVERSE 3..1 LOOP PERFORM 1; END LOOP; END $$
=> Reads(conditional=True, tables=['users'])
=> ChangesData(conditional=True, verb='DELETE', table='logs', where='id = r.id')

CREATE INDEX ix_restrict ON users (name)
=> CreatesIndex(table='users', name='ix_restrict', columns=['name'])

DROP INDEX ix_restrict RESTRICT
=> DropsIndex(name='ix_restrict')

CREATE TABLE spans (begin int, "end" int); CREATE VIEW spanned AS SELECT CASE WHEN begin > 0 THEN 1 END AS x FROM spans; DROP VIEW spanned
=> CreatesTable(table='spans', columns=[Column(name='begin', type=Type(name='int')), Column(name='end', type=Type(name='int'))])
=> CreatesObject(kind=view, name='spanned')
=> DropsObject(kind=view, name='spanned')
