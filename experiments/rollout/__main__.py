"""`python -m experiments.rollout`."""

import sys

from experiments.rollout.commands import main

if __name__ == "__main__":
    sys.exit(main())
