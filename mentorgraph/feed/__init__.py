"""What comes in from wikis: log pages and event lines, read, understood, and told whom they are about."""
