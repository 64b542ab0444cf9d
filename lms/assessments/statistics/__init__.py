"""Item analysis: what the answers say of the questions. Pure: imports no Django, and NumPy only when it is used.

`responses` is what goes in, `analysis.analyse` does everything, `Analysis.to_json` is what comes out. Each other
module is one chapter of the field and can be read alone:

    classical     facility, discrimination, reliability, with intervals
    conditional   the Rasch model by conditional maximum likelihood, and how well each item fits it
    marginal      Rasch, 1PL and 2PL by marginal maximum likelihood, ability N(0, 1)
    persons       weighted likelihood estimates of ability
    dif           whether an item treats groups of the same score alike (Mantel-Haenszel)
    distractors   who chose which option
    verdicts      what a number means for the author of a question

What cannot be computed is None beside a notice that says why; no NaN leaves this package.
"""

from .analysis import Analysis, analyse
from .notices import Notice
from .responses import Choices, Responses

__all__ = ["Analysis", "Choices", "Notice", "Responses", "analyse"]
