"""What doubts all of it, by hand or once a week: planted errors, other worlds, speed."""
