"""What blazon costs, measured against its peers in the same run."""
