"""What must be true at the end, each fact found anew from the topics, the tables, the bucket and the logs."""
