"""The Terraform provider for Atlas as far as calls go: which it makes, in which order, and what it makes of the answers.
Written from a description of its traffic. Knows nothing of what serves it."""
