"""What we answer: one node type a file, and beside each field where its answer is found."""
