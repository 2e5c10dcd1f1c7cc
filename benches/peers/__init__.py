"""What blazon is measured against where it is installed: each peer behind the few calls that a bench needs."""
