"""What runs rows: libraries, outcomes, comparison, goldens. No row stands here."""
