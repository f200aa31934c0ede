"""GraphQL over HTTP: what may be asked, in which form it is answered, and what is turned away."""
