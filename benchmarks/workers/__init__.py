"""Small programs that the rows start as processes of their own, in our environment or in the peers'."""
