"""What holds for the whole book alone."""
