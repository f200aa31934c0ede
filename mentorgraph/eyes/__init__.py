"""What those who run the server see of it: figures, lines of a log, traces. Nobody's data is in any of them."""
