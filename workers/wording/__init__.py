"""What words say of whom: the lexicons, the patterns of words, and what they find in one text.

The abuse checks share one `Wording` of each text. It knows words, not meaning: quotation, report,
denial, answers and words used of oneself are recognised by their form, and often are not.
"""

from workers.wording.reading import Finding, Said, Wording, said

__all__ = ["Finding", "Said", "Wording", "said"]
