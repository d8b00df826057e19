"""The pages of the console, and what a browser needs to show them."""
