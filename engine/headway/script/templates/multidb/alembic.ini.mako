# The settings of this project's migrations.

[alembic]
# Where env.py and the revision files are; %(here)s is the directory of this file.
script_location = ${script_location}

# Put in front of sys.path, so that env.py finds the application.
prepend_sys_path = .

# What separates several entries of version_locations and prepend_sys_path: os, space, newline, ":" or ";".
path_separator = os

# How new files are named; also: year, month, day, hour, minute, second, epoch.
# file_template = %%(rev)s_%%(slug)s

# The databases; each has a section of its own below.
databases = engine1, engine2

# A percent sign in a URL must be doubled.
[engine1]
sqlalchemy.url = driver://user:pass@localhost/dbname

[engine2]
sqlalchemy.url = driver://user:pass@localhost/dbname2

[post_write_hooks]
# Programs to run on each new file, such as:
# hooks = ruff
# ruff.type = module
# ruff.module = ruff
# ruff.options = check --fix REVISION_SCRIPT_FILENAME

${logging}