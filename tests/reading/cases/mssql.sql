CREATE TABLE [dbo].[Users] ([id] int IDENTITY(1,1) NOT NULL, [name] nvarchar(max) NULL, [at] datetime2(7) NOT NULL CONSTRAINT [df_at] DEFAULT (sysutcdatetime()), [total] AS ([id] * 2) PERSISTED, CONSTRAINT [pk] PRIMARY KEY CLUSTERED ([id] ASC) WITH (PAD_INDEX = OFF)) ON [PRIMARY]
=> CreatesTable(table='Users', schema='dbo', columns=[Column(name='id', type=Type(name='int'), nullable=False, has_default=True, identity=True), Column(name='name', type=Type(name='nvarchar', arguments=['max'])), Column(name='at', type=Type(name='datetime2', arguments=[7]), nullable=False, has_default=True, default='(sysutcdatetime())'), Column(name='total', has_default=True, computed='[id] * 2', computed_stored=True)], constraints=[Constraint(kind=primary key, name='pk', columns=['id'])])

ALTER TABLE dbo.Users ADD a int NOT NULL CONSTRAINT df_a DEFAULT 0, b nvarchar(20) NULL, CONSTRAINT ck CHECK (a > 0)
=> AddsColumn(table='Users', schema='dbo', column=Column(name='a', type=Type(name='int'), nullable=False, has_default=True, default='0'))
=> AddsColumn(table='Users', schema='dbo', column=Column(name='b', type=Type(name='nvarchar', arguments=[20])))
=> AddsConstraint(table='Users', schema='dbo', kind=check, name='ck', condition='a > 0')

ALTER TABLE Users ALTER COLUMN a bigint NOT NULL
=> AltersColumn(table='Users', column='a', nullable=False, new_type=Type(name='bigint'))

ALTER TABLE Users ALTER COLUMN b nvarchar(50) COLLATE Latin1_General_CI_AS NULL
=> AltersColumn(table='Users', column='b', nullable=True, new_type=Type(name='nvarchar', arguments=[50]))

ALTER TABLE Users DROP COLUMN a, b
=> DropsColumn(table='Users', column='a')
=> DropsColumn(table='Users', column='b')

ALTER TABLE Users DROP COLUMN IF EXISTS c
=> DropsColumn(table='Users', column='c', if_exists=True)

ALTER TABLE Users DROP CONSTRAINT df_a, CONSTRAINT ck
=> DropsConstraint(table='Users', name='df_a')
=> DropsConstraint(table='Users', name='ck')

ALTER TABLE Users ADD CONSTRAINT df_b DEFAULT 'x' FOR b
=> AltersColumn(table='Users', column='b', changes_default=True, default="'x'")

ALTER TABLE Users WITH NOCHECK ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES dbo.Other (id) ON DELETE CASCADE
=> AddsConstraint(table='Users', kind=foreign key, name='fk', columns=['a'], referent='Other', references=ForeignKey(table='Other', schema='dbo', columns=['id'], name='fk', local_columns=['a'], on_delete='CASCADE'), not_valid=True)

ALTER TABLE Users WITH CHECK CHECK CONSTRAINT fk
=> ValidatesConstraint(table='Users', name='fk')

ALTER TABLE Users NOCHECK CONSTRAINT ALL
=> AltersTable(table='Users', action='NOCHECK CONSTRAINT', subject='ALL')

EXEC sp_rename 'dbo.Users.a', 'c', 'COLUMN'
=> AltersColumn(table='Users', schema='dbo', column='a', new_name='c')

EXEC sp_rename N'dbo.Users', N'People'
=> RenamesTable(table='Users', schema='dbo', new_name='People')

EXECUTE sp_rename @objname = N'[Users].[ix]', @newname = 'iy', @objtype = 'INDEX'
=> RenamesIndex(name='ix', new_name='iy', table='Users')

CREATE UNIQUE NONCLUSTERED INDEX ix ON dbo.Users (a DESC) INCLUDE (b) WHERE a IS NOT NULL WITH (ONLINE = ON)
=> CreatesIndex(table='Users', schema='dbo', name='ix', columns=['a'], unique=True, concurrently=True, where='a IS NOT NULL')

DROP INDEX ix ON dbo.Users
=> DropsIndex(name='ix', table='Users', schema='dbo')

DROP INDEX IF EXISTS Users.ix
=> DropsIndex(name='ix', table='Users', if_exists=True)

ALTER INDEX ALL ON Users REBUILD
=> Reindexes(verb='ALTER INDEX REBUILD', name='Users')

IF EXISTS (SELECT 1 FROM sys.tables WHERE name = 'x') DROP TABLE x
=> DropsTable(conditional=True, table='x')

IF OBJECT_ID('x') IS NULL BEGIN CREATE TABLE x (a int) INSERT INTO x (a) VALUES (1) END ELSE DROP TABLE y
=> CreatesTable(conditional=True, table='x', columns=[Column(name='a', type=Type(name='int'))])
=> ChangesData(conditional=True, verb='INSERT', table='x', sets=['a'])
=> DropsTable(conditional=True, table='y')

DECLARE @n nvarchar(200); SELECT @n = name FROM sys.default_constraints; EXEC('ALTER TABLE Users DROP CONSTRAINT ' + @n)
=> Reads(tables=['default_constraints'])
=> DropsConstraint(table='Users', name={@n})

UPDATE u SET u.a = o.a FROM Users u JOIN Other o ON o.id = u.id WHERE o.b = 1
=> ChangesData(verb='UPDATE', table='Users', where='o.b = 1', limited=UNKNOWN, sets=['a'])

DELETE u FROM Users AS u WHERE u.id = 1
=> ChangesData(verb='DELETE', table='Users', where='u.id = 1')

DELETE TOP (10) FROM Users
=> ChangesData(verb='DELETE', table='Users', filtered=False, limited=True)

SELECT a INTO Backup1 FROM Users DROP TABLE Users
=> CreatesTable(table='Backup1', whole=False)
=> Reads(tables=['Users'])
=> DropsTable(table='Users')

SET IDENTITY_INSERT Users ON; INSERT INTO Users (id) VALUES (1); SET IDENTITY_INSERT Users OFF
=> SetsSetting(name='identity_insert', value='Users ON')
=> ChangesData(verb='INSERT', table='Users', sets=['id'])
=> SetsSetting(name='identity_insert', value='Users OFF')

UPDATE Users SET a = 1 DELETE FROM Other
=> ChangesData(verb='UPDATE', table='Users', filtered=False, sets=['a'])
=> ChangesData(verb='DELETE', table='Other', filtered=False)

BEGIN TRANSACTION; TRUNCATE TABLE Users; COMMIT TRANSACTION
=> EndsTransaction(verb='BEGIN')
=> ChangesData(verb='TRUNCATE', table='Users', filtered=False)
=> EndsTransaction(verb='COMMIT')

BEGIN TRY DROP TABLE a END TRY BEGIN CATCH PRINT 'x' END CATCH
=> DropsTable(conditional=True, table='a')

DROP TABLE a
GO
CREATE PROCEDURE p AS BEGIN SET NOCOUNT ON; DELETE FROM Users END
GO
EXEC p
=> DropsTable(table='a')
=> CreatesObject(kind=procedure, name='p', body=[SetsSetting(conditional=True, name='nocount', value='ON'), ChangesData(conditional=True, verb='DELETE', table='Users', filtered=False)])
=> RunsSql(text='EXEC p')

CREATE OR ALTER VIEW dbo.v AS SELECT 1 AS x
=> CreatesObject(kind=view, name='v', schema='dbo', replaces=True)

MERGE INTO Users AS t USING Other AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET t.a = s.a WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id);
=> ChangesData(verb='MERGE', table='Users')

DROP TABLE #temp
=> DropsTable(table='#temp')

ALTER SCHEMA attic TRANSFER dbo.Users
=> RenamesTable(table='Users', schema='dbo', new_name='Users', new_schema='attic')

USE master
=> SetsSetting(name='database', value='master')

ALTER INDEX ix ON Users REBUILD PARTITION = 1 WITH (ONLINE = ON)
=> Reindexes(verb='ALTER INDEX REBUILD', name='ix')

ALTER INDEX ALL ON Users REORGANIZE
=> Reindexes(verb='ALTER INDEX REORGANIZE', name='Users')

ALTER INDEX ix ON Users DISABLE
=> AltersTable(table='Users', action='ALTER INDEX DISABLE', subject='ix')

ALTER INDEX ix ON Users FROBNICATE
=> RunsSql(text='ALTER INDEX ix ON Users FROBNICATE')

DROP INDEX Users.ix, Orders.iy
=> DropsIndex(name='ix', table='Users')
=> DropsIndex(name='iy', table='Orders')

ALTER TABLE Users ADD a int NOT NULL NOT FOR REPLICATION, b int NOT NULL
=> AddsColumn(table='Users', column=Column(name='a', type=Type(name='int'), nullable=False))
=> AddsColumn(table='Users', column=Column(name='b', type=Type(name='int'), nullable=False))

EXEC ('DROP TABLE ' + @name)
=> DropsTable(table={@name})

EXEC ('DROP TABLE a; DROP TABLE b')
=> DropsTable(table='a')
=> DropsTable(table='b')

DELETE TOP (10) FROM Users WHERE id = 1
=> ChangesData(verb='DELETE', table='Users', where='id = 1', limited=True)

DELETE TOP (10) PERCENT Users
=> ChangesData(verb='DELETE', table='Users', filtered=False, limited=UNKNOWN)

UPDATE TOP (5) PERCENT Users SET a = 1
=> ChangesData(verb='UPDATE', table='Users', filtered=False, limited=UNKNOWN, sets=['a'])

MERGE TOP (5) INTO dbo.Users WITH (HOLDLOCK) AS t USING (SELECT id FROM Other) AS s ON t.id = s.id WHEN MATCHED THEN DELETE;
=> ChangesData(verb='MERGE', table='Users', schema='dbo')

EXEC sp_rename 'Users', 'People'
=> RenamesTable(table='Users', new_name='People')

EXEC sp_rename 'dbo.Users', 'People', 'OBJECT'
=> RenamesTable(table='Users', schema='dbo', new_name='People')

EXEC sp_rename 'dbo.Users.a', 'b', 'COLUMN'
=> AltersColumn(table='Users', schema='dbo', column='a', new_name='b')

EXEC sp_rename 'a', 'b', 'COLUMN'
=> RunsSql(text="EXEC sp_rename 'a', 'b', 'COLUMN'")

EXEC sp_rename 'Users.ix', 'iy', 'INDEX'
=> RenamesIndex(name='ix', new_name='iy', table='Users')

EXEC sp_rename @objname = 'Users', @newname = 'People'
=> RenamesTable(table='Users', new_name='People')

EXEC sp_rename 'Users'
=> RunsSql(text="EXEC sp_rename 'Users'")

EXEC sp_rename 'Users', 'b', 'USERDATATYPE', 'more'
=> RunsSql(text="EXEC sp_rename 'Users', 'b', 'USERDATATYPE', 'more'")

EXEC sp_rename @x, 'b'
=> RunsSql(text="EXEC sp_rename @x, 'b'")

EXEC sp_executesql N'DROP TABLE x', N'@a int', @a = 1
=> DropsTable(table='x')

EXEC dbo.do_it 1
=> RunsSql(text='EXEC dbo.do_it 1')

IF EXISTS (SELECT 1 FROM Users) DROP TABLE Users
=> DropsTable(conditional=True, table='Users')

IF CASE WHEN 1 = 1 THEN 1 ELSE 0 END = 1 DELETE FROM Users WHERE a = 1 ELSE DELETE FROM Other WHERE a = 1
=> ChangesData(conditional=True, verb='DELETE', table='Users', where='a = 1')
=> ChangesData(conditional=True, verb='DELETE', table='Other', where='a = 1')

SELECT a INTO copies FROM Users
=> CreatesTable(table='copies', whole=False)
=> Reads(tables=['Users'])
