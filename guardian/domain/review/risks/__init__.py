"""What is dangerous about a plan, a family of dangers a module."""
