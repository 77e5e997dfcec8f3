"""What runs the cells in the pages, tried without a page."""
