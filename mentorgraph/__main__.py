"""`python -m mentorgraph` is the command `mentorgraph`."""

from mentorgraph.cli import main

main()
