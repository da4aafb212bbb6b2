"""Empty: tfshim has no products of two sparse matrices, and what asks for one fails by name."""
