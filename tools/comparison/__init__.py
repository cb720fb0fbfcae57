"""Two services compared: the same requests to both, and what differs in their answers and rows."""
