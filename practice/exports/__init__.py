"""Problems for other systems: one file a format. `common` makes of a variant what these formats can hold."""
