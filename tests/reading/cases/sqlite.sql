PRAGMA foreign_keys = ON
=> SetsSetting(name='foreign_keys', value='ON')

PRAGMA foreign_keys
=> Reads()

PRAGMA main.table_info('users')
=> Reads(tables=['users'])

PRAGMA foreign_key_check
=> Reads()

PRAGMA user_version = 7
=> SetsSetting(name='user_version', value='7')

PRAGMA optimize
=> Reindexes(verb='PRAGMA optimize')

CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE, [group] VARCHAR(20) DEFAULT 'x', `odd name` UNSIGNED BIG INT, untyped)
=> CreatesTable(table='users', columns=[Column(name='id', type=Type(name='integer'), nullable=False, primary_key=True, has_default=True, identity=True), Column(name='name', type=Type(name='text'), nullable=False), Column(name='group', type=Type(name='varchar', arguments=[20]), has_default=True, default="'x'"), Column(name='odd name', type=Type(name='unsigned big int')), Column(name='untyped')])

CREATE TABLE IF NOT EXISTS "Orders" (id INTEGER NOT NULL ON CONFLICT IGNORE, user_id INTEGER REFERENCES users (id) ON DELETE SET NULL, total NUMERIC(10,2) GENERATED ALWAYS AS (id * 2) STORED, CONSTRAINT pk PRIMARY KEY (id) ON CONFLICT REPLACE, UNIQUE (user_id), CHECK (id > 0)) WITHOUT ROWID, STRICT
-- not run: STRICT knows no VARCHAR and NUMERIC
=> CreatesTable(table='Orders', columns=[Column(name='id', type=Type(name='integer'), nullable=False), Column(name='user_id', type=Type(name='integer'), references=[ForeignKey(table='users', columns=['id'], local_columns=['user_id'], on_delete='SET NULL')]), Column(name='total', type=Type(name='numeric', arguments=[10, 2]), has_default=True, computed='id * 2', computed_stored=True)], constraints=[Constraint(kind=primary key, name='pk', columns=['id']), Constraint(kind=unique, columns=['user_id']), Constraint(kind=check, condition='id > 0')], if_not_exists=True)

CREATE TABLE orders (id INTEGER NOT NULL, user_id INTEGER REFERENCES users (id) ON DELETE SET NULL, total GENERATED ALWAYS AS (id * 2), PRIMARY KEY (id), UNIQUE (user_id) ON CONFLICT IGNORE) WITHOUT ROWID
=> CreatesTable(table='orders', columns=[Column(name='id', type=Type(name='integer'), nullable=False), Column(name='user_id', type=Type(name='integer'), references=[ForeignKey(table='users', columns=['id'], local_columns=['user_id'], on_delete='SET NULL')]), Column(name='total', has_default=True, computed='id * 2')], constraints=[Constraint(kind=primary key, columns=['id']), Constraint(kind=unique, columns=['user_id'])])

CREATE TEMPORARY TABLE t1 AS SELECT * FROM users
=> Reads(tables=['users'])
=> CreatesTable(table='t1', whole=False, temporary=True)

CREATE VIRTUAL TABLE docs USING fts5(title, body)
=> CreatesTable(table='docs', whole=False)

ALTER TABLE users ADD COLUMN age INT NOT NULL DEFAULT (1 + 1)
=> AddsColumn(table='users', column=Column(name='age', type=Type(name='int'), nullable=False, has_default=True, default='(1 + 1)'))

ALTER TABLE users ADD at DATETIME DEFAULT NULL CHECK (at > 0)
=> AddsColumn(table='users', column=Column(name='at', type=Type(name='datetime')))
=> AddsConstraint(table='users', kind=check, name=None, columns=['at'], condition='at > 0')

ALTER TABLE users RENAME COLUMN age TO years
=> AltersColumn(table='users', column='age', new_name='years')

ALTER TABLE users RENAME years TO age
=> AltersColumn(table='users', column='years', new_name='age')

ALTER TABLE orders RENAME TO purchases
=> RenamesTable(table='orders', new_name='purchases')

ALTER TABLE users DROP COLUMN at
=> DropsColumn(table='users', column='at')

CREATE UNIQUE INDEX IF NOT EXISTS main.ix_u ON users (name COLLATE NOCASE DESC, lower(name)) WHERE age > 1
=> CreatesIndex(table='users', schema='main', name='ix_u', columns=['name', 'lower(name)'], unique=True, if_not_exists=True, where='age > 1')

DROP INDEX IF EXISTS ix_u
=> DropsIndex(name='ix_u', if_exists=True)

CREATE VIEW IF NOT EXISTS v AS SELECT name FROM users
=> CreatesObject(kind=view, name='v', if_not_exists=True)

CREATE TRIGGER tr AFTER UPDATE OF name ON users FOR EACH ROW WHEN NEW.age > 1 BEGIN
  UPDATE purchases SET user_id = CASE WHEN NEW.id = 1 THEN 2 ELSE 3 END WHERE id = OLD.id;
  DELETE FROM purchases;
END
=> CreatesObject(kind=trigger, name='tr', table='users', body=[ChangesData(conditional=True, verb='UPDATE', table='purchases', where='id = OLD.id', sets=['user_id']), ChangesData(conditional=True, verb='DELETE', table='purchases', filtered=False)])

DROP TRIGGER IF EXISTS tr
=> DropsObject(kind=trigger, name='tr', if_exists=True)

DROP VIEW v
=> DropsObject(kind=view, name='v')

INSERT OR REPLACE INTO users (id, name) VALUES (1, 'a')
=> ChangesData(verb='INSERT', table='users', sets=['id', 'name'])

REPLACE INTO users (id, name) VALUES (1, 'b;c')
=> ChangesData(verb='REPLACE', table='users', sets=['id', 'name'])

INSERT INTO users (name) SELECT user_id FROM purchases WHERE true ON CONFLICT (id) DO NOTHING
=> ChangesData(verb='INSERT', table='users', sets=['name'])

UPDATE OR IGNORE users SET name = 'x', age = age + 1 WHERE id = 1
=> ChangesData(verb='UPDATE', table='users', where='id = 1', sets=['name', 'age'])

DELETE FROM users WHERE name LIKE 'a%'
=> ChangesData(verb='DELETE', table='users', where="name LIKE 'a%'")

DELETE FROM users
=> ChangesData(verb='DELETE', table='users', filtered=False)

SELECT name FROM sqlite_master WHERE type = 'table'
=> Reads(tables=['sqlite_master'])

SELECT json_extract(name, '$.a'), strftime('%Y', 'now') FROM users
=> Reads(tables=['users'])

WITH a AS (SELECT 1 AS x) UPDATE users SET age = (SELECT x FROM a) WHERE id = 3
=> ChangesData(verb='UPDATE', table='users', where='id = 3', sets=['age'])

REINDEX users
=> Reindexes(verb='REINDEX', name='users')

ANALYZE
=> RunsSql(text='ANALYZE', understood=True)

VACUUM
=> Reindexes(verb='VACUUM')

SAVEPOINT s
=> RunsSql(text='SAVEPOINT s', understood=True)

RELEASE s
=> RunsSql(text='RELEASE s', understood=True)

BEGIN IMMEDIATE
=> EndsTransaction(verb='BEGIN')

COMMIT
=> EndsTransaction(verb='COMMIT')

ATTACH DATABASE ':memory:' AS other
=> RunsSql(text="ATTACH DATABASE ':memory:' AS other", understood=True)

DETACH DATABASE other
=> RunsSql(text='DETACH DATABASE other', understood=True)

EXPLAIN QUERY PLAN SELECT 1
=> Reads()

DROP TABLE IF EXISTS purchases
=> DropsTable(table='purchases', if_exists=True)

-- only a comment

CREATE TABLE a (x INT); DROP TABLE a; -- done; really
=> CreatesTable(table='a', columns=[Column(name='x', type=Type(name='int'))])
=> DropsTable(table='a')

;;
