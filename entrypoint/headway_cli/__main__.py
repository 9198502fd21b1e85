"""``python -m headway_cli`` is the same program as ``headway``."""

import sys

from headway_cli.main import main

sys.exit(main())
