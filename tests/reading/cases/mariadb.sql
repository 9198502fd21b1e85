CREATE TABLE users (
  id int(11) unsigned NOT NULL AUTO_INCREMENT, # the key
  name varchar(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '' COMMENT 'it\'s; the "name"',
  kind enum('a','b') DEFAULT 'a',
  at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  flag tinyint(1) NULL DEFAULT NULL,
  total decimal(10,2) AS (LENGTH(name)) PERSISTENT,
  PRIMARY KEY (id),
  UNIQUE KEY ux_name (name(10)),
  KEY ix_kind (kind, at),
  FULLTEXT KEY ft (name)
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='users'
=> CreatesTable(table='users', columns=[Column(name='id', type=Type(name='int', arguments=[11], options=[['unsigned', True]]), nullable=False, has_default=True, identity=True), Column(name='name', type=Type(name='varchar', arguments=[50], options=[['character set', 'utf8mb4']]), nullable=False, has_default=True, default="''", comment='it\'s; the "name"'), Column(name='kind', type=Type(name='enum', arguments=['a', 'b']), has_default=True, default="'a'"), Column(name='at', type=Type(name='timestamp'), nullable=False, has_default=True, default='CURRENT_TIMESTAMP'), Column(name='flag', type=Type(name='tinyint', arguments=[1])), Column(name='total', type=Type(name='decimal', arguments=[10, 2]), has_default=True, computed='LENGTH(name)', computed_stored=True)], constraints=[Constraint(kind=primary key, columns=['id']), Constraint(kind=unique, name='ux_name', columns=['name'])], indexes=[Index(name='ix_kind', columns=['kind', 'at']), Index(name='ft', columns=['name'])])

CREATE TABLE IF NOT EXISTS `orders` (`id` bigint PRIMARY KEY AUTO_INCREMENT, `user_id` int unsigned, CONSTRAINT `fk_user` FOREIGN KEY `fki` (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE)
=> CreatesTable(table='orders', columns=[Column(name='id', type=Type(name='bigint'), nullable=False, primary_key=True, has_default=True, identity=True), Column(name='user_id', type=Type(name='int', options=[['unsigned', True]]))], constraints=[Constraint(kind=foreign key, name='fk_user', columns=['user_id'], references=ForeignKey(table='users', columns=['id'], name='fk_user', local_columns=['user_id'], on_delete='CASCADE'))], if_not_exists=True)

CREATE TABLE copied LIKE users
=> CreatesTable(table='copied', whole=False)

CREATE TABLE chosen SELECT id, name FROM users
=> Reads(tables=['users'])
=> CreatesTable(table='chosen', whole=False)

CREATE TEMPORARY TABLE tmp (a int) ENGINE=MEMORY
=> CreatesTable(table='tmp', columns=[Column(name='a', type=Type(name='int'))], temporary=True)

ALTER TABLE users ADD COLUMN age int NOT NULL DEFAULT 0 AFTER name, ADD (x int, y text), ALGORITHM=COPY, LOCK=SHARED
=> AddsColumn(table='users', column=Column(name='age', type=Type(name='int'), nullable=False, has_default=True, default='0'))
=> AddsColumn(table='users', column=Column(name='x', type=Type(name='int')))
=> AddsColumn(table='users', column=Column(name='y', type=Type(name='text')))
=> AltersTable(table='users', action='ALGORITHM', subject='COPY')
=> AltersTable(table='users', action='LOCK', subject='SHARED')

ALTER TABLE users ADD COLUMN IF NOT EXISTS z int FIRST
=> AddsColumn(table='users', column=Column(name='z', type=Type(name='int')), if_not_exists=True)

ALTER TABLE users MODIFY COLUMN age bigint NULL
=> AltersColumn(table='users', column='age', nullable=True, new_type=Type(name='bigint'), drops_default=True)

ALTER TABLE users MODIFY age bigint unsigned NOT NULL DEFAULT 5 COMMENT 'years'
=> AltersColumn(table='users', column='age', nullable=False, new_type=Type(name='bigint', options=[['unsigned', True]]), changes_default=True, default='5', comment='years')

ALTER TABLE users CHANGE COLUMN age years smallint NOT NULL
=> AltersColumn(table='users', column='age', nullable=False, new_type=Type(name='smallint'), new_name='years', drops_default=True)

ALTER TABLE users CHANGE years years int DEFAULT NULL
=> AltersColumn(table='users', column='years', nullable=True, new_type=Type(name='int'), drops_default=True)

ALTER TABLE users ALTER COLUMN x SET DEFAULT 7, ALTER y DROP DEFAULT
=> AltersColumn(table='users', column='x', changes_default=True, default='7')
=> AltersColumn(table='users', column='y', drops_default=True)

ALTER TABLE users RENAME COLUMN years TO age
=> AltersColumn(table='users', column='years', new_name='age')

ALTER TABLE users DROP COLUMN IF EXISTS z, DROP x
=> DropsColumn(table='users', column='z', if_exists=True)
=> DropsColumn(table='users', column='x')

ALTER TABLE users ADD INDEX ix_age (age) USING BTREE, ADD UNIQUE INDEX ux (age, id), ADD FULLTEXT INDEX ft2 (y), ADD KEY (at)
=> CreatesIndex(table='users', name='ix_age', columns=['age'])
=> AddsConstraint(table='users', kind=unique, name='ux', columns=['age', 'id'])
=> CreatesIndex(table='users', name='ft2', columns=['y'], method='fulltext')
=> CreatesIndex(table='users', name=None, columns=['at'])

ALTER TABLE users RENAME INDEX ix_age TO ix_age2
=> RenamesIndex(name='ix_age', new_name='ix_age2', table='users')

ALTER TABLE users DROP INDEX ix_age2, DROP KEY IF EXISTS ux
=> DropsIndex(name='ix_age2', table='users')
=> DropsIndex(name='ux', table='users', if_exists=True)

ALTER TABLE orders DROP FOREIGN KEY fk_user
=> DropsConstraint(table='orders', name='fk_user', kind=foreign key)

ALTER TABLE orders ADD CONSTRAINT fk2 FOREIGN KEY (user_id) REFERENCES users (id) ON UPDATE RESTRICT, ADD CONSTRAINT ck CHECK (user_id > 0)
=> AddsConstraint(table='orders', kind=foreign key, name='fk2', columns=['user_id'], referent='users', references=ForeignKey(table='users', columns=['id'], name='fk2', local_columns=['user_id'], on_update='RESTRICT'))
=> AddsConstraint(table='orders', kind=check, name='ck', condition='user_id > 0')

ALTER TABLE orders DROP CONSTRAINT ck
=> DropsConstraint(table='orders', name='ck')

ALTER TABLE copied MODIFY id int, DROP PRIMARY KEY
=> AltersColumn(table='copied', column='id', nullable=True, new_type=Type(name='int'), drops_default=True)
=> DropsConstraint(table='copied', name=None, kind=primary key)

ALTER TABLE copied ADD PRIMARY KEY (id)
=> AddsConstraint(table='copied', kind=primary key, name=None, columns=['id'])

ALTER TABLE copied ENGINE=InnoDB ROW_FORMAT=DYNAMIC
=> AltersTable(table='copied', action='ENGINE', subject='InnoDB')
=> AltersTable(table='copied', action='ROW_FORMAT', subject='DYNAMIC')

ALTER TABLE copied CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci
=> AltersTable(table='copied', action='CONVERT TO CHARACTER SET', subject='utf8mb4')

ALTER TABLE copied DEFAULT CHARACTER SET = utf8mb4, COMMENT = 'x', AUTO_INCREMENT = 10
=> AltersTable(table='copied', action='DEFAULT CHARACTER SET', subject='utf8mb4')
=> AltersTable(table='copied', action='COMMENT', subject='x')
=> AltersTable(table='copied', action='AUTO_INCREMENT', subject='10')

ALTER TABLE copied DISABLE KEYS
=> AltersTable(table='copied', action='DISABLE KEYS')

ALTER TABLE copied FORCE
=> AltersTable(table='copied', action='FORCE')

ALTER TABLE copied RENAME TO copied2
=> RenamesTable(table='copied', new_name='copied2')

RENAME TABLE copied2 TO copied3, chosen TO chosen2
=> RenamesTable(table='copied2', new_name='copied3')
=> RenamesTable(table='chosen', new_name='chosen2')

CREATE INDEX ix_at ON users (at) ALGORITHM=COPY LOCK=SHARED
=> CreatesIndex(table='users', name='ix_at', columns=['at'])

CREATE UNIQUE INDEX ux_y ON users (y(20))
=> CreatesIndex(table='users', name='ux_y', columns=['y'], unique=True)

DROP INDEX ix_at ON users
=> DropsIndex(name='ix_at', table='users')

CREATE VIEW v AS SELECT `name` FROM `users`
=> CreatesObject(kind=view, name='v')

CREATE OR REPLACE ALGORITHM=MERGE DEFINER=CURRENT_USER SQL SECURITY INVOKER VIEW v AS SELECT 1
=> CreatesObject(kind=view, name='v', replaces=True)

DROP VIEW IF EXISTS v
=> DropsObject(kind=view, name='v', if_exists=True)

CREATE TRIGGER tr BEFORE INSERT ON users FOR EACH ROW SET NEW.name = UPPER(NEW.name)
=> CreatesObject(kind=trigger, name='tr', table='users')

CREATE OR REPLACE TRIGGER tr AFTER DELETE ON users FOR EACH ROW BEGIN
  DELETE FROM orders WHERE user_id = OLD.id;
  IF OLD.id > 5 THEN INSERT INTO chosen2 VALUES (1, 'x'); END IF;
END
=> CreatesObject(kind=trigger, name='tr', table='users', replaces=True, body=[ChangesData(conditional=True, verb='DELETE', table='orders', where='user_id = OLD.id'), ChangesData(conditional=True, verb='INSERT', table='chosen2')])

DROP TRIGGER IF EXISTS tr
=> DropsObject(kind=trigger, name='tr', if_exists=True)

CREATE PROCEDURE p(IN n INT)
BEGIN
  DECLARE done INT DEFAULT 0;
  WHILE n > 0 DO
    DELETE FROM orders LIMIT 10;
    SET n = n - 1;
  END WHILE;
  DROP TABLE IF EXISTS gone;
END
=> CreatesObject(kind=procedure, name='p', body=[ChangesData(conditional=True, verb='DELETE', table='orders', filtered=False, limited=True), SetsSetting(conditional=True, name='n', value='n - 1'), DropsTable(conditional=True, table='gone', if_exists=True)])

CALL p(1)
=> RunsSql(text='CALL p(1)')

DROP PROCEDURE p
=> DropsObject(kind=procedure, name='p')

CREATE FUNCTION f(n INT) RETURNS INT DETERMINISTIC RETURN n + 1
=> CreatesObject(kind=function, name='f')

SELECT f(1)
=> RunsSql(text='SELECT f(1)')
=> Reads()

DROP FUNCTION IF EXISTS f
=> DropsObject(kind=function, name='f', if_exists=True)

SET FOREIGN_KEY_CHECKS = 0, @a = 5
=> SetsSetting(name='foreign_key_checks', value='0')
=> SetsSetting(name='@a', value='5')

SET NAMES utf8mb4
=> SetsSetting(name='names', value='utf8mb4')

SET SESSION sql_mode = ''
=> SetsSetting(name='sql_mode', value="''")

SET @sql = IF((SELECT COUNT(*) FROM users) > 0, 'ALTER TABLE chosen2 DROP COLUMN name', 'SELECT 1'); PREPARE stmt FROM @sql; EXECUTE stmt; DEALLOCATE PREPARE stmt
=> SetsSetting(name='@sql', value="IF((SELECT COUNT(*) FROM users) > 0, 'ALTER TABLE chosen2 DROP COLUMN name', 'SELECT 1')")
=> DropsColumn(conditional=True, table='chosen2', column='name')
=> Reads(conditional=True)
=> RunsSql(text='EXECUTE', understood=True)
=> RunsSql(text='DEALLOCATE PREPARE stmt', understood=True)

PREPARE s FROM 'DELETE FROM chosen2'
=> ChangesData(verb='DELETE', table='chosen2', filtered=False)

SET STATEMENT max_statement_time = 100 FOR ALTER TABLE chosen2 ADD COLUMN late int
=> AddsColumn(table='chosen2', column=Column(name='late', type=Type(name='int')))

/*!40101 ALTER TABLE chosen2 ADD COLUMN old int */
=> AddsColumn(table='chosen2', column=Column(name='old', type=Type(name='int')))

/*M!100100 ALTER TABLE chosen2 DROP COLUMN old */
=> DropsColumn(table='chosen2', column='old')

LOCK TABLES users AS u READ, orders WRITE
=> LocksTable(table='users', mode='READ')
=> LocksTable(table='orders', mode='WRITE')

UNLOCK TABLES
=> RunsSql(text='UNLOCK TABLES', understood=True)

INSERT IGNORE INTO users (name) VALUES ('a\'; DROP TABLE users; --') ON DUPLICATE KEY UPDATE name = VALUES(name)
=> ChangesData(verb='INSERT', table='users', sets=['name'])

INSERT INTO users SET name = "b", age = 3
=> ChangesData(verb='INSERT', table='users', sets=['name', 'age'])

REPLACE INTO users (id, name) SELECT id, name FROM copied3
=> ChangesData(verb='REPLACE', table='users', sets=['id', 'name'])

UPDATE users u JOIN orders o ON o.user_id = u.id SET u.name = 'x', o.user_id = NULL WHERE o.id = 1
=> ChangesData(verb='UPDATE', table='users', where='o.id = 1', limited=UNKNOWN, sets=['name'])
=> ChangesData(verb='UPDATE', table='orders', where='o.id = 1', limited=UNKNOWN, sets=['user_id'])

UPDATE users, orders SET users.age = 1 WHERE users.id = orders.user_id
=> ChangesData(verb='UPDATE', table='users', where='users.id = orders.user_id', limited=UNKNOWN, sets=['age'])

UPDATE users SET age = 1 ORDER BY id LIMIT 10
=> ChangesData(verb='UPDATE', table='users', filtered=False, limited=True, sets=['age'])

DELETE u, o FROM users AS u JOIN orders AS o ON o.user_id = u.id WHERE u.id = 2
=> ChangesData(verb='DELETE', table='users', where='u.id = 2', limited=UNKNOWN)
=> ChangesData(verb='DELETE', table='orders', where='u.id = 2', limited=UNKNOWN)

DELETE FROM o USING orders AS o JOIN users u ON u.id = o.user_id
=> ChangesData(verb='DELETE', table='orders', filtered=False, limited=UNKNOWN)

TRUNCATE orders
=> ChangesData(verb='TRUNCATE', table='orders', filtered=False)

SELECT IFNULL(name, 'x'), GROUP_CONCAT(DISTINCT name SEPARATOR ',') FROM users GROUP BY name FOR UPDATE
=> LocksTable(table='users', mode='FOR UPDATE')
=> Reads(tables=['users'])

SELECT 1 -- ' not a string
=> Reads()

SELECT 5--1 AS six
=> Reads()

SHOW TABLES
=> Reads()

SHOW INDEX FROM users WHERE Key_name = 'x'
=> Reads()

DESCRIBE users
=> Reads()

OPTIMIZE TABLE users, orders
=> Reindexes(verb='OPTIMIZE TABLE', name='users')
=> Reindexes(verb='OPTIMIZE TABLE', name='orders')

ANALYZE TABLE users
=> RunsSql(text='ANALYZE TABLE users', understood=True)

BEGIN NOT ATOMIC IF 1 = 1 THEN DROP TABLE IF EXISTS nowhere; END IF; END
=> DropsTable(conditional=True, table='nowhere', if_exists=True)

EXECUTE IMMEDIATE CONCAT('DROP TABLE IF EXISTS ', 'copied3')
=> DropsTable(table='copied3', if_exists=True)

CREATE TABLE parts (id int) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))
=> CreatesTable(table='parts', columns=[Column(name='id', type=Type(name='int'))])

ALTER TABLE parts ADD PARTITION (PARTITION p2 VALUES LESS THAN (30))
=> AltersTable(table='parts', action='ADD PARTITION')

ALTER TABLE parts DROP PARTITION p0, p1
=> AltersTable(table='parts', action='DROP PARTITION', subject='p0')
=> AltersTable(table='parts', action='DROP PARTITION', subject='p1')

ALTER TABLE parts TRUNCATE PARTITION p2
=> AltersTable(table='parts', action='TRUNCATE PARTITION', subject='p2')

ALTER TABLE parts REMOVE PARTITIONING
=> AltersTable(table='parts', action='REMOVE PARTITIONING')

CREATE SEQUENCE s START WITH 1
=> CreatesObject(kind=sequence, name='s')

DROP SEQUENCE s
=> DropsObject(kind=sequence, name='s')

CREATE DATABASE IF NOT EXISTS hw_other DEFAULT CHARACTER SET utf8mb4
=> CreatesObject(kind=database, name='hw_other', if_not_exists=True)

DROP DATABASE hw_other
=> DropsObject(kind=database, name='hw_other')

GRANT SELECT ON users TO 'someone'@'localhost' IDENTIFIED BY 'x'
-- not run: names the database of the session
=> CreatesObject(kind=grant, name='someone', table='users')

CREATE USER IF NOT EXISTS 'hw_reader'@'localhost' IDENTIFIED BY 'secret'
=> CreatesObject(kind=role, name='hw_reader', if_not_exists=True)

DROP USER 'hw_reader'@'localhost'
=> DropsObject(kind=role, name='hw_reader')

DROP TABLE IF EXISTS orders, users CASCADE
=> DropsTable(table='orders', if_exists=True, cascade=True)
=> DropsTable(table='users', if_exists=True, cascade=True)

CREATE TABLE waits (id int)
=> CreatesTable(table='waits', columns=[Column(name='id', type=Type(name='int'))])

ALTER TABLE waits WAIT 5 ADD COLUMN w1 int
=> AddsColumn(table='waits', column=Column(name='w1', type=Type(name='int')))

ALTER ONLINE TABLE waits ADD COLUMN w2 int
=> AddsColumn(table='waits', column=Column(name='w2', type=Type(name='int')))

ALTER IGNORE TABLE waits ADD COLUMN w3 int
=> AddsColumn(table='waits', column=Column(name='w3', type=Type(name='int')))

ALTER TABLE waits ADD CONSTRAINT IF NOT EXISTS ck_w CHECK (w1 > 0)
=> AddsConstraint(table='waits', kind=check, name='ck_w', condition='w1 > 0')

ALTER TABLE waits ADD UNIQUE KEY ux3 (w1) KEY_BLOCK_SIZE = 8
=> AddsConstraint(table='waits', kind=unique, name='ux3', columns=['w1'])

DROP INDEX ux3 ON waits ALGORITHM = INPLACE LOCK = NONE
-- not run: MySQL's
=> DropsIndex(name='ux3', table='waits')

EXECUTE IMMEDIATE concat('DELETE FROM ', 'waits', ' WHERE id < 0')
=> ChangesData(verb='DELETE', table='waits', where='id < 0')

ALTER TABLE waits DROP COLUMN w1,
-- not run: it ends in a comma
=> DropsColumn(table='waits', column='w1')
=> RunsSql(text='ALTER TABLE waits DROP COLUMN w1,')

UPDATE waits a JOIN waits b ON a.id = b.id SET a.w2 = b.w2, b.w3 = 1 WHERE a.id < 0
=> ChangesData(verb='UPDATE', table='waits', where='a.id < 0', limited=UNKNOWN, sets=['w2', 'w3'])

UPDATE waits a, copied c SET w2 = 1 WHERE a.id < 0
-- not run: there is no such table
=> ChangesData(verb='UPDATE', table='waits', where='a.id < 0', limited=UNKNOWN, sets=['w2'])
=> ChangesData(verb='UPDATE', table='copied', where='a.id < 0', limited=UNKNOWN, sets=['w2'])

DELETE LOW_PRIORITY QUICK IGNORE FROM waits WHERE id < 0
=> ChangesData(verb='DELETE', table='waits', where='id < 0')

BEGIN NOT ATOMIC IF CASE WHEN 1 THEN 0 ELSE 1 END THEN DELETE FROM waits WHERE id < 0; END IF; END
-- alone
=> ChangesData(conditional=True, verb='DELETE', table='waits', where='id < 0')
