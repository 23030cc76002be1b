"""Lists at work: which hold for a site, who is on them, and how they are changed and tried."""
