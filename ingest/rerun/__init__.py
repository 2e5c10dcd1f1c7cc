"""What the reference SDK writes and sends: its messages, its chunks and its files."""
