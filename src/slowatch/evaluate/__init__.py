"""From slots that are due to recorded tallies to judged SLOs."""
