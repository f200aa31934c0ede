"""Reads what GrowthExperiments keeps of mentors and mentees: dumps of its table, and its list of mentors."""
