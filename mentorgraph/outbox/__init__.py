"""What the server does on wikis: it writes to mentors, and sets them again after a block."""
