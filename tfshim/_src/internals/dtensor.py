"""Empty: tfshim has no DTensor; Keras imports the name and uses it when asked to distribute."""
