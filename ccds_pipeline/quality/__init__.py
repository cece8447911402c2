"""What should hold of data: contracts at the door, expectations of the tables behind it."""
