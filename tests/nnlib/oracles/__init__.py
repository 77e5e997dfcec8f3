"""Values that PyTorch computed once, and the programs that recorded them."""
