"""What `script/server` starts: database, broker, web, worker and beat, and who looks after them."""
