"""What an export looks like before anything is loaded of it, and a first draft of its mapping."""
