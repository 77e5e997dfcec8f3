"""How fast nnlib is, next to other libraries: ``make bench``. Not part of the tests."""
