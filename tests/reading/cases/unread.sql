ALTER TABLE t FROBNICATE x
=> RunsSql(text='ALTER TABLE t FROBNICATE x')

ALTER TABLE t ADD COLUMN a int NOT NULL FROBNICATE
=> AddsColumn(table='t', column=Column(name='a', type=Type(name='int'), nullable=False))
=> RunsSql(text='ALTER TABLE t ADD COLUMN a int NOT NULL FROBNICATE')

ALTER TABLE t ADD COLUMN a int, FROBNICATE
=> AddsColumn(table='t', column=Column(name='a', type=Type(name='int')))
=> RunsSql(text='ALTER TABLE t ADD COLUMN a int, FROBNICATE')

ALTER TABLE t ADD COLUMN a int,
=> AddsColumn(table='t', column=Column(name='a', type=Type(name='int')))
=> RunsSql(text='ALTER TABLE t ADD COLUMN a int,')

DROP TABLE
=> RunsSql(text='DROP TABLE')

DROP TABLE a b
=> DropsTable(table='a')
=> RunsSql(text='DROP TABLE a b')

DROP FROBNICATION x
=> RunsSql(text='DROP FROBNICATION x')

CREATE FROBNICATION x
=> RunsSql(text='CREATE FROBNICATION x')

CREATE INDEX ix ON t
=> RunsSql(text='CREATE INDEX ix ON t')

CREATE INDEX ix ON t (a) FROBNICATE
=> CreatesIndex(table='t', name='ix', columns=['a'])
=> RunsSql(text='CREATE INDEX ix ON t (a) FROBNICATE')

CREATE TABLE t (a int NOT NULL FROBNICATE)
=> RunsSql(text='CREATE TABLE t (a int NOT NULL FROBNICATE)')

CREATE TABLE t (a int
=> RunsSql(text='CREATE TABLE t (a int')

UPDATE t SET
=> RunsSql(text='UPDATE t SET')

UPDATE t WHERE a = 1
=> RunsSql(text='UPDATE t WHERE a = 1')

DELETE FROM
=> RunsSql(text='DELETE FROM')

INSERT INTO t
=> RunsSql(text='INSERT INTO t')

SELECT frobnicate(1)
=> RunsSql(text='SELECT frobnicate(1)')
=> Reads()

SELECT a FROM frobnicate(1)
=> RunsSql(text='SELECT a FROM frobnicate(1)')
=> Reads()

SELECT public.now()
=> RunsSql(text='SELECT public.now()')
=> Reads()

UPDATE t SET a = frobnicate(b) WHERE c = 1
=> ChangesData(verb='UPDATE', table='t', where='c = 1', sets=['a'])
=> RunsSql(text='UPDATE t SET a = frobnicate(b) WHERE c = 1')

SELECT 'unclosed; DROP TABLE t
=> RunsSql(text="SELECT 'unclosed; DROP TABLE t")

SELECT $x$ unclosed; DROP TABLE t
=> RunsSql(text='SELECT $x$ unclosed; DROP TABLE t')

SELECT "unclosed FROM t
=> RunsSql(text='SELECT "unclosed FROM t')

TRUNCATE a frobnicate
=> ChangesData(verb='TRUNCATE', table='a', filtered=False)
=> RunsSql(text='TRUNCATE a frobnicate')

DO LANGUAGE plpython3u $$ import os $$
=> RunsSql(text='DO LANGUAGE plpython3u $$ import os $$')

DO $$ BEGIN FROBNICATE; DROP TABLE a; END $$
=> RunsSql(conditional=True, text='FROBNICATE')
=> DropsTable(conditional=True, table='a')

DO $$ BEGIN EXECUTE stmt; END $$
=> RunsSql(conditional=True, text='stmt')

CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE x; DROP TABLE t; END $$; SELECT f()
=> CreatesObject(kind=function, name='f', body=[RunsSql(conditional=True, text='x'), DropsTable(conditional=True, table='t')])
=> RunsSql(conditional=True, text='x')
=> DropsTable(conditional=True, table='t')
=> Reads()

COPY t FROM PROGRAM 'rm -rf /'
=> ChangesData(verb='COPY', table='t')
=> RunsSql(text="COPY t FROM PROGRAM 'rm -rf /'")

CALL frobnicate()
=> RunsSql(text='CALL frobnicate()')

SET
=> RunsSql(text='SET')

EXECUTE stmt
=> RunsSql(text='EXECUTE stmt')

FROBNICATE
=> RunsSql(text='FROBNICATE')

WITH x AS (SELECT 1) FROBNICATE
=> RunsSql(text='WITH x AS (SELECT 1) FROBNICATE')

ALTER TABLE t ALTER COLUMN a SET FROBNICATE 5
=> RunsSql(text='ALTER TABLE t ALTER COLUMN a SET FROBNICATE 5')

CREATE SCHEMA s CREATE TABLE t (a int)
=> RunsSql(text='CREATE SCHEMA s CREATE TABLE t (a int)')

GRANT SELECT
=> RunsSql(text='GRANT SELECT')

COMMENT ON COLUMN a IS 'x'
=> RunsSql(text="COMMENT ON COLUMN a IS 'x'")

LOCK TABLE t IN
=> RunsSql(text='LOCK TABLE t IN')

REINDEX TABLE t FROBNICATE
=> Reindexes(verb='REINDEX TABLE', name='t')
=> RunsSql(text='REINDEX TABLE t FROBNICATE')

SELECT 1; FROBNICATE; DROP TABLE t
=> Reads()
=> RunsSql(text='FROBNICATE')
=> DropsTable(table='t')

UPDATE t SET WHERE a = 1
=> RunsSql(text='UPDATE t SET WHERE a = 1')

DO $$ BEGIN NULL; END $$; DO $$ import os
=> RunsSql(text='DO $$ BEGIN NULL; END $$', understood=True)
=> RunsSql(text='DO $$ import os')

CREATE TABLE t (a int,)
=> RunsSql(text='CREATE TABLE t (a int,)')

UPDATE t SET a = 1,
=> RunsSql(text='UPDATE t SET a = 1,')

SET
=> RunsSql(text='SET')

DROP INDEX ix FROBNICATE
=> DropsIndex(name='ix')
=> RunsSql(text='DROP INDEX ix FROBNICATE')
