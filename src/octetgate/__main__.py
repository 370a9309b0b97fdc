"""``python -m octetgate``: the same as the command ``octetgate``."""

from octetgate.cli.main import main

main()
