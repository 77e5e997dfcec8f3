"""Plant faults in the code cells of the chapters, one at a time, and see what notices them."""
