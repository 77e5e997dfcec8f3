"""Every chapter to take along: as an executed notebook, with nnlib as a wheel."""
