[tool.alembic]

# Where env.py and the revision files are; %(here)s is the directory of this file.
script_location = "${script_location}"

# Put in front of sys.path, so that env.py finds the application.
prepend_sys_path = [
    "."
]

# How new files are named; also: year, month, day, hour, minute, second, epoch.
# file_template = "%%(rev)s_%%(slug)s"

# Several directories of revision files.
# version_locations = [
#     "%(here)s/alembic/versions"
# ]

# Programs to run on each new file.
# [[tool.alembic.post_write_hooks]]
# name = "ruff"
# type = "module"
# module = "ruff"
# options = "check --fix REVISION_SCRIPT_FILENAME"
