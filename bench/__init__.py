"""What `script/bench` runs: the portal under load, beside a bare Django page."""
