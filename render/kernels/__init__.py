"""Every numba kernel. A kernel allocates nothing, releases the GIL, and has a slow twin in tests/naive.py."""
