"""The reviewed list of mutants and faults names what exists, with a reason; and a weak test is found out."""
