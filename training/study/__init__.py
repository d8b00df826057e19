"""The study of a model: sections that each answer one question, and the page that shows them."""
