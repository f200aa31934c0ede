"""What other policies would have made of what happened: counted in processes, as a job or at the command line."""
