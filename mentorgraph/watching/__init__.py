"""What is told without being asked again: the feed read once, rendered once, and sent to all who watch."""
