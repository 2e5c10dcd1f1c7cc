"""`python -m blazon`."""

from blazon.cli import main

raise SystemExit(main())
