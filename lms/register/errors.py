"""One shape for every refusal of the pure modules: a sentence for a log, a code for a machine.

The pure modules speak English only, because an auditor runs them without Django and its
catalogues. Whoever shows a refusal to a person chooses the words by `code`.
"""


class CodedError(ValueError):
    """Input that was refused, with a stable reason code beside the English sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
