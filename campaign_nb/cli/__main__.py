"""`python -m campaign_nb.cli` does what `campaign-nb` does."""

from campaign_nb.cli import main

if __name__ == "__main__":
    main(prog_name="campaign-nb")
