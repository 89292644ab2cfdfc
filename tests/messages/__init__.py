"""Templates, eligibility, and what may stand in an e-mail."""
