"""What does not run on a cluster: said before anything is computed, never done elsewhere in silence."""

from __future__ import annotations

ENGINE = "Spark"


class Refusal(Exception):
    """Something in a rule or a step that has no counterpart on the engine; the activity is named by who catches it."""

    def __init__(self, what: str, expected: str = "") -> None:
        super().__init__(what)
        self.what, self.expected = what, expected or "what has a counterpart there; the rules' reference says what"
