"""What the graph is: the words, the rules, and the compiler; pure."""
