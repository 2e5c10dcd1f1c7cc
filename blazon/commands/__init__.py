"""A file for each command. They wire, and decide nothing; heavy modules are imported when a command runs."""
