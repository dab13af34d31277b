"""`placet demo`: the embedded company, a local Slack and `placet serve`, in one go; by hand or as a test of itself."""
