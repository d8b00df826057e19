"""The front door: one command line that joins training, serving and experiments."""


def main() -> None:
    """Run the command line."""
