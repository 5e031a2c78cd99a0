"""Voice checks: what people ask for and what they are told."""
