"""The parts of the certificates' benchmark."""
