"""``python -m gaitnb.realism [names]``: compare again and store; see `gaitnb.realism.stored`."""

import sys

from gaitnb.realism.stored import main

if __name__ == "__main__":
    sys.exit(main())
