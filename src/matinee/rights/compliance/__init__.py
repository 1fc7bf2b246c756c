"""What the law asks of each AI system and use, what there is for it, and what is missing; incidents."""
