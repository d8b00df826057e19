"""The risk models as ops see them: which serves, how it does, and which should."""
