"""What the API takes and gives. Times are ISO 8601 with their offset; seconds count from a recording's beginning."""
