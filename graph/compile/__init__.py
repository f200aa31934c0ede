"""An operation becomes one statement, in a few stages with plain data between them."""
