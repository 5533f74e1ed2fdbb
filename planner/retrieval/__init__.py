"""Knowledge at hand: retrieval from a vector store against a long prompt, and both together."""
