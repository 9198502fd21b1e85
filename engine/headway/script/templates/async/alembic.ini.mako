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

# A percent sign in the URL must be doubled. Better keep it out of this file and set it in env.py.
sqlalchemy.url = driver://user:pass@localhost/dbname

[post_write_hooks]
# Programs to run on each new file, such as:
# hooks = ruff
# ruff.type = module
# ruff.module = ruff
# ruff.options = check --fix REVISION_SCRIPT_FILENAME

${logging}