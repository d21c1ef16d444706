"""What notify knows without any store or network: who is told, in which words, and what an attempt means."""
