"""`python -m guardian`."""

import sys

from guardian.cli.app import main

sys.exit(main())
