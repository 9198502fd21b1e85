# The migrations' part of a PasteDeploy configuration; add the section to the application's own file, such as
# development.ini, and name that file: headway -c development.ini upgrade head

[alembic]
# Where env.py and the revision files are; %(here)s is the directory of this file.
script_location = ${script_location}

# Put in front of sys.path, so that env.py finds the application.
prepend_sys_path = .

# What separates several entries of version_locations and prepend_sys_path: os, space, newline, ":" or ";".
path_separator = os

# The application's section, whose sqlalchemy.url env.py uses.
app_section = app:main

${logging}