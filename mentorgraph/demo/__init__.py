"""A wiki to look at: two thousand newcomers, forty mentors, two years, and the story behind it all."""
